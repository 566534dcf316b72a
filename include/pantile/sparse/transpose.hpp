#pragma once

#include <pantile/sparse/sparse_array.hpp>

#include <source_location>

namespace pantile {

/// The transpose of an n x m array, m x n and tiled by rows as `rule` says (collective). Every element travels
/// once, to the rank that owns its column's new row. Throws tiling_error on every rank where the rule does not
/// tile by whole rows.
template <element T>
sparse_array<T> transpose(sparse_array<T> const& s, tiling_rule const& rule = tiling_rule::row(),
                          std::source_location where = std::source_location::current());

}  // namespace pantile
