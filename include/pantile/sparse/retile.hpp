#pragma once

#include <pantile/sparse/sparse_array.hpp>

#include <source_location>

namespace pantile {

/// The same array with its rows cut as `rule` says (collective). Whole rows travel, straight out of the old
/// storage. Throws tiling_error on every rank where the rule does not tile by whole rows.
template <element T>
sparse_array<T> retile(sparse_array<T> const& s, tiling_rule const& rule,
                       std::source_location where = std::source_location::current());

}  // namespace pantile
