#include "als_cholesky.hpp"
#include "als_normal.hpp"
#include "als_work.hpp"

#include <omp.h>

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

namespace pantile::kernel {
namespace {

using namespace detail;

/// The systems, and what their matrices start from.
template <class T>
struct problem : row_systems<T> {
  buffer<T> base, zero;  // in panels: the regularised Gram matrix, and zeros

  using row_systems<T>::k;
  using row_systems<T>::padded;
  index_t matrix_size() const { return padded() * padded(); }

  /// Copies the Gram matrix to panels; the padding of the diagonal is 1, so that the system stays solvable.
  void set_base(const T* gram) {
    base = buffer<T>(matrix_size());
    zero = buffer<T>(matrix_size());
    std::fill_n(zero.get(), matrix_size(), T{});
    for (index_t i = 0; i < padded(); ++i)
      for (index_t j = 0; j < padded(); ++j) {
        T& to = base.get()[panel_place<T>(padded(), i, j)];
        to = i < k && j < k ? gram[std::min(i, j) * k + std::max(i, j)] : T(i == j);
      }
  }
};

template <class T>
void add(index_t n, const T* from, T* to) {
  for (index_t i = 0; i < n; i += lanes<T>) at(to + i) += at(from + i);
}

/// One thread's memory and its way through its rows: sum up, and solve two at a time.
template <class T>
class row_solver {
 public:
  explicit row_solver(const problem<T>& p)
      : problem_{p},
        memory_(normal_equations<T>::scratch_size(p.panels()) +
                (systems + 1) * (p.matrix_size() + p.padded() * (lanes<T> + 1))),
        normal_{p.ratings, p.weights, p.y, p.k, p.ldy, memory_.get()} {
    T* next = memory_.get() + normal_equations<T>::scratch_size(p.panels());
    for (auto& s : system_) {
      s.a = std::exchange(next, next + p.matrix_size());
      s.inverse = std::exchange(next, next + p.padded() * lanes<T>);
      s.b = std::exchange(next, next + p.padded());
    }
  }

  /// Sum over segment `s` out of `count` of row u; the first one starts from the Gram matrix, the others from
  /// 0.
  index_t accumulate(index_t u, index_t s, index_t count, T* a, T* b) {
    const auto [begin, end] = problem_.segment(u, s, count);
    return normal_.accumulate(begin, end, (s == 0 ? problem_.base : problem_.zero).get(), a, b);
  }

  void solve(index_t u) {
    const linear_system<T>&to = system_[pending_], &part = system_[systems];
    const index_t segments = segments_of(problem_.length(u));
    index_t used = problem_.length(u) == 0 ? 0 : accumulate(u, 0, segments, to.a, to.b);
    for (index_t s = 1; s < segments; ++s) {
      used += accumulate(u, s, segments, part.a, part.b);
      add(problem_.matrix_size(), part.a, to.a);
      add(problem_.padded(), part.b, to.b);
    }
    solve_sum(u, used);
  }

  /// The same for a row of which all segments have been summed: (a, b) one after the other, and entries used.
  void solve_segments(index_t u, const T* sums, const std::vector<index_t>& used) {
    const linear_system<T>& to = system_[pending_];
    std::copy_n(sums, problem_.matrix_size(), to.a);
    std::copy_n(sums + problem_.matrix_size(), problem_.padded(), to.b);
    index_t n = used[0];
    for (std::size_t s = 1; s < used.size(); ++s) {
      sums += problem_.matrix_size() + problem_.padded();
      add(problem_.matrix_size(), sums, to.a);
      add(problem_.padded(), sums + problem_.matrix_size(), to.b);
      n += used[s];
    }
    solve_sum(u, n);
  }

  /// Solves what is pending. Returns the smallest row so far without a solution, or no_row.
  index_t finish() {
    bool good[systems];
    if (pending_ == systems) {
      cholesky_solve<T, systems>(system_, problem_.panels(), good);
    } else if (pending_ == 1) {
      cholesky_solve<T, 1>(system_, problem_.panels(), good);
    }
    for (int q = 0; q < pending_; ++q) {
      std::copy_n(system_[q].b, problem_.k, problem_.x + row_[q] * problem_.ldx);
      if (!good[q]) failed_ = std::min(failed_, row_[q]);
    }
    pending_ = 0;
    return failed_;
  }

 private:
  static constexpr int systems = 2;

  void solve_sum(index_t u, index_t used) {
    if (used == 0) {
      std::fill_n(problem_.x + u * problem_.ldx, problem_.k, T{});
    } else {
      if (problem_.weights.diagonal) add_diagonal(problem_.diagonal(u));
      row_[pending_++] = u;
      if (pending_ == systems) finish();
    }
  }

  void add_diagonal(T amount) {
    for (index_t i = 0; i < problem_.k; ++i)
      system_[pending_].a[panel_place<T>(problem_.padded(), i, i)] += amount;
  }

  const problem<T>& problem_;
  buffer<T> memory_;
  normal_equations<T> normal_;
  linear_system<T> system_[systems + 1];  // the last one holds partial sums
  index_t row_[systems];
  int pending_ = 0;
  index_t failed_ = no_row;
};

/// All threads sum the segments of row u; the first one solves it.
template <class T>
void solve_shared(const problem<T>& p, std::vector<row_solver<T>>& solvers, index_t u) {
  const index_t size = p.matrix_size() + p.padded();
  std::vector<index_t> used(static_cast<std::size_t>(segments_of(p.length(u))));
  const auto segments = static_cast<index_t>(used.size());
  const buffer<T> sums(segments * size);
#pragma omp parallel num_threads(static_cast <int>(solvers.size()))
  {
    trace::region const here("sum segments");
#pragma omp for schedule(dynamic) nowait
    for (index_t s = 0; s < segments; ++s) {
      T* a = sums.get() + s * size;
      used[static_cast<std::size_t>(s)] = solvers[static_cast<std::size_t>(omp_get_thread_num())].accumulate(
          u, s, segments, a, a + p.matrix_size());
    }
  }
  solvers[0].solve_segments(u, sums.get(), used);
}

}  // namespace

template <class T>
index_t als_solve(csr_view<T> ratings, als_weights<T> weights, const T* base, const T* y, index_t k,
                  index_t ldy, T* x, index_t ldx) {
  problem<T> p{{ratings, weights, y, k, ldy, x, ldx}, {}, {}};
  if (ratings.rows > 0) p.set_base(base);
  const auto d = static_cast<double>(k);
  tell_flops(ratings, [d](double n) { return n * d * (d + 3) + d * d * (d / 3 + 2); });
  return solve_rows<row_solver<T>>(
      p, [&](index_t nnz) { return als_row_cost(nnz, k); }, solve_shared<T>);
}

double als_row_cost(index_t nnz, index_t k) {
  constexpr double slowdown_of_solve = 2;
  const auto n = static_cast<double>(nnz), d = static_cast<double>(k);
  return nnz == 0 ? 1 : n * d * (d + 1) + slowdown_of_solve * d * d * (d / 3 + 4);
}

template index_t als_solve(csr_view<float>, als_weights<float>, const float*, const float*, index_t, index_t,
                           float*, index_t);
template index_t als_solve(csr_view<double>, als_weights<double>, const double*, const double*, index_t,
                           index_t, double*, index_t);

}  // namespace pantile::kernel
