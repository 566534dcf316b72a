#pragma once

#include <pantile/io/hdf5.hpp>
#include <pantile/io/npy.hpp>

#include <memory>
#include <source_location>
#include <string>
#include <string_view>

namespace pantile {

/// Where an array is stored.
struct array_place {
  std::string file;     ///< its path
  std::string dataset;  ///< its name there; empty: a .npy file
};

/// What a text names: FILE.h5:/DATASET (or .hdf5), or else a .npy file. Throws io_error for an HDF5 file
/// without a dataset.
array_place array_place_of(std::string_view text, std::source_location where = std::source_location::current());

/// True for FILE.npy and what is or begins with FILE.h5 or FILE.hdf5: whoever takes tables as well knows by it.
bool names_array(std::string_view text);

/// The file that a text names, with or without a dataset.
std::string file_of_place(std::string_view text);

namespace detail {
/// Opens an array for one process.
std::unique_ptr<array_source> open_array(array_place const& place, std::source_location where);
}  // namespace detail

/// Reads a stored array, wherever it is, as `read_npy` and `read_hdf5` do (collective). Throws what they throw.
template <element T, int N>
array<T, N> read_array(communicator const& comm, array_place const& place, tiling_rule const& rule,
                       detail::expected_shape<N> const& expected = {},
                       std::source_location where = std::source_location::current()) {
  auto const open = [&] { return detail::open_array(place, where); };
  return detail::read_array_from<T, N>(comm, "read_array", open, rule, expected, where);
}

}  // namespace pantile
