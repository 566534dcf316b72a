#include "als_cholesky.hpp"
#include "subspace_entries.hpp"

#include <omp.h>

#include <algorithm>
#include <vector>

namespace pantile::kernel {
namespace {

using namespace detail;

/// The systems, and the blocks in which they are solved.
template <class T>
struct subspace_problem : row_systems<T> {
  std::vector<factor_block> blocks;
  index_t longest = 0;  // row, in entries
  index_t gram_stride = 0;
  buffer<T> gram;                  // k rows, both triangles, zeros behind
  std::vector<buffer<T>> squares;  // of each block on the diagonal, in panels
  buffer<T> zero;                  // as large as the first of them, which is the largest

  using row_systems<T>::k;

  index_t panels() const { return blocks.back().panel + blocks.back().panels; }
  index_t largest() const { return blocks.front().panels * lanes<T>; }

  /// Copies the Gram matrix; the padding of the diagonals is 1, so that the systems stay solvable.
  void set_gram(const T* upper) {
    gram_stride = (panels_of<T>(k) + 1) * lanes<T>;
    gram = buffer<T>(k * gram_stride);
    std::fill_n(gram.get(), k * gram_stride, T{});
    for (index_t i = 0; i < k; ++i)
      for (index_t j = 0; j < k; ++j)
        gram.get()[i * gram_stride + j] = upper[std::min(i, j) * k + std::max(i, j)];
    for (const factor_block& b : blocks) {
      const index_t n = b.panels * lanes<T>;
      buffer<T>& square = squares.emplace_back(n * n);
      for (index_t i = 0; i < n; ++i)
        for (index_t j = 0; j < n; ++j)
          square.get()[panel_place<T>(n, i, j)] =
              i < b.width && j < b.width ? gram.get()[(b.begin + i) * gram_stride + b.begin + j] : T(i == j);
    }
    zero = buffer<T>(largest() * largest());
    std::fill_n(zero.get(), largest() * largest(), T{});
  }

  /// g -= the rows of a block of the Gram matrix times the factors, both in panels.
  [[gnu::noinline]] void subtract_product(const factor_block& block, const T* factors, T* g) const {
    for (index_t v = 0; v < block.panels; ++v) {
      constexpr int sums = 4;
      vec<T> sum[sums] = {};
      for (const factor_block& b : blocks) {
        const T* const of_block = factors + b.panel * lanes<T>;
        const T* const row = gram.get() + b.begin * gram_stride + block.begin + v * lanes<T>;
        index_t i = 0;
        for (; i + sums <= b.width; i += sums)
          for (int s = 0; s < sums; ++s)
            sum[s] += of_block[i + s] * load_unaligned(row + (i + s) * gram_stride);
        for (; i < b.width; ++i) sum[0] += of_block[i] * load_unaligned(row + i * gram_stride);
      }
      vec<T> product = (sum[0] + sum[1]) + (sum[2] + sum[3]);
      for (int l = panel_width<T>(block, v); l < lanes<T>; ++l) product[l] = 0;  // another block's
      at(g + v * lanes<T>) -= product;
    }
  }
};

/// A row on its way through the blocks. `each(count, f)` runs f(blocked_entries, segment) for so many segments.
template <class T>
class subspace_row {
 public:
  explicit subspace_row(const subspace_problem<T>& p)
      : entries{p, p.blocks},
        problem_{p},
        x_(p.panels() * lanes<T>),
        predictions_(p.longest),
        system_(part_size() + p.largest() * lanes<T>) {}

  blocked_entries<T> entries;  // of the thread that this row belongs to

  index_t row() const { return u_; }

  /// Takes row u as it stands. False where it has no ratings.
  template <class Each>
  bool begin(index_t u, Each&& each) {
    if (!problem_.is_rated(u)) return false;
    u_ = u;
    segments_ = segments_of(problem_.length(u));
    if (segments_ > 1) parts_ = buffer<T>(segments_ * part_size());
    const T* const factors = problem_.x + u * problem_.ldx;
    std::fill_n(x_.get(), problem_.panels() * lanes<T>, T{});
    for (const factor_block& b : problem_.blocks)
      std::copy_n(factors + b.begin, b.width, x_.get() + b.panel * lanes<T>);
    each(segments_, [&](blocked_entries<T>& of_thread, index_t s) {
      const auto [from, to] = problem_.segment(u_, s, segments_);
      of_thread.predict(from, to, x_.get(), predictions_at(from));
    });
    return true;
  }

