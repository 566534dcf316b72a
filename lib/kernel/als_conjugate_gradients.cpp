#include "als_work.hpp"
#include "simd.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace pantile::kernel {
namespace {

using namespace detail;

/// The systems, and how far they are solved. Vectors of factors are padded to whole panels with zeros.
template <class T>
struct gradient_problem : row_systems<T> {
  index_t steps;
  buffer<T> gram;  // padded x padded, row-major, both triangles

  using row_systems<T>::k;
  using row_systems<T>::padded;

  void set_gram(const T* upper) {
    gram = buffer<T>(padded() * padded());
    std::fill_n(gram.get(), padded() * padded(), T{});
    for (index_t i = 0; i < k; ++i)
      for (index_t j = 0; j < k; ++j) gram.get()[i * padded() + j] = upper[std::min(i, j) * k + std::max(i, j)];
  }
};

template <class T>
T dot(const T* a, const T* b, index_t n) {
  vec<T> sum{};
  for (index_t i = 0; i < n; i += lanes<T>) sum += at(a + i) * at(b + i);
  double total = 0;
  for (int l = 0; l < lanes<T>; ++l) total += static_cast<double>(sum[l]);
  return static_cast<T>(total);
}
/// y += a x
template <class T>
void axpy(T a, const T* x, T* y, index_t n) {
  for (index_t i = 0; i < n; i += lanes<T>) at(y + i) += a * at(x + i);
}

/// out = G v for Panels neighbouring panels of columns; two rows at a time, so that the additions do not wait
/// for each other.
template <class T, int Panels>
void multiply_panels(const T* gram, index_t n, const T* v, T* out) {
  vec<T> sum[2][Panels] = {};
  for (index_t i = 0; i < n; i += 2)
    for (int half = 0; half < 2; ++half)
      for (int p = 0; p < Panels; ++p) sum[half][p] += v[i + half] * at(gram + (i + half) * n + p * lanes<T>);
  for (int p = 0; p < Panels; ++p) at(out + p * lanes<T>) = sum[0][p] + sum[1][p];
}
template <class T>
void multiply(const T* gram, index_t n, const T* v, T* out) {
  index_t i = 0;
  for (; i + 4 * lanes<T> <= n; i += 4 * lanes<T>) multiply_panels<T, 4>(gram + i, n, v, out + i);
  for (; i < n; i += lanes<T>) multiply_panels<T, 1>(gram + i, n, v, out + i);
}

/// Rows of factors that entries name, side by side, and what is summed over them.
template <class T>
class packed_entries {
 public:
  explicit packed_entries(const gradient_problem<T>& p)
      : problem_{p},
        padded_{p.padded()},
        room_{std::max<index_t>(lanes<T>, cache_bytes / (padded_ * index_t{sizeof(T)}) / lanes<T> * lanes<T>)},
        rows_(room_ * padded_),
        weight_(room_),
        target_(room_) {}

  /// out += sum over the ratings among the entries [begin, end) of c y (y . v), where c is the weight of the
  /// entry in the matrix; for a residual of (t - c (y . v)) y instead, t being that in the right side. Returns
  /// how many ratings these are.
  index_t add(index_t begin, index_t end, const T* v, bool residual, T* out) {
    index_t used = 0;
    for (index_t from = begin; from < end; from += room_) {
      pack(from, std::min(from + room_, end));
      for (index_t e = 0; e < size_; e += lanes<T>) add_block(e, v, residual, out);
      used += used_;
    }
    return used;
  }

 private:
  static constexpr index_t cache_bytes = index_t{1} << 19;

