#include "new_file.hpp"

#include <pantile/base/extents.hpp>
#include <pantile/io/detail/npy_tiles.hpp>
#include <pantile/io/npy_local.hpp>
#include <pantile/trace/recorder.hpp>

namespace pantile::detail {

namespace {
extents extents_of_shape(std::vector<index_t> const& shape, std::source_location where) {
  return extents(shape.data(), static_cast<int>(std::min<std::size_t>(shape.size(), max_dimensions + 1)),
                 where);
}
}  // namespace

void write_npy_bytes(std::string const& path, dtype type, std::vector<index_t> const& shape,
                     std::span<std::byte const> bytes, std::source_location where) {
  trace::not_in_rehearsal("write_npy");
  extents const sizes = extents_of_shape(shape, where);
  if (sizes.count() * dtype_bytes(type) != std::ssize(bytes))
    throw shape_error("write_npy: got " + std::to_string(std::ssize(bytes) / dtype_bytes(type)) +
                          " elements for shape " + to_string(sizes),
                      where);
  std::string const head = make_npy_header(type, shape);
  new_file file(path, std::ssize(head) + std::ssize(bytes), where);
  file_writer writer(file.temporary_path(), path, where);
  writer.write(0, std::as_bytes(std::span(head)));
  writer.write(std::ssize(head), bytes);
  writer.finish();
  file.commit();
}

std::vector<index_t> npy_shape(std::string const& path, std::source_location where) {
  std::vector<index_t> shape = open_npy(path, where)->shape();
  extents_of_shape(shape, where);  // throws for more dimensions than an array can have
  return shape;
}

void read_npy_bytes(std::string const& path, dtype type, std::vector<index_t> const& shape, std::byte* out,
                    std::source_location where) {
  auto const file = open_npy(path, where);
  if (file->shape() != shape) throw io_error("'" + path + "' was replaced while it was read", where);
  file->read(box(extents_of_shape(shape, where)), type, out, where);
}

}  // namespace pantile::detail