  /// The system whose solution is the step along block j.
  template <class Each>
  linear_system<T> form(std::size_t j, Each&& each) {
    const factor_block& block = problem_.blocks[j];
    const T* const square = problem_.squares[j].get();
    each(segments_, [&](blocked_entries<T>& of_thread, index_t s) {
      const auto [from, to] = problem_.segment(u_, s, segments_);
      const linear_system<T> part = part_of(s);
      std::fill_n(part.b, problem_.largest(), T{});
      of_thread.form(from, to, block, predictions_at(from), s == 0 ? square : problem_.zero.get(), part.a,
                     part.b);
    });
    const linear_system<T> all = part_of(0);
    for (index_t s = 1; s < segments_; ++s)
      for (index_t i = 0; i < part_size(); i += lanes<T>) at(all.a + i) += at(part_of(s).a + i);
    problem_.subtract_product(block, x_.get(), all.b);
    if (problem_.weights.diagonal) add_diagonal(block, all);
    return all;
  }

  /// Goes it.
  template <class Each>
  void step(std::size_t j, const T* along, Each&& each) {
    const factor_block& block = problem_.blocks[j];
    for (index_t i = 0; i < block.panels; ++i)
      at(x_.get() + (block.panel + i) * lanes<T>) += at(along + i * lanes<T>);
    if (j + 1 == problem_.blocks.size()) return;
    each(segments_, [&](blocked_entries<T>& of_thread, index_t s) {
      const auto [from, to] = problem_.segment(u_, s, segments_);
      of_thread.add_step(from, to, block, along, predictions_at(from));
    });
  }

  /// The same system in the memory of this row, which is not on its way.
  linear_system<T> copy_of(const linear_system<T>& system) {
    segments_ = 1;
    const linear_system<T> copy = part_of(0);
    std::copy_n(system.a, part_size(), copy.a);
    return copy;
  }

  void store() const {
    T* const factors = problem_.x + u_ * problem_.ldx;
    for (const factor_block& b : problem_.blocks)
      std::copy_n(x_.get() + b.panel * lanes<T>, b.width, factors + b.begin);
  }

 private:
  void add_diagonal(const factor_block& block, const linear_system<T>& system) const {
    const T amount = problem_.diagonal(u_);
    for (index_t i = 0; i < block.width; ++i) {
      system.a[panel_place<T>(block.panels * lanes<T>, i, i)] += amount;
      system.b[i] -= amount * x_.get()[block.panel * lanes<T> + i];
    }
  }

  /// Of the matrix and the right side of the largest block.
  index_t part_size() const { return problem_.largest() * (problem_.largest() + 1); }
  T* predictions_at(index_t entry) const { return predictions_.get() + entry - problem_.ratings.offsets[u_]; }

  linear_system<T> part_of(index_t s) const {
    T* const a = segments_ > 1 ? parts_.get() + s * part_size() : system_.get();
    return {a, system_.get() + part_size(), a + problem_.largest() * problem_.largest()};
  }

  const subspace_problem<T>& problem_;
  buffer<T> x_, predictions_, system_, parts_;
  index_t u_ = 0, segments_ = 1;
};

/// One copy of the code for every pair, as of what blocked_entries computes.
template <class T>
[[gnu::noinline]] void solve_pair(const linear_system<T>* systems, index_t panels, bool* good) {
  cholesky_solve<T, 2>(systems, panels, good);
}

/// One thread's memory and its way through its rows: two at a time, for the sake of cholesky_solve.
template <class T>
class subspace_solver {
 public:
  explicit subspace_solver(const subspace_problem<T>& p) : problem_{p} {
    for (std::size_t i = 0; i < together; ++i) rows_.emplace_back(p);
  }

  blocked_entries<T>& entries() { return rows_[0].entries; }

  void solve(index_t u) {
    subspace_row<T>& row = rows_[pending_];
    if (row.begin(u, alone(row)))
      ++pending_;
    else
      clear(u);
    if (pending_ == together) finish();
  }

