#pragma once

#include <pantile/base/checked.hpp>
#include <pantile/ops/movement.hpp>
#include <pantile/sparse/retile.hpp>

#include <source_location>
#include <span>

// What ranking functions share: factors and ratings with the rows of the same users on a rank.
namespace pantile::detail {

/// The columns that a local row stores, ascending.
template <class T>
std::span<index_t const> columns_of(sparse_array<T> const& s, index_t row) {
  auto const begin = s.offsets()[static_cast<std::size_t>(row)],
             end = s.offsets()[static_cast<std::size_t>(row) + 1];
  return s.columns().subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin));
}

/// Throws shape_error where factors x, y and ratings do not belong together, domain_error for more items than
/// BLAS counts: on every rank, before one alone multiplies.
template <class T>
void check_factors(array<T, 2> const& x, array<T, 2> const& y, sparse_array<T> const& ratings,
                   std::source_location where) {
  if (x.extent(0) != ratings.extent(0) || y.extent(0) != ratings.extent(1) || x.extent(1) != y.extent(1))
    throw shape_error("ranking: user factors of shape " + to_string(extents(x.shape())) +
                          " and item factors of shape " + to_string(extents(y.shape())) +
                          " do not fit ratings of shape " + to_string(extents(ratings.shape())),
                      where);
  narrow<int>(y.extent(0), where);
}

/// The sparse rows where the rows of `x` are.
template <class T>
sparse_array<T> beside(sparse_array<T> const& s, array<T, 2> const& x, std::source_location where) {
  return retile(s, tiling::cuts({x.tiling().boundaries(0), {}}), where);
}

/// The factors tiled by rows; any other tiling is changed.
template <class T>
array<T, 2> by_rows(array<T, 2> const& x, std::source_location where) {
  bool const rows = x.tiling().is_cartesian() && x.tiling().is_disjoint() && !x.tiling().has_halo() &&
                    x.tiling().grid_axis_of(1) < 0 && (x.comm().size() == 1 || x.tiling().grid_axis_of(0) >= 0);
  return rows ? array<T, 2>(x) : retile(x, tiling::row(), where);
}

}  // namespace pantile::detail
