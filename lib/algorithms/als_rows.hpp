#pragma once

#include <pantile/algorithms/als.hpp>
#include <pantile/sparse/sparse_array.hpp>

#include <cstdint>
#include <memory>
#include <source_location>
#include <span>
#include <vector>

// Which rows of factors ranks have and need: what als does, and what its forecasts say that it would do.
namespace pantile::detail {

class index_set;

/// Throws domain_error for options out of range.
void check_als_options(als_options const& options, std::source_location where);

/// True where rows have biases beside their factors.
bool is_biased(als_options const& options);
/// What rows with so many ratings cost, as the kernels see it.
std::vector<double> als_row_costs(std::span<index_t const> counts, als_options const& options);
/// Consecutive rows of equal cost for every rank.
tiling_rule balanced(std::span<index_t const> counts, als_options const& options);

/// The problem that the planner knows. Of `one_side`, with users or items as its rows, it has the number of
/// ratings, and its rows as users; every rank has the threads of the one that has fewest (collective).
template <class T>
als_problem problem_of(sparse_array<T> const& one_side, als_options const& options, int ranks,
                       std::source_location where);

/// The rows of the other side that a rank has at hand in an iteration: [first, last) are its own, and it gets
/// some of others.
struct als_named_rows {
  std::vector<index_t> of_others;  // ascending
  index_t first = 0, last = 0;
  index_t own_named = 0;                 // how many of its own rows are in `set`
  std::shared_ptr<index_set const> set;  // none: all rows are there

  /// Where they lie: own rows, then those of others.
  std::vector<std::int32_t> places(std::span<index_t const> columns) const;
};

/// Those that ratings with these columns name, and own ones.
als_named_rows named_rows(std::span<index_t const> columns, index_t rows, index_t first, index_t last);
/// All of them.
als_named_rows all_rows(index_t rows, index_t first, index_t last);

}  // namespace pantile::detail
