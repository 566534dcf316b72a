#pragma once

#include <pantile/array/array.hpp>

#include <cstddef>
#include <cstdint>
#include <source_location>

namespace pantile {

namespace detail {

/// `digest` of tiles that the ranks store row-major over their `stored` boxes, of elements of so many bytes
/// (collective).
std::uint64_t digest_of_tiles(communicator const& comm, tiling const& tiles, box const& stored,
                              std::byte const* data, index_t element_bytes, std::source_location where);

}  // namespace detail

/// A number that tells this array from others: of its shape, and of which bits stand where. It is the same for
/// every tiling and number of ranks, in files and from run to run on machines of one byte order (collective:
/// one allreduce of 8 bytes). Not for protection against somebody who looks for two arrays of one digest.
template <element T, int N>
std::uint64_t digest(array<T, N> const& a, std::source_location where = std::source_location::current()) {
  return detail::digest_of_tiles(a.comm(), a.tiling(), a.stored_box(),
                                 reinterpret_cast<std::byte const*>(a.data()), index_t{sizeof(T)}, where);
}

}  // namespace pantile
