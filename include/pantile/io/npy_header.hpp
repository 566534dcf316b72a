#pragma once

#include <pantile/base/types.hpp>

#include <source_location>
#include <string>
#include <string_view>
#include <vector>

namespace pantile {

/// What the head of a NumPy .npy file says (NumPy Enhancement Proposal 1, format versions 1.0, 2.0 and 3.0).
struct npy_header {
  dtype type = dtype::float64;
  bool fortran_order = false;
  std::vector<index_t> shape;
  index_t data_offset = 0;  ///< the first byte of the elements, which are packed and little-endian
};

/// The number of bytes of an element.
constexpr index_t dtype_bytes(dtype type) {
  constexpr index_t sizes[] = {1, 1, 4, 8, 4, 8, 8, 16};
  return sizes[static_cast<int>(type)];
}

/// The bytes before the elements of a row-major array, a multiple of 64 of them.
std::string make_npy_header(dtype type, std::vector<index_t> const& shape);

/// The length of the whole head, given its first 12 bytes (fewer where the file is shorter). Throws io_error
/// for bytes that are no .npy file or another version; `name` is what messages call it.
index_t npy_header_bytes(std::string_view start, std::string const& name,
                         std::source_location where = std::source_location::current());

/// Reads a whole head. Throws io_error for one that is malformed, dtype_error for an element type that Pantile
/// does not have (big-endian ones, strings, records).
npy_header parse_npy_header(std::string_view head, std::string const& name,
                            std::source_location where = std::source_location::current());

}  // namespace pantile
