#include "../base/box_runs.hpp"
#include "convert.hpp"

#include <pantile/base/checked.hpp>
#include <pantile/io/detail/byte_source.hpp>
#include <pantile/io/detail/npy_tiles.hpp>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <utility>

namespace pantile::detail {

namespace {

void check_size(file_source const& file, npy_header const& header, std::source_location where) {
  index_t bytes = dtype_bytes(header.type);
  bool const empty = std::find(header.shape.begin(), header.shape.end(), 0) != header.shape.end();
  for (index_t const n : header.shape) bytes = empty ? 0 : checked_product(bytes, n, where);
  index_t const there = file.size() - header.data_offset;
  if (there == bytes) return;
  throw io_error("'" + file.path() + "' " + (there < bytes ? "is cut short" : "goes on after its elements") +
                     ": " + std::to_string(there) + " bytes of elements, " + std::to_string(bytes) +
                     " expected for shape " + shape_text(header.shape) + " of " +
                     std::string(dtype_name(header.type)),
                 where);
}

box reversed(box const& b) {
  box result = b;
  std::reverse(result.lo.begin(), result.lo.begin() + b.dimensions);
  std::reverse(result.hi.begin(), result.hi.begin() + b.dimensions);
  return result;
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

/// The head of a file, and the file, whose size fits.
struct npy_file {
  std::unique_ptr<file_source> source;
  npy_header header;
};

npy_file open_npy_file(std::string const& path, std::source_location where) {
  npy_file file{std::make_unique<file_source>(path, where), {}};
  auto const read_start = [&](index_t bytes) {
    std::string head(static_cast<std::size_t>(std::min(bytes, file.source->size())), '\0');
    file.source->read(0, head);
    return head;
  };
  index_t const bytes = npy_header_bytes(read_start(12), path, where);
  file.header = parse_npy_header(read_start(bytes), path, where);
  check_size(*file.source, file.header, where);
  return file;
}

class npy_source final : public array_source {
 public:
  explicit npy_source(npy_file file)
      : array_source(file.source->path(), file.header.type, file.header.shape), file_(std::move(file)) {}

  void read(box const& part, dtype wanted, std::byte* out, where_t where) const override {
    extents const whole(shape().data(), part.dimensions, where);
    if (!file_.header.fortran_order || part.dimensions < 2)
      return read_row_major(box(whole), part, wanted, out, where);
    // Column-major elements are the row-major ones of the array with its dimensions reversed.
    box const part_in_file = reversed(part);
    std::vector<std::byte> elements(
        static_cast<std::size_t>(checked_product(part.count(), dtype_bytes(wanted))));
    read_row_major(reversed(box(whole)), part_in_file, wanted, elements.data(), where);
    copy_reversed(elements.data(), part_in_file, out, dtype_bytes(wanted));
  }

 private:
  /// Reads the elements of `part` of a file that is row-major over `whole`.
  void read_row_major(box const& whole, box const& part, dtype wanted, std::byte* out, where_t where) const {
    index_t const size = dtype_bytes(type()), out_size = dtype_bytes(wanted);
    bool const direct = type() == wanted && type() != dtype::boolean;
    constexpr index_t buffered = index_t{1} << 20;
    std::vector<std::byte> buffer(direct ? 0
                                         : static_cast<std::size_t>(std::min(buffered, part.count() * size)));
    auto const read = [&](index_t element, std::byte* into, index_t n) {
      file_.source->read(file_.header.data_offset + element * size,
                         {reinterpret_cast<char*>(into), static_cast<std::size_t>(n * size)});
    };
    for_each_run(part, whole, part, [&](index_t from, index_t to, index_t count) {
      if (direct) return read(from, out + to * size, count);
      for (index_t done = 0; done < count;) {
        index_t const n = std::min(count - done, buffered / size);
        read(from + done, buffer.data(), n);
        convert_elements(type(), buffer.data(), wanted, out + (to + done) * out_size, n, name(), where);
        done += n;
      }
    });
  }

  npy_file file_;
};

}  // namespace

std::unique_ptr<array_source> open_npy(std::string const& path, std::source_location where) {
  return std::make_unique<npy_source>(open_npy_file(path, where));
}

}  // namespace pantile::detail