  /// The same for one row alone, by whoever runs its segments.
  template <class Each>
  void solve(index_t u, Each&& each) {
    finish();
    if (rows_[0].begin(u, each))
      descend(1, [&](std::size_t) -> Each& { return each; });
    else
      clear(u);
  }

  /// Solves what is pending. Returns the smallest row so far without a solution, or no_row.
  index_t finish() {
    if (pending_ > 0) descend(pending_, [&](std::size_t q) { return alone(rows_[q]); });
    pending_ = 0;
    return failed_;
  }

 private:
  static constexpr std::size_t together = 2;

  static auto alone(subspace_row<T>& row) {
    return [&row](index_t segments, auto&& f) {
      for (index_t s = 0; s < segments; ++s) f(row.entries, s);
    };
  }

  void clear(index_t u) { std::fill_n(problem_.x + u * problem_.ldx, problem_.k, T{}); }

  /// Takes the first rows through the blocks, two systems at a time also where there is one row: compilers may
  /// round one system alone otherwise than two, and who is alone depends on the threads.
  template <class EachOf>
  void descend(std::size_t rows, EachOf&& each_of) {
    bool good[together] = {true, true};
    for (std::size_t j = 0; j < problem_.blocks.size(); ++j) {
      linear_system<T> systems[together];
      bool solved[together];
      for (std::size_t q = 0; q < rows; ++q) systems[q] = rows_[q].form(j, each_of(q));
      if (rows < together) systems[1] = rows_[1].copy_of(systems[0]);
      solve_pair(systems, problem_.blocks[j].panels, solved);
      for (std::size_t q = 0; q < rows; ++q) {
        good[q] &= solved[q];
        rows_[q].step(j, systems[q].b, each_of(q));
      }
    }
    for (std::size_t q = 0; q < rows; ++q) {
      rows_[q].store();
      if (!good[q]) failed_ = std::min(failed_, rows_[q].row());
    }
  }

  const subspace_problem<T>& problem_;
  std::vector<subspace_row<T>> rows_;
  std::size_t pending_ = 0;
  index_t failed_ = no_row;
};

/// All threads work on the segments of row u.
template <class T>
void descend_together(const subspace_problem<T>&, std::vector<subspace_solver<T>>& solvers, index_t u) {
  solvers[0].solve(u, [&](index_t segments, auto&& f) {
#pragma omp parallel for schedule(static) num_threads(static_cast <int>(solvers.size()))
    for (index_t s = 0; s < segments; ++s)
      f(solvers[static_cast<std::size_t>(omp_get_thread_num())].entries(), s);
  });
}

}  // namespace

template <class T>
index_t als_subspace(csr_view<T> ratings, als_weights<T> weights, const T* base, const T* y, index_t k,
                     index_t ldy, T* x, index_t ldx, index_t block) {
  if (ratings.rows == 0) return -1;
  subspace_problem<T> p{{ratings, weights, y, k, ldy, x, ldx}, blocks_of<T>(k, block), 0, 0, {}, {}, {}};
  for (index_t u = 0; u < ratings.rows; ++u) p.longest = std::max(p.longest, p.length(u));
  p.set_gram(base);
  const auto d = static_cast<double>(k), b = static_cast<double>(std::min(block, k));
  tell_flops(ratings, [=](double n) { return n * d * (b + 6) + 2 * d * d + d * b * (b / 3 + 2); });
  return solve_rows<subspace_solver<T>>(
      p, [&](index_t nnz) { return als_subspace_row_cost(nnz, k, block); }, descend_together<T>);
}

double als_subspace_row_cost(index_t nnz, index_t k, index_t block) {
  // For each factor of an entry: its part of the prediction, of the gradient and of what the step adds, and its
  // row of the block's matrix; gathering takes as long as two of the former. For each block a small solve, and
  // its rows of the Gram matrix.
  const auto n = static_cast<double>(nnz), d = static_cast<double>(k),
             b = static_cast<double>(std::min(block, k));
  return nnz == 0 ? 1 : n * d * (10 + b) + 2 * d * d + 2 * d * b * (b / 3 + 4);
}

template index_t als_subspace(csr_view<float>, als_weights<float>, const float*, const float*, index_t, index_t,
                              float*, index_t, index_t);
template index_t als_subspace(csr_view<double>, als_weights<double>, const double*, const double*, index_t,
                              index_t, double*, index_t, index_t);

}  // namespace pantile::kernel
