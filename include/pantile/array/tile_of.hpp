#pragma once

#include <pantile/array/array.hpp>
#include <pantile/array/local_array.hpp>

#include <source_location>

namespace pantile {

/// This rank's tile as a local array that *is* the tile: nothing is copied, what is assigned to it, its
/// elements or its views is in the array. For loops over the own rows: `auto mine = tile_of(X); row(mine, i) =
/// ...`. Good until the array is assigned to; copies of it are local arrays of their own. After writing,
/// `touch` the array. Throws tiling_error where a halo lies between the elements.
template <element T, int N>
local_array<T, N> tile_of(array<T, N>& a, std::source_location where) {
  detail::check_contiguous("tile_of", a.stored_box(), a.owned_box(), where);
  using result = local_array<T, N>;
  return result(detail::extents_of<N>(a.owned_box()), typename result::sharing{a.memory()});
}

}  // namespace pantile
