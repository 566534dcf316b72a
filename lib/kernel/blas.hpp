#pragma once

#include <pantile/base/checked.hpp>
#include <pantile/kernel/matrix.hpp>

#include <cblas.h>

#include <algorithm>
#include <complex>
#include <limits>
#include <type_traits>

// BLAS routines by the type of their elements, on row-major matrices. BLAS counts in 32 bits: what is longer
// than `most_extent` is multiplied in pieces (rows of more elements than that, below one another, are a
// domain_error).
namespace pantile::kernel::blas {

template <class T>
inline constexpr bool has = std::is_floating_point_v<T> || is_complex<T>;

inline constexpr index_t most_extent = std::numeric_limits<int>::max();

/// piece(begin, size) for pieces of [0, extent).
template <class F>
void in_pieces(index_t extent, index_t most, F const& piece) {
  for (index_t begin = 0; begin < extent; begin += most) piece(begin, std::min(most, extent - begin));
}
template <class T>
matrix_view<T> from_row(matrix_view<T> a, index_t i) {
  return {a.data + i * (a.transposed ? 1 : a.ld), a.ld, a.transposed};
}
template <class T>
matrix_view<T> from_column(matrix_view<T> a, index_t j) {
  return {a.data + j * (a.transposed ? a.ld : 1), a.ld, a.transposed};
}

inline CBLAS_TRANSPOSE transpose(bool transposed) { return transposed ? CblasTrans : CblasNoTrans; }
inline int integer(index_t n) { return narrow<int>(n); }
inline int leading(index_t ld) { return std::max(1, integer(ld)); }

/// c = alpha a . b + beta c.
template <class T>
void gemm(index_t m, index_t n, index_t k, T alpha, matrix_view<T> a, matrix_view<T> b, T beta, T* c,
          index_t ldc) {
  auto const ta = transpose(a.transposed), tb = transpose(b.transposed);
  int const M = integer(m), N = integer(n), K = integer(k), la = leading(a.ld), lb = leading(b.ld),
            lc = leading(ldc);
  if constexpr (std::is_same_v<T, float>)
    cblas_sgemm(CblasRowMajor, ta, tb, M, N, K, alpha, a.data, la, b.data, lb, beta, c, lc);
  else if constexpr (std::is_same_v<T, double>)
    cblas_dgemm(CblasRowMajor, ta, tb, M, N, K, alpha, a.data, la, b.data, lb, beta, c, lc);
  else if constexpr (std::is_same_v<T, std::complex<float>>)
    cblas_cgemm(CblasRowMajor, ta, tb, M, N, K, &alpha, a.data, la, b.data, lb, &beta, c, lc);
  else
    cblas_zgemm(CblasRowMajor, ta, tb, M, N, K, &alpha, a.data, la, b.data, lb, &beta, c, lc);
}

/// c = alpha a . x + beta c for an m x k matrix a; x has distance `incx`, c has distance `incc`.
template <class T>
void gemv(index_t m, index_t k, T alpha, matrix_view<T> a, T const* x, index_t incx, T beta, T* c,
          index_t incc) {
  auto const ta = transpose(a.transposed);
  int const rows = integer(a.transposed ? k : m), columns = integer(a.transposed ? m : k);
  int const la = leading(a.ld), ix = integer(incx), ic = integer(incc);
  if constexpr (std::is_same_v<T, float>)
    cblas_sgemv(CblasRowMajor, ta, rows, columns, alpha, a.data, la, x, ix, beta, c, ic);
  else if constexpr (std::is_same_v<T, double>)
    cblas_dgemv(CblasRowMajor, ta, rows, columns, alpha, a.data, la, x, ix, beta, c, ic);
  else if constexpr (std::is_same_v<T, std::complex<float>>)
    cblas_cgemv(CblasRowMajor, ta, rows, columns, &alpha, a.data, la, x, ix, &beta, c, ic);
  else
    cblas_zgemv(CblasRowMajor, ta, rows, columns, &alpha, a.data, la, x, ix, &beta, c, ic);
}

/// c = alpha a b + beta c by gemm, or gemv where a or b is a vector; with beta = 0, c is only written.
template <class T>
void product(index_t m, index_t n, index_t k, T alpha, matrix_view<T> a, matrix_view<T> b, T beta, T* c,
             index_t ldc, index_t most = most_extent) {
  // A row that is alone is a column as well, and its length no distance of rows.
  if (m == 1 && !a.transposed) a = {a.data, 1, true};
  if (k == 1 && !b.transposed) b = {b.data, 1, true};
  if (m > most)
    in_pieces(m, most, [&](index_t i, index_t rows) {
      product(rows, n, k, alpha, from_row(a, i), b, beta, c + i * ldc, ldc, most);
    });
  else if (n > most)
    in_pieces(n, most, [&](index_t j, index_t columns) {
      product(m, columns, k, alpha, a, from_column(b, j), beta, c + j, ldc, most);
    });
  else if (k > most)
    in_pieces(k, most, [&](index_t l, index_t depth) {
      product(m, n, depth, alpha, from_column(a, l), from_row(b, l), l == 0 ? beta : T(1), c, ldc, most);
    });
  else if (n == 1)
    gemv(m, k, alpha, a, b.data, b.transposed ? 1 : b.ld, beta, c, ldc);
  else if (m == 1)
    gemv(n, k, alpha, {b.data, b.ld, !b.transposed}, a.data, a.transposed ? a.ld : 1, beta, c, 1);
  else
    gemm(m, n, k, alpha, a, b, beta, c, ldc);
}

/// The upper triangle of c = alpha a' a + beta c for the k x n matrix a; complex elements without conjugation.
template <class T>
void syrk(index_t n, index_t k, T alpha, matrix_view<T> a, T beta, T* c, index_t ldc,
          index_t most = most_extent) {
  if (k > most)
    return in_pieces(k, most, [&](index_t l, index_t depth) {
      syrk(n, depth, alpha, from_row(a, l), l == 0 ? beta : T(1), c, ldc, most);
    });
  auto const trans = a.transposed ? CblasNoTrans : CblasTrans;
  int const N = integer(n), K = integer(k), la = leading(a.ld), lc = leading(ldc);
  if constexpr (std::is_same_v<T, float>)
    cblas_ssyrk(CblasRowMajor, CblasUpper, trans, N, K, alpha, a.data, la, beta, c, lc);
  else if constexpr (std::is_same_v<T, double>)
    cblas_dsyrk(CblasRowMajor, CblasUpper, trans, N, K, alpha, a.data, la, beta, c, lc);
  else if constexpr (std::is_same_v<T, std::complex<float>>)
    cblas_csyrk(CblasRowMajor, CblasUpper, trans, N, K, &alpha, a.data, la, &beta, c, lc);
  else
    cblas_zsyrk(CblasRowMajor, CblasUpper, trans, N, K, &alpha, a.data, la, &beta, c, lc);
}

/// The upper triangle of c = a^H a + beta c, n x n without gaps, for the k x n matrix a. beta is real.
template <class T>
void herk(index_t n, index_t k, T const* a, index_t lda, T beta, T* c, index_t most = most_extent) {
  if (k > most)
    return in_pieces(k, most, [&](index_t l, index_t depth) {
      herk(n, depth, a + l * lda, lda, l == 0 ? beta : T(1), c, most);
    });
  int const N = integer(n), K = integer(k), ld = leading(lda), lc = leading(n);
  if constexpr (!is_complex<T>)
    syrk(n, k, T(1), {a, lda, false}, beta, c, n);
  else if constexpr (std::is_same_v<T, std::complex<float>>)
    cblas_cherk(CblasRowMajor, CblasUpper, CblasConjTrans, N, K, 1, a, ld, beta.real(), c, lc);
  else
    cblas_zherk(CblasRowMajor, CblasUpper, CblasConjTrans, N, K, 1, a, ld, beta.real(), c, lc);
}

/// a = a r^-1 for an m x n matrix a and an upper triangular r; both without gaps.
template <class T>
void solve_upper_right(index_t m, index_t n, T const* r, T* a, index_t most = most_extent) {
  if (m > most)
    return in_pieces(m, most, [&](index_t i, index_t rows) { solve_upper_right(rows, n, r, a + i * n, most); });
  int const M = integer(m), N = integer(n), ld = leading(n);
  T const one(1);
  auto const side = CblasRight;
  auto const upper = CblasUpper;
  if constexpr (std::is_same_v<T, float>)
    cblas_strsm(CblasRowMajor, side, upper, CblasNoTrans, CblasNonUnit, M, N, one, r, ld, a, ld);
  else if constexpr (std::is_same_v<T, double>)
    cblas_dtrsm(CblasRowMajor, side, upper, CblasNoTrans, CblasNonUnit, M, N, one, r, ld, a, ld);
  else if constexpr (std::is_same_v<T, std::complex<float>>)
    cblas_ctrsm(CblasRowMajor, side, upper, CblasNoTrans, CblasNonUnit, M, N, &one, r, ld, a, ld);
  else
    cblas_ztrsm(CblasRowMajor, side, upper, CblasNoTrans, CblasNonUnit, M, N, &one, r, ld, a, ld);
}

/// Copies the upper triangle of an n x n matrix onto the lower one.
template <class T>
void mirror(index_t n, T* c, index_t ldc) {
  for (index_t i = 0; i < n; ++i)
    for (index_t j = i + 1; j < n; ++j) c[j * ldc + i] = c[i * ldc + j];
}

}  // namespace pantile::kernel::blas
