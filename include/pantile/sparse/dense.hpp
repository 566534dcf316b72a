#pragma once

#include <pantile/array/array.hpp>
#include <pantile/sparse/sparse_array.hpp>

#include <source_location>

namespace pantile {

/// All elements of a small array, with zero for what is not stored, in the tiling of `s`. No communication, but
/// all ranks call it, as for any new array.
template <element T>
array<T, 2> to_dense(sparse_array<T> const& s, std::source_location where = std::source_location::current());

}  // namespace pantile
