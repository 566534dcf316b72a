#pragma once

#include <pantile/sparse/sparse_array.hpp>

#include <source_location>
#include <span>
#include <vector>

namespace pantile {

/// How many elements each of the rows stores, the same list on every rank (collective).
template <element T>
std::vector<index_t> row_counts(sparse_array<T> const& s,
                                std::source_location where = std::source_location::current());

/// How many elements each of the columns stores, the same list on every rank (collective).
template <element T>
std::vector<index_t> column_counts(sparse_array<T> const& s,
                                   std::source_location where = std::source_location::current());

/// The rule that balances rows whose cost is their count of stored elements plus `extra` each (the fixed cost
/// of a row in units of a stored element): no rank gets more than its even share plus one row. Throws
/// tiling_error where `extra` is negative or not finite.
tiling_rule balanced_rows(std::span<index_t const> counts, double extra = 0,
                          std::source_location where = std::source_location::current());
/// The same for the rows of `s` (collective).
template <element T>
tiling_rule balanced_rows(sparse_array<T> const& s, double extra = 0,
                          std::source_location where = std::source_location::current()) {
  return balanced_rows(row_counts(s, where), extra, where);
}

}  // namespace pantile
