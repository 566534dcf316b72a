#pragma once

#include <pantile/base/types.hpp>

#include <concepts>
#include <cstddef>
#include <source_location>
#include <span>
#include <string>
#include <vector>

namespace pantile {

/// An array of one process as it stands in a file, row-major. Bools are kept as uint8.
template <element T>
requires(!std::same_as<T, bool>) struct npy_values {
  std::vector<index_t> shape;
  std::vector<T> values;
};

namespace detail {
void write_npy_bytes(std::string const& path, dtype type, std::vector<index_t> const& shape,
                     std::span<std::byte const> bytes, std::source_location where);
std::vector<index_t> npy_shape(std::string const& path, std::source_location where);
void read_npy_bytes(std::string const& path, dtype type, std::vector<index_t> const& shape, std::byte* out,
                    std::source_location where);
}  // namespace detail

/// Writes a NumPy .npy file of a row-major array, for one process. The file appears whole or not at all: see
/// `write_file_atomically`. Throws shape_error where shape and number of elements differ, io_error where
/// writing fails.
template <element T>
void write_npy_local(std::string const& path, std::span<T const> values, std::vector<index_t> const& shape,
                     std::source_location where = std::source_location::current()) {
  detail::write_npy_bytes(path, dtype_of<T>, shape, std::as_bytes(values), where);
}

/// Reads a NumPy .npy file whole, for one process, either memory order, up to four dimensions. Converts the
/// elements as `read_npy` does and throws what it throws.
template <element T>
npy_values<T> read_npy_local(std::string const& path,
                             std::source_location where = std::source_location::current()) {
  npy_values<T> result{detail::npy_shape(path, where), {}};
  std::size_t count = 1;
  for (index_t const n : result.shape) count *= static_cast<std::size_t>(n);
  result.values.resize(count);
  detail::read_npy_bytes(path, dtype_of<T>, result.shape, reinterpret_cast<std::byte*>(result.values.data()),
                         where);
  return result;
}

}  // namespace pantile
