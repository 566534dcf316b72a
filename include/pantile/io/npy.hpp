#pragma once

#include <pantile/array/array.hpp>
#include <pantile/io/detail/npy_tiles.hpp>
#include <pantile/io/detail/read_array.hpp>
#include <pantile/io/npy_local.hpp>

#include <array>
#include <optional>
#include <source_location>
#include <string>

namespace pantile {

/// Writes an array as a NumPy .npy file in row-major order, in any tiling (collective). Every rank writes its
/// own elements, of replicas one rank each; nothing is sent. The file is written beside the target, flushed to
/// the disk by every rank and renamed when all have succeeded: the path holds the old file or the whole new
/// one. All ranks must see the same file system. Throws io_error on every rank.
template <element T, int N>
void write_npy(communicator const& comm, std::string const& path, array<T, N> const& a,
               std::source_location where = std::source_location::current()) {
  detail::write_npy_tiles(comm, path, dtype_of<T>, a.tiling(), a.stored_box(),
                          reinterpret_cast<std::byte const*>(a.data()), where);
}

/// Reads a NumPy .npy file (versions 1 to 3, either memory order) into an array of the given tiling
/// (collective). Every rank reads its own box only, halo included.
///
/// Elements are converted where every value stays what it is, or is rounded from one floating type to the
/// other: bool and uint8 to any number, int32 to int64, integers to floating types that hold them exactly,
/// float32 and float64 to each other unless a finite value would overflow, complex64 and complex128 likewise.
///
/// Throws on every rank io_error for a file that cannot be read, is no .npy file, is cut short or goes on after
/// its elements; dtype_error, naming both types, for elements that cannot be converted; shape_error where the
/// file has not N dimensions or not the `expected` shape; tiling_error where the rule does not fit.
template <element T, int N>
array<T, N> read_npy(
    communicator const& comm, std::string const& path, tiling_rule const& rule,
    std::optional<std::array<index_t, static_cast<std::size_t>(N)>> const& expected = std::nullopt,
    std::source_location where = std::source_location::current()) {
  auto const open = [&] { return detail::open_npy(path, where); };
  return detail::read_array_from<T, N>(comm, "read_npy", open, rule, expected, where);
}

}  // namespace pantile
