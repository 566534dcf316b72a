#include "als_rows.hpp"

#include "../ops/index_set.hpp"

#include <pantile/comm/environment.hpp>
#include <pantile/kernel/als.hpp>

#include <algorithm>
#include <numeric>

namespace pantile::detail {

void check_als_options(als_options const& o, std::source_location where) {
  auto const bad = [&](char const* name, auto value, char const* wanted) {
    throw domain_error(std::string("als: ") + name + " must be " + wanted + ", got " + std::to_string(value),
                       where);
  };
  if (o.factors < 1) bad("factors", o.factors, "at least 1");
  if (o.steps < 1) bad("steps", o.steps, "at least 1");
  if (o.block < 1) bad("block", o.block, "at least 1");
  if (o.chunks < 0) bad("chunks", o.chunks, "at least 0");
  if (o.iterations < 0) bad("iterations", o.iterations, "at least 0");
  if (!(o.alpha >= 0) || !std::isfinite(o.alpha)) bad("alpha", o.alpha, "finite and not negative");
  if (!(o.regularization >= 0) || !std::isfinite(o.regularization))
    bad("regularization", o.regularization, "finite and not negative");
  if (!(o.regularization_scaling >= 0) || !std::isfinite(o.regularization_scaling))
    bad("regularization_scaling", o.regularization_scaling, "finite and not negative");
  if (!(o.unobserved_weight >= 0) || !std::isfinite(o.unobserved_weight))
    bad("unobserved_weight", o.unobserved_weight, "finite and not negative");
}

bool is_biased(als_options const& o) { return o.feedback == als_feedback::explicit_ratings && o.biases; }

namespace {

double row_cost(index_t ratings, als_options const& o) {
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

}  // namespace

std::vector<double> als_row_costs(std::span<index_t const> counts, als_options const& o) {
  std::vector<double> costs(counts.size());
  std::transform(counts.begin(), counts.end(), costs.begin(), [&](index_t n) { return row_cost(n, o); });
  return costs;
}

tiling_rule balanced(std::span<index_t const> counts, als_options const& o) {
  return tiling_rule::weighted(0, als_row_costs(counts, o));
}

template <class T>
als_problem problem_of(sparse_array<T> const& one_side, als_options const& o, int ranks,
                       std::source_location where) {
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
  p.threads = one_side.comm().allreduce(std::int32_t{environment::threads()}, reduce_op::min, where);
  return p;
}

template als_problem problem_of(sparse_array<float> const&, als_options const&, int, std::source_location);
template als_problem problem_of(sparse_array<double> const&, als_options const&, int, std::source_location);

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
