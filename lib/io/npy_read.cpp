#include "../base/box_runs.hpp"
#include "convert.hpp"

#include <pantile/base/checked.hpp>
#include <pantile/io/detail/npy_tiles.hpp>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

namespace pantile::detail {

namespace {

std::string shape_text(std::vector<index_t> const& shape) {
  std::string text = "(";
  for (std::size_t d = 0; d < shape.size(); ++d) text += (d > 0 ? ", " : "") + std::to_string(shape[d]);
  return text + (shape.size() == 1 ? ",)" : ")");
}

void check_size(npy_file const& file, std::source_location where) {
  npy_header const& header = file.header;
  index_t bytes = dtype_bytes(header.type);
  bool const empty = std::find(header.shape.begin(), header.shape.end(), 0) != header.shape.end();
  for (index_t const n : header.shape) bytes = empty ? 0 : checked_product(bytes, n, where);
  index_t const there = file.source->size() - header.data_offset;
  if (there == bytes) return;
  throw io_error(
      "'" + file.source->path() + "' " + (there < bytes ? "is cut short" : "goes on after its elements") +
          ": " + std::to_string(there) + " bytes of elements, " + std::to_string(bytes) +
          " expected for shape " + shape_text(header.shape) + " of " + std::string(dtype_name(header.type)),
      where);
}

box reversed(box const& b) {
  box result = b;
  std::reverse(result.lo.begin(), result.lo.begin() + b.dimensions);
  std::reverse(result.hi.begin(), result.hi.begin() + b.dimensions);
  return result;
}

/// Reads the elements of `part` of a file that is row-major over `whole`.
void read_row_major(npy_file const& file, box const& whole, box const& part, dtype wanted, std::byte* out,
                    std::source_location where) {
  dtype const type = file.header.type;
  index_t const size = dtype_bytes(type), out_size = dtype_bytes(wanted);
  bool const direct = type == wanted && type != dtype::boolean;
  constexpr index_t buffered = index_t{1} << 20;
  std::vector<std::byte> buffer(direct ? 0 : static_cast<std::size_t>(std::min(buffered, part.count() * size)));
  auto const read = [&](index_t element, std::byte* into, index_t n) {
    file.source->read(file.header.data_offset + element * size,
                      {reinterpret_cast<char*>(into), static_cast<std::size_t>(n * size)});
  };
  for_each_run(part, whole, part, [&](index_t from, index_t to, index_t count) {
    if (direct) return read(from, out + to * size, count);
    for (index_t done = 0; done < count;) {
      index_t const n = std::min(count - done, buffered / size);
      read(from + done, buffer.data(), n);
      convert_elements(type, buffer.data(), wanted, out + (to + done) * out_size, n, file.source->path(),
                       where);
      done += n;
    }
  });
}

/// Copies row-major elements over `from` to row-major elements over reversed(from): the general transpose.
void copy_reversed(std::byte const* in, box const& from, std::byte* out, index_t size) {
  int const n = from.dimensions;
  std::array<index_t, max_dimensions> index{}, stride{};
  // The first dimension of `from` is the last, contiguous one of `out`.
  for (index_t d = 0, next = size; d < n; ++d) {
    stride[static_cast<std::size_t>(d)] = next;
    next *= from.extent(static_cast<int>(d));
  }
  for (index_t left = from.count(); left > 0; --left) {
    index_t offset = 0;
    for (std::size_t d = 0; d < static_cast<std::size_t>(n); ++d) offset += index[d] * stride[d];
    std::memcpy(out + offset, in, static_cast<std::size_t>(size));
    in += size;
    for (int d = n; d-- > 0;) {
      if (++index[static_cast<std::size_t>(d)] < from.extent(d)) break;
      index[static_cast<std::size_t>(d)] = 0;
    }
  }
}

}  // namespace

npy_file open_npy(std::string const& path, std::source_location where) {
  npy_file file;
  file.source = std::make_unique<file_source>(path, where);
  auto const read_start = [&](index_t bytes) {
    std::string head(static_cast<std::size_t>(std::min(bytes, file.source->size())), '\0');
    file.source->read(0, head);
    return head;
  };
  index_t const bytes = npy_header_bytes(read_start(12), path, where);
  file.header = parse_npy_header(read_start(bytes), path, where);
  check_size(file, where);
  return file;
}

npy_file open_npy(communicator const& comm, std::string const& path, dtype wanted, int dimensions,
                  std::optional<extents> const& expected, std::source_location where) {
  npy_file file;
  comm.agree(
      [&] {
        file = open_npy(path, where);
        std::vector<index_t> const& shape = file.header.shape;
        if (std::ssize(shape) != dimensions)
          throw shape_error("'" + path + "' has shape " + shape_text(shape) + ", expected " +
                                std::to_string(dimensions) + (dimensions == 1 ? " dimension" : " dimensions"),
                            where);
        if (expected && extents(shape.data(), dimensions, where) != *expected)
          throw shape_error(
              "'" + path + "' has shape " + shape_text(shape) + ", expected " + to_string(*expected), where);
        if (!is_convertible(file.header.type, wanted))
          convert_elements(file.header.type, nullptr, wanted, nullptr, 0, path, where);
      },
      where);
  std::uint64_t hash = static_cast<std::uint64_t>(file.header.type);
  for (index_t const n : file.header.shape) hash = hash_combine(hash, static_cast<std::uint64_t>(n));
  comm.check_same("read_npy", hash, where);
  return file;
}

void read_npy_box(npy_file const& file, box const& part, dtype wanted, std::byte* out,
                  std::source_location where) {
  extents const shape(file.header.shape.data(), part.dimensions, where);
  if (!file.header.fortran_order || part.dimensions < 2)
    return read_row_major(file, box(shape), part, wanted, out, where);
  // Column-major elements are the row-major ones of the array with its dimensions reversed.
  box const part_in_file = reversed(part);
  std::vector<std::byte> elements(static_cast<std::size_t>(checked_product(part.count(), dtype_bytes(wanted))));
  read_row_major(file, reversed(box(shape)), part_in_file, wanted, elements.data(), where);
  copy_reversed(elements.data(), part_in_file, out, dtype_bytes(wanted));
}

void read_npy_tile(communicator const& comm, npy_file const& file, box const& part, dtype wanted,
                   std::byte* out, std::source_location where) {
  comm.agree([&] { read_npy_box(file, part, wanted, out, where); }, where);
}

}  // namespace pantile::detail