  /// Packs the entries [from, to), unless they are there already; those behind them have no weight.
  void pack(index_t from, index_t to) {
    if (from_ == from && to_ == to) return;
    from_ = from;
    to_ = to;
    used_ = 0;
    for (index_t e = from; e < to; ++e) {
      if (e + prefetched < to) prefetch_row(problem_.factors_of(e + prefetched), problem_.k);
      const entry_weight<T> w = problem_.weight(e);
      if (!w.counts) continue;
      T* const packed = rows_.get() + used_ * padded_;
      std::fill(std::copy_n(problem_.factors_of(e), problem_.k, packed), packed + padded_, T{});
      target_.get()[used_] = w.target;
      weight_.get()[used_++] = w.rank;
    }
    size_ = (used_ + lanes<T> - 1) / lanes<T> * lanes<T>;
    std::fill_n(rows_.get() + used_ * padded_, (size_ - used_) * padded_, T{});
    std::fill_n(weight_.get() + used_, size_ - used_, T{});
    std::fill_n(target_.get() + used_, size_ - used_, T{});
  }

  /// As many entries as a vector has lanes: their products with v are one vector, too.
  void add_block(index_t e, const T* v, bool residual, T* out) const {
    const T* const rows = rows_.get() + e * padded_;
    vec<T> sum[lanes<T>] = {};
    for (index_t i = 0; i < padded_; i += lanes<T>) {
      const vec<T> x = load_once(v + i);
#pragma GCC unroll 16
      for (int l = 0; l < lanes<T>; ++l) sum[l] += x * at(rows + l * padded_ + i);
    }
    vec<T> factor = at(weight_.get() + e) * sum_each<T>(sum);
    if (residual) factor = at(target_.get() + e) - factor;
    T f[lanes<T>];
    for (int l = 0; l < lanes<T>; ++l) f[l] = factor[l];
    for (index_t i = 0; i < padded_; i += lanes<T>) {
      vec<T> even = at(out + i), odd{};
#pragma GCC unroll 16
      for (int l = 0; l < lanes<T>; l += 2) {
        even += f[l] * at(rows + l * padded_ + i);
        odd += f[l + 1] * at(rows + (l + 1) * padded_ + i);
      }
      at(out + i) = even + odd;
    }
  }

  static constexpr index_t prefetched = 8;  // entries ahead

  const gradient_problem<T>& problem_;
  index_t padded_, room_;
  buffer<T> rows_, weight_, target_;
  index_t from_ = -1, to_ = -1, used_ = 0, size_ = 0;  // what is packed
};

/// One thread's memory and its way through its rows.
template <class T>
class gradient_solver {
 public:
  explicit gradient_solver(const gradient_problem<T>& p) : problem_{p}, entries_{p}, memory_(5 * p.padded()) {}

  /// out = what packed_entries::add adds for one segment of row u; returns how many entries count.
  index_t sum_segment(index_t u, index_t s, index_t count, const T* v, bool residual, T* out) {
    const auto [begin, end] = problem_.segment(u, s, count);
    std::fill_n(out, problem_.padded(), T{});
    return entries_.add(begin, end, v, residual, out);
  }

  void solve(index_t u) {
    solve(u, [&](const T* v, bool residual, T* out) {
      const index_t segments = segments_of(problem_.length(u));
      index_t used = 0;
      for (index_t s = 0; s < segments; ++s) {
        used += sum_segment(u, s, segments, v, residual, part());
        axpy(T{1}, part(), out, problem_.padded());
      }
      return used;
    });
  }

  /// add(v, residual, out) adds what packed_entries::add does, for all entries of the row, and counts them.
  template <class Add>
  void solve(index_t u, Add add) {
    const index_t n = problem_.padded();
    T *const x = memory_.get(), *const r = x + n, *const p = r + n, *const product = p + n;
    T* const target = problem_.x + u * problem_.ldx;
    std::fill(std::copy_n(target, problem_.k, x), x + n, T{});
    multiply_base(u, x, r);
    const T of_gram = dot(r, r, n);
    for (index_t i = 0; i < n; ++i) r[i] = -r[i];
    if (problem_.length(u) == 0 || add(x, true, r) == 0) {
      std::fill_n(target, problem_.k, T{});
      return;
    }
    std::copy_n(r, n, p);
    T square = dot(r, r, n);
    bool good = square <= std::numeric_limits<T>::max();
    // What is left below this is rounding: steps along it lead away.
    constexpr T epsilon = std::numeric_limits<T>::epsilon();
    const T least = std::max(std::numeric_limits<T>::min(), epsilon * epsilon * (of_gram + square));
    for (index_t step = 0; good && step < problem_.steps && square > least; ++step) {
      multiply_base(u, p, product);
      add(p, false, product);
      const T curvature = dot(p, product, n), length = square / curvature;
      axpy(length, p, x, n);
      axpy(-length, product, r, n);
      const T next = dot(r, r, n);
      good = curvature > 0 && next <= std::numeric_limits<T>::max();
      const T keep = next / square;
      for (index_t i = 0; i < n; i += lanes<T>) at(p + i) = at(r + i) + keep * at(p + i);
      square = next;
    }
    std::copy_n(x, problem_.k, target);
    for (index_t i = 0; i < problem_.k; ++i) good = good && std::isfinite(x[i]);
    if (!good) failed_ = std::min(failed_, u);
  }

