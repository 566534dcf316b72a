#pragma once

#include "simd.hpp"

#include <pantile/kernel/als.hpp>
#include <pantile/trace/recorder.hpp>

#include <omp.h>

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

/// How the rows of a half iteration are shared out over threads.
namespace pantile::kernel::detail {

/// Rows with at least twice this many entries are summed in segments of at least this many.
inline constexpr index_t segment_entries = 8192;
inline constexpr index_t max_segments = 16;

/// Segments of a row: a function of its length only, so that the arithmetic does not depend on the threads.
inline index_t segments_of(index_t nnz) { return std::clamp<index_t>(nnz / segment_entries, 1, max_segments); }

/// What an entry adds to the matrix of its row, and to the right side; nothing where it does not count.
template <class T>
struct entry_weight {
  T rank, target;
  bool counts;
};

/// What the systems of all rows have in common, whatever solves them: the arguments of als_solve.
template <class T>
struct row_systems {
  csr_view<T> ratings;
  als_weights<T> weights;
  const T* y;
  index_t k, ldy;
  T* x;
  index_t ldx;

  index_t panels() const { return panels_of<T>(k); }
  index_t padded() const { return panels() * lanes<T>; }
  index_t length(index_t u) const { return ratings.offsets[u + 1] - ratings.offsets[u]; }
  const T* factors_of(index_t entry) const { return y + index_t{ratings.columns[entry]} * ldy; }
  entry_weight<T> weight(index_t entry) const {
    const T r = ratings.values[entry], c = weights.alpha * r;
    if (weights.explicit_feedback) return {T{1}, weights.target(r, factors_of(entry)), true};
    return {c + (1 - weights.unobserved), 1 + c, r != 0};
  }
  /// Whether any entry of row u counts.
  bool is_rated(index_t u) const {
    const T* const of_row = ratings.values + ratings.offsets[u];
    return weights.explicit_feedback ? length(u) > 0
                                     : std::any_of(of_row, of_row + length(u), [](T r) { return r != 0; });
  }
  /// What is added to the diagonal of the matrix of row u.
  T diagonal(index_t u) const { return weights.diagonal ? weights.diagonal[u] : T{}; }
  /// The entries of segment s out of `count` of row u: from the first, to the second.
  std::pair<index_t, index_t> segment(index_t u, index_t s, index_t count) const {
    const index_t begin = ratings.offsets[u], nnz = length(u);
    return {begin + nnz * s / count, begin + nnz * (s + 1) / count};
  }
};

/// Consecutive rows that one thread handles in one go.
struct work_unit {
  index_t begin;
  index_t end;
  double cost;
};

/// `shared` rows are so long that all threads work on each, one row after the other; the units follow, the most
/// expensive first.
struct work_plan {
  std::vector<index_t> shared;
  std::vector<work_unit> units;
};

/// `cost_of` gives that of a row with so many entries.
template <class Cost>
work_plan plan_work(const index_t* offsets, index_t rows, int threads, Cost cost_of) {
  constexpr double units_per_thread = 64;
  constexpr double shared_part = 0.25;  // of a thread's part of the work
  const auto length = [&](index_t u) { return offsets[u + 1] - offsets[u]; };
  double total = 0;
  for (index_t u = 0; u < rows; ++u) total += cost_of(length(u));
  const double unit_limit = total / (threads * units_per_thread);
  const double shared_limit = threads > 1 ? total / threads * shared_part : total;
  work_plan plan;
  work_unit open{0, 0, 0};
  const auto close_at = [&](index_t next) {
    if (open.begin < open.end) plan.units.push_back(open);
    open = {next, next, 0};
  };
  for (index_t u = 0; u < rows; ++u) {
    const double cost = cost_of(length(u));
    if (cost > shared_limit && segments_of(length(u)) > 1) {
      plan.shared.push_back(u);
      close_at(u);
      open = {u + 1, u + 1, 0};
      continue;
    }
    if (open.cost + cost > unit_limit) close_at(u);
    open = {open.begin, u + 1, open.cost + cost};
  }
  close_at(rows);
  std::stable_sort(plan.units.begin(), plan.units.end(),
                   [](const work_unit& a, const work_unit& b) { return a.cost > b.cost; });
  return plan;
}

/// Tells of the work on all rows: flops_of(n) is that on a row of n > 0 entries.
template <class T, class Flops>
void tell_flops(const csr_view<T>& ratings, Flops flops_of) {
  if (!trace::listener()) return;
  double flops = 0;
  for (index_t u = 0; u < ratings.rows; ++u)
    if (const index_t n = ratings.offsets[u + 1] - ratings.offsets[u]; n > 0)
      flops += flops_of(static_cast<double>(n));
  trace::computed(flops);
}

inline constexpr index_t no_row = std::numeric_limits<index_t>::max();

/// Solves every row with one Solver for each thread: solve_shared(problem, solvers, u) for the longest rows, by
/// all threads, then solver.solve(u) for the others, by one thread each. Returns the smallest row without a
/// solution, which solver.finish() gives, or -1.
template <class Solver, class Problem, class Cost, class SolveShared>
index_t solve_rows(const Problem& p, Cost cost_of, SolveShared solve_shared) {
  if (p.ratings.rows == 0) return -1;
  const int threads = omp_get_max_threads();
  const work_plan plan = plan_work(p.ratings.offsets, p.ratings.rows, threads, cost_of);
  std::vector<Solver> solvers;
  solvers.reserve(static_cast<std::size_t>(threads));
  for (int t = 0; t < threads; ++t) solvers.emplace_back(p);
  for (const index_t u : plan.shared) solve_shared(p, solvers, u);
  index_t failed = no_row;
#pragma omp parallel num_threads(threads) reduction(min : failed)
  {
    trace::region const here("solve rows");  // of each thread: traces show how even they are
    auto& solver = solvers[static_cast<std::size_t>(omp_get_thread_num())];
#pragma omp for schedule(dynamic) nowait
    for (std::size_t i = 0; i < plan.units.size(); ++i)
      for (index_t u = plan.units[i].begin; u < plan.units[i].end; ++u) solver.solve(u);
    failed = solver.finish();
  }
  return failed == no_row ? -1 : failed;
}

}  // namespace pantile::kernel::detail
