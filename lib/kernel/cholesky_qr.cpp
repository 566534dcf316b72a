#include "../base/instantiate.hpp"
#include "blas.hpp"
#include "gram_sum.hpp"
#include "upper_solver.hpp"

#include <pantile/kernel/cholesky_qr.hpp>
#include <pantile/kernel/lapack.hpp>
#include <pantile/kernel/parallel.hpp>
#include <pantile/kernel/stream.hpp>
#include <pantile/trace/recorder.hpp>

#include <algorithm>
#include <cmath>
#include <complex>
#include <limits>

namespace pantile::kernel {

namespace {

std::size_t elements_of_square(index_t n) { return static_cast<std::size_t>(n * n); }

/// Pieces of tall matrices on their way through a cache, and what is done with them, by BLAS: where the kernels
/// of gram_sum.hpp and upper_solver.hpp do not have the type, or vectors wide enough.
template <class T>
class row_piece {
 public:
  explicit row_piece(index_t n)
      : n_(n),
        most_(std::max<index_t>(48, (index_t{1} << 18) / index_t{sizeof(T)} / n)),
        elements_(static_cast<std::size_t>(most_ * n)) {}
  index_t rows() const { return rows_; }
  T* data() { return elements_.data(); }
  T const* data() const { return elements_.data(); }
  void take(T const* a, index_t all, index_t ld) {
    rows_ = std::min(most_, all);
    for (index_t i = 0; i < rows_; ++i) std::copy_n(a + i * ld, n_, data() + i * n_);
  }
  void give(T* a) const { std::copy_n(data(), rows_ * n_, a); }

 private:
  index_t n_, most_, rows_ = 0;
  std::vector<T> elements_;
};
template <class T>
class blas_solver {
 public:
  using piece = row_piece<T>;
  blas_solver(index_t n, T const* r) : n_(n), r_(r) {}
  void solve(piece& x) const { blas::solve_upper_right(x.rows(), n_, r_, x.data()); }

 private:
  index_t n_;
  T const* r_;
};
template <class T>
class blas_adder {
 public:
  using piece = row_piece<T>;
  using sum = T;
  explicit blas_adder(index_t n) : n_(n) {}
  static index_t size(index_t n) { return n * n; }
  static index_t place(index_t n, index_t i, index_t j) { return i * n + j; }
  void add(piece const& a, T* sums) const { blas::herk(n_, a.rows(), a.data(), n_, T(1), sums); }
  void finish(T*) const {}

 private:
  index_t n_;
};

template <class T>
using solver =
    std::conditional_t<is_complex<T> || !detail::packs_rows, blas_solver<T>, detail::upper_solver<T>>;
template <class T>
using adder = std::conditional_t<is_complex<T> || !detail::packs_rows, blas_adder<T>, detail::gram_adder<T>>;

double work_of(index_t rows, index_t n) {
  return static_cast<double>(rows) * static_cast<double>(n) * static_cast<double>(n);
}

}  // namespace

template <class T>
std::vector<T> gram_of_rows(index_t rows, index_t n, T const* a, T const* r) {
  trace::computed((r ? 2 : 1) * work_of(rows, n));
  trace::read(static_cast<double>(rows * n) * sizeof(T));
  std::vector<T> gram(elements_of_square(n), T(0));
  if (trace::rehearsing() || n == 0) return gram;
  std::optional<solver<T>> inverse;
  if (r) inverse.emplace(n, r);
  detail::sum_gram<adder<T>>(rows, n, a, n, gram.data(), n, [&](auto& piece) {
    if (inverse) inverse->solve(piece);
  });
  return gram;
}

template <class T>
void solve_rows(index_t rows, index_t n, T const* a, T const* r1, T const* r2, T* q) {
  trace::computed(2 * work_of(rows, n));
  trace::read(static_cast<double>(rows * n) * sizeof(T));
  if (trace::rehearsing() || n == 0) return;
  solver<T> const first(n, r1), second(n, r2);
  parallel_ranges(rows, rows * n * n, [&](index_t begin, index_t end, int) {
    typename solver<T>::piece piece(n);
    for (index_t i = begin; i < end; i += piece.rows()) {
      piece.take(a + i * n, end - i, n);
      first.solve(piece);
      second.solve(piece);
      piece.give(q + i * n);
    }
    stream_fence();
  });
}

template <class T>
std::optional<std::vector<T>> upper_cholesky(index_t n, std::vector<T> const& g, double least) {
  std::vector<T> l(elements_of_square(n), T(0)), r(l);
  auto const at = [n](index_t i, index_t j) { return static_cast<std::size_t>(i * n + j); };
  for (index_t i = 0; i < n; ++i)
    for (index_t j = 0; j <= i; ++j) l[at(i, j)] = conjugate(g[at(j, i)]);
  if (lapack::potrf(n, l.data()) != 0) return std::nullopt;
  double smallest = std::numeric_limits<double>::infinity(), largest = 0;
  for (index_t i = 0; i < n; ++i) {
    for (index_t j = 0; j <= i; ++j) r[at(j, i)] = conjugate(l[at(i, j)]);
    double const d = std::abs(static_cast<std::complex<double>>(r[at(i, i)]));
    smallest = std::min(smallest, d);
    largest = std::max(largest, d);
  }
  if (!std::isfinite(largest) || !(smallest > 0) || smallest < least * largest) return std::nullopt;
  return r;
}

template <class T>
std::vector<T> upper_product(index_t n, std::vector<T> const& a, std::vector<T> const& b) {
  trace::computed(static_cast<double>(n) * static_cast<double>(n) * static_cast<double>(n) / 3);
  std::vector<T> c(elements_of_square(n), T(0));
  for (index_t i = 0; i < n; ++i)
    for (index_t l = i; l < n; ++l) {
      T const x = a[static_cast<std::size_t>(i * n + l)];
      for (index_t j = l; j < n; ++j)
        c[static_cast<std::size_t>(i * n + j)] += x * b[static_cast<std::size_t>(l * n + j)];
    }
  return c;
}

#define PANTILE_INSTANTIATE(T)                                                                   \
  template std::vector<T> gram_of_rows(index_t, index_t, T const*, T const*);                    \
  template void solve_rows(index_t, index_t, T const*, T const*, T const*, T*);                  \
  template std::optional<std::vector<T>> upper_cholesky(index_t, std::vector<T> const&, double); \
  template std::vector<T> upper_product(index_t, std::vector<T> const&, std::vector<T> const&);
PANTILE_FOR_LAPACK_TYPES(PANTILE_INSTANTIATE)
#undef PANTILE_INSTANTIATE

}  // namespace pantile::kernel
