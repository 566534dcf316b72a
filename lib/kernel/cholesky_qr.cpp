#include "../base/instantiate.hpp"
#include "blas.hpp"
#include "upper_solver.hpp"

#include <pantile/kernel/cholesky_qr.hpp>
#include <pantile/kernel/lapack.hpp>
#include <pantile/kernel/parallel.hpp>
#include <pantile/trace/recorder.hpp>

#include <algorithm>
#include <cmath>
#include <complex>
#include <limits>

namespace pantile::kernel {

namespace {

std::size_t square(index_t n) { return static_cast<std::size_t>(n * n); }

}  // namespace

namespace {

/// x R = a by BLAS, for the types that `upper_solver` does not have.
template <class T>
class blas_solver {
 public:
  static index_t width(index_t n) { return n; }
  blas_solver(index_t n, T const* r) : n_(n), r_(r) {}
  void solve(index_t rows, T* x) const { blas::solve_upper_right(rows, n_, r_, x); }

 private:
  index_t n_;
  T const* r_;
};
template <class T>
using solver = std::conditional_t<is_complex<T>, blas_solver<T>, upper_solver<T>>;

/// Rows of a tall matrix, so many that they stay in cache, on their way through one thread.
template <class T>
class piece_of_rows {
 public:
  explicit piece_of_rows(index_t n)
      : n_(n),
        width_(solver<T>::width(n)),
        rows_(std::max<index_t>(48, (index_t{1} << 18) / index_t{sizeof(T)} / width_) / 48 * 48),
        elements_(rows_ * width_) {
    std::fill_n(elements_.get(), rows_ * width_, T(0));
  }
  index_t most_rows() const { return rows_; }
  index_t width() const { return width_; }
  T* elements() const { return elements_.get(); }
  void take(index_t rows, T const* from) {
    for (index_t i = 0; i < rows; ++i) std::copy_n(from + i * n_, n_, elements_.get() + i * width_);
  }
  void give(index_t rows, T* to) const {
    for (index_t i = 0; i < rows; ++i) std::copy_n(elements_.get() + i * width_, n_, to + i * n_);
  }

 private:
  index_t n_, width_, rows_;
  detail::buffer<T> elements_;
};

double work_of(index_t rows, index_t n) {
  return static_cast<double>(rows) * static_cast<double>(n) * static_cast<double>(n);
}

}  // namespace

template <class T>
std::vector<T> gram_of_rows(index_t rows, index_t n, T const* a, T const* r) {
  trace::computed((r ? 2 : 1) * work_of(rows, n));
  trace::read(static_cast<double>(rows * n) * sizeof(T));
  std::vector<T> gram(square(n), T(0));
  if (trace::rehearsing() || n == 0) return gram;
  std::optional<solver<T>> inverse;
  if (r) inverse.emplace(n, r);
  std::vector<std::vector<T>> grams(static_cast<std::size_t>(parallel_threads(rows, rows * n * n)));
  parallel_ranges(rows, rows * n * n, [&](index_t begin, index_t end, int thread) {
    std::vector<T>& mine = grams[static_cast<std::size_t>(thread)];
    mine.assign(gram.size(), T(0));
    piece_of_rows<T> piece(n);
    for (index_t i = begin; i < end; i += piece.most_rows()) {
      index_t const count = std::min(piece.most_rows(), end - i);
      if (!r) {
        blas::herk(n, count, a + i * n, n, T(1), mine.data());
        continue;
      }
      piece.take(count, a + i * n);
      inverse->solve(count, piece.elements());
      blas::herk(n, count, piece.elements(), piece.width(), T(1), mine.data());
    }
  });
  for (auto const& part : grams)
    for (std::size_t i = 0; i < part.size(); ++i) gram[i] += part[i];
  return gram;
}

template <class T>
void solve_rows(index_t rows, index_t n, T const* a, T const* r1, T const* r2, T* q) {
  trace::computed(2 * work_of(rows, n));
  trace::read(static_cast<double>(rows * n) * sizeof(T));
  if (trace::rehearsing() || n == 0) return;
  solver<T> const first(n, r1), second(n, r2);
  parallel_ranges(rows, rows * n * n, [&](index_t begin, index_t end, int) {
    piece_of_rows<T> piece(n);
    for (index_t i = begin; i < end; i += piece.most_rows()) {
      index_t const count = std::min(piece.most_rows(), end - i);
      piece.take(count, a + i * n);
      first.solve(count, piece.elements());
      second.solve(count, piece.elements());
      piece.give(count, q + i * n);
    }
  });
}

template <class T>
std::optional<std::vector<T>> upper_cholesky(index_t n, std::vector<T> const& g, double least) {
  std::vector<T> l(square(n), T(0)), r(l);
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
  std::vector<T> c(square(n), T(0));
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