  index_t finish() const { return failed_; }

 private:
  /// out = (base + diagonal_u I) v
  void multiply_base(index_t u, const T* v, T* out) const {
    multiply(problem_.gram.get(), problem_.padded(), v, out);
    if (problem_.weights.diagonal) axpy(problem_.diagonal(u), v, out, problem_.padded());
  }
  T* part() { return memory_.get() + 4 * problem_.padded(); }

  const gradient_problem<T>& problem_;
  packed_entries<T> entries_;
  buffer<T> memory_;  // x, the residual, the direction, its product, and a part of it
  index_t failed_ = no_row;
};

/// All threads sum over the segments of row u.
template <class T>
void solve_by_all(const gradient_problem<T>& p, std::vector<gradient_solver<T>>& solvers, index_t u) {
  const index_t n = p.padded(), segments = segments_of(p.length(u));
  std::vector<index_t> used(static_cast<std::size_t>(segments));
  const buffer<T> parts(segments * n);
  solvers[0].solve(u, [&](const T* v, bool residual, T* out) {
#pragma omp parallel for schedule(static) num_threads(static_cast <int>(solvers.size()))
    for (index_t s = 0; s < segments; ++s)
      used[static_cast<std::size_t>(s)] = solvers[static_cast<std::size_t>(omp_get_thread_num())].sum_segment(
          u, s, segments, v, residual, parts.get() + s * n);
    index_t all = 0;
    for (index_t s = 0; s < segments; ++s) {
      axpy(T{1}, parts.get() + s * n, out, n);
      all += used[static_cast<std::size_t>(s)];
    }
    return all;
  });
}

}  // namespace

template <class T>
index_t als_conjugate_gradients(csr_view<T> ratings, als_weights<T> weights, const T* base, const T* y,
                                index_t k, index_t ldy, T* x, index_t ldx, index_t steps) {
  gradient_problem<T> p{{ratings, weights, y, k, ldy, x, ldx}, steps, {}};
  if (ratings.rows > 0) p.set_gram(base);
  const auto d = static_cast<double>(k), products = static_cast<double>(steps + 1);
  tell_flops(ratings, [=](double n) { return products * (4 * n * d + 2 * d * d); });
  return solve_rows<gradient_solver<T>>(
      p, [&](index_t nnz) { return als_row_cost(nnz, k, steps); }, solve_by_all<T>);
}

double als_row_cost(index_t nnz, index_t k, index_t steps) {
  // A sum over the entries and a product with the Gram matrix for the residual and in every step; gathering the
  // entries takes as long as one such sum.
  const auto n = static_cast<double>(nnz), d = static_cast<double>(k), s = static_cast<double>(steps);
  return nnz == 0 ? 1 : (s + 2) * 4 * n * d + (s + 1) * 2 * d * d;
}

template index_t als_conjugate_gradients(csr_view<float>, als_weights<float>, const float*, const float*,
                                         index_t, index_t, float*, index_t, index_t);
template index_t als_conjugate_gradients(csr_view<double>, als_weights<double>, const double*, const double*,
                                         index_t, index_t, double*, index_t, index_t);

}  // namespace pantile::kernel
