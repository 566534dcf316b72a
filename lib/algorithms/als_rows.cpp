#include "als_rows.hpp"

#include "../ops/index_set.hpp"

#include <pantile/comm/environment.hpp>
#include <pantile/kernel/als.hpp>

#include <algorithm>
#include <numeric>

namespace pantile::detail {

bool is_biased(als_options const& o) { return o.feedback == als_feedback::explicit_ratings && o.biases; }

double als_row_cost(index_t ratings, als_options const& o) {
  index_t const unknowns = o.factors + (is_biased(o) ? 1 : 0);
  switch (o.solver) {
    case als_solver::conjugate_gradients:
      return kernel::als_row_cost(ratings, unknowns, o.steps);
    case als_solver::subspace:
      return kernel::als_subspace_row_cost(ratings, unknowns, o.block);
    default:
      return kernel::als_row_cost(ratings, unknowns);
  }
}

tiling_rule balanced(std::vector<index_t> const& counts, als_options const& o) {
  std::vector<double> cost(counts.size());
  for (std::size_t i = 0; i < counts.size(); ++i) cost[i] = als_row_cost(counts[i], o);
  return tiling_rule::weighted(0, std::move(cost));
}

template <class T>
als_problem problem_of(sparse_array<T> const& one_side, als_options const& o, int ranks) {
  als_problem p;
  p.users = one_side.extent(0);
  p.items = one_side.extent(1);
  p.ratings = one_side.stored();
  p.factors = o.factors;
  p.element_bytes = sizeof(T);
  p.ranks = ranks;
  p.solver = o.solver;
  p.steps = o.steps;
  p.block = o.block;
  p.transfer = o.transfer;
  p.chunks = o.chunks;
  p.biased = is_biased(o);
  p.with_gram = o.feedback == als_feedback::implicit_ratings;
  p.threads = environment::threads();
  return p;
}

template als_problem problem_of(sparse_array<float> const&, als_options const&, int);
template als_problem problem_of(sparse_array<double> const&, als_options const&, int);

std::vector<std::int32_t> als_named_rows::places(std::span<index_t const> columns) const {
  index_t const own = last - first;
  std::vector<std::int32_t> result(columns.size());
  std::transform(columns.begin(), columns.end(), result.begin(), [&](index_t column) {
    if (first <= column && column < last) return static_cast<std::int32_t>(column - first);
    // Of others so many lie before it.
    index_t const between = column < last ? 0 : set ? own_named : own;
    index_t const before = (set ? set->place(column) : column) - between;
    return static_cast<std::int32_t>(own + before);
  });
  return result;
}

als_named_rows named_rows(std::span<index_t const> columns, index_t rows, index_t first, index_t last) {
  als_named_rows named{{}, first, last, 0, nullptr};
  if (first == 0 && last == rows) return named;  // nobody else has any
  auto const set = std::make_shared<index_set const>(columns, rows);
  auto const all = set->ascending();
  auto const own = std::lower_bound(all.begin(), all.end(), first),
             after = std::lower_bound(own, all.end(), last);
  named.own_named = after - own;
  named.of_others.assign(all.begin(), own);
  named.of_others.insert(named.of_others.end(), after, all.end());
  named.set = set;
  return named;
}

als_named_rows all_rows(index_t rows, index_t first, index_t last) {
  als_named_rows all{{}, first, last, 0, nullptr};
  all.of_others.resize(static_cast<std::size_t>(rows - (last - first)));
  auto const middle = all.of_others.begin() + first;
  std::iota(all.of_others.begin(), middle, index_t{0});
  std::iota(middle, all.of_others.end(), last);
  return all;
}

}  // namespace pantile::detail
