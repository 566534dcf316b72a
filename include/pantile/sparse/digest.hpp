#pragma once

#include <pantile/sparse/sparse_array.hpp>

#include <cstdint>
#include <source_location>

namespace pantile {

/// A number that tells this array from others: of its shape, and of where which bits are stored. It is the same
/// for every tiling and number of ranks, in files and from run to run on machines of one byte order
/// (collective). Not for protection against somebody who looks for two arrays of one digest.
template <element T>
std::uint64_t digest(sparse_array<T> const& s, std::source_location where = std::source_location::current());

}  // namespace pantile
