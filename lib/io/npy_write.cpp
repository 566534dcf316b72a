#include "shared_file.hpp"

#include <pantile/base/checked.hpp>
#include <pantile/io/detail/npy_tiles.hpp>
#include <pantile/trace/recorder.hpp>

namespace pantile::detail {

void write_npy_tiles(communicator const& comm, std::string const& path, dtype type, tiling const& tiles,
                     box const& stored, std::byte const* data, std::source_location where) {
  trace::not_in_rehearsal("write_npy");
  comm.check_same("write_npy", hash_combine(tiles.fingerprint(), static_cast<std::uint64_t>(type)), where);
  extents const& shape = tiles.shape();
  std::vector<index_t> sizes;
  for (int d = 0; d < shape.dimensions(); ++d) sizes.push_back(shape[d]);
  std::string const head = make_npy_header(type, sizes);
  index_t const total = std::ssize(head) + checked_product(shape.count(), dtype_bytes(type), where);
  auto const write = [&](file_writer& writer) {
    if (comm.rank() == 0) writer.write(0, std::as_bytes(std::span(head)));
    write_tile(writer, std::ssize(head), tiles, stored, dtype_bytes(type), data, comm.rank());
  };
  write_together(comm, path, total, write, where);
}

}  // namespace pantile::detail
