#include <pantile/base/checked.hpp>
#include <pantile/kernel/matrix.hpp>
#include <pantile/kernel/parallel.hpp>
#include <pantile/trace/recorder.hpp>

#include <cblas.h>

#include <algorithm>
#include <type_traits>

namespace pantile::kernel {

namespace {

template <class T>
inline constexpr bool in_blas = std::is_floating_point_v<T> || is_complex<T>;

CBLAS_TRANSPOSE blas_transpose(bool transposed) { return transposed ? CblasTrans : CblasNoTrans; }
int blas_int(index_t n) { return narrow<int>(n); }
int leading(index_t ld) { return std::max(1, blas_int(ld)); }

template <class T>
void blas_gemm(index_t m, index_t n, index_t k, matrix_view<T> a, matrix_view<T> b, T* c, index_t ldc) {
  T const one(1), zero(0);
  auto const ta = blas_transpose(a.transposed), tb = blas_transpose(b.transposed);
  int const M = blas_int(m), N = blas_int(n), K = blas_int(k), la = leading(a.ld), lb = leading(b.ld),
            lc = leading(ldc);
  if constexpr (std::is_same_v<T, float>)
    cblas_sgemm(CblasRowMajor, ta, tb, M, N, K, one, a.data, la, b.data, lb, zero, c, lc);
  else if constexpr (std::is_same_v<T, double>)
    cblas_dgemm(CblasRowMajor, ta, tb, M, N, K, one, a.data, la, b.data, lb, zero, c, lc);
  else if constexpr (std::is_same_v<T, std::complex<float>>)
    cblas_cgemm(CblasRowMajor, ta, tb, M, N, K, &one, a.data, la, b.data, lb, &zero, c, lc);
  else
    cblas_zgemm(CblasRowMajor, ta, tb, M, N, K, &one, a.data, la, b.data, lb, &zero, c, lc);
}

/// c = a . x for a vector x with distance `incx`; c has distance `incc`.
template <class T>
void blas_gemv(index_t m, index_t k, matrix_view<T> a, T const* x, index_t incx, T* c, index_t incc) {
  T const one(1), zero(0);
  auto const ta = blas_transpose(a.transposed);
  int const rows = blas_int(a.transposed ? k : m), columns = blas_int(a.transposed ? m : k);
  int const la = leading(a.ld), ix = blas_int(incx), ic = blas_int(incc);
  if constexpr (std::is_same_v<T, float>)
    cblas_sgemv(CblasRowMajor, ta, rows, columns, one, a.data, la, x, ix, zero, c, ic);
  else if constexpr (std::is_same_v<T, double>)
    cblas_dgemv(CblasRowMajor, ta, rows, columns, one, a.data, la, x, ix, zero, c, ic);
  else if constexpr (std::is_same_v<T, std::complex<float>>)
    cblas_cgemv(CblasRowMajor, ta, rows, columns, &one, a.data, la, x, ix, &zero, c, ic);
  else
    cblas_zgemv(CblasRowMajor, ta, rows, columns, &one, a.data, la, x, ix, &zero, c, ic);
}

template <class T>
void integer_gemm(index_t m, index_t n, index_t k, matrix_view<T> a, matrix_view<T> b, T* c, index_t ldc) {
  using U = std::make_unsigned_t<T>;  // wraps
  parallel_ranges(m, m * n * k, [&](index_t begin, index_t end, int) {
    for (index_t i = begin; i < end; ++i) {
      T* row = c + i * ldc;
      for (index_t l = 0; l < k; ++l) {
        U const x = static_cast<U>(a.transposed ? a.data[l * a.ld + i] : a.data[i * a.ld + l]);
        index_t const from = b.transposed ? l : l * b.ld, step = b.transposed ? b.ld : 1;
        for (index_t j = 0; j < n; ++j)
          row[j] = static_cast<T>(static_cast<U>(row[j]) + x * static_cast<U>(b.data[from + j * step]));
      }
    }
  });
}

}  // namespace

template <class T>
void gemm(index_t m, index_t n, index_t k, matrix_view<T> a, matrix_view<T> b, T* c, index_t ldc) {
  if (m == 0 || n == 0) return;
  trace::computed(2.0 * static_cast<double>(m) * static_cast<double>(n) * static_cast<double>(k));
  if (trace::rehearsing()) return;
  if (k == 0 || !in_blas<T>)
    for (index_t i = 0; i < m; ++i) std::fill_n(c + i * ldc, n, T(0));
  if (k == 0) return;
  if constexpr (in_blas<T>) {
    if (n == 1)
      blas_gemv(m, k, a, b.data, b.transposed ? 1 : b.ld, c, ldc);
    else if (m == 1)
      blas_gemv(n, k, {b.data, b.ld, !b.transposed}, a.data, a.transposed ? a.ld : 1, c, 1);
    else
      blas_gemm(m, n, k, a, b, c, ldc);
  } else {
    integer_gemm(m, n, k, a, b, c, ldc);
  }
}

template <class T>
void gram_matrix(index_t n, index_t k, matrix_view<T> a, T* c, index_t ldc) {
  if constexpr (!in_blas<T>) {
    gemm<T>(n, n, k, {a.data, a.ld, !a.transposed}, a, c, ldc);
  } else {
    if (n == 0) return;
    if (k == 0) return gemm<T>(n, n, k, {a.data, a.ld, !a.transposed}, a, c, ldc);
    trace::computed(static_cast<double>(n) * static_cast<double>(n + 1) * static_cast<double>(k));
    if (trace::rehearsing()) return;
    T const one(1), zero(0);
    auto const trans = a.transposed ? CblasNoTrans : CblasTrans;
    int const N = blas_int(n), K = blas_int(k), la = leading(a.ld), lc = leading(ldc);
    if constexpr (std::is_same_v<T, float>)
      cblas_ssyrk(CblasRowMajor, CblasUpper, trans, N, K, one, a.data, la, zero, c, lc);
    else if constexpr (std::is_same_v<T, double>)
      cblas_dsyrk(CblasRowMajor, CblasUpper, trans, N, K, one, a.data, la, zero, c, lc);
    else if constexpr (std::is_same_v<T, std::complex<float>>)
      cblas_csyrk(CblasRowMajor, CblasUpper, trans, N, K, &one, a.data, la, &zero, c, lc);
    else
      cblas_zsyrk(CblasRowMajor, CblasUpper, trans, N, K, &one, a.data, la, &zero, c, lc);
    for (index_t i = 0; i < n; ++i)
      for (index_t j = i + 1; j < n; ++j) c[j * ldc + i] = c[i * ldc + j];
  }
}

#define PANTILE_INSTANTIATE(T)                                                                \
  template void gemm(index_t, index_t, index_t, matrix_view<T>, matrix_view<T>, T*, index_t); \
  template void gram_matrix(index_t, index_t, matrix_view<T>, T*, index_t);
PANTILE_INSTANTIATE(float)
PANTILE_INSTANTIATE(double)
PANTILE_INSTANTIATE(std::complex<float>)
PANTILE_INSTANTIATE(std::complex<double>)
PANTILE_INSTANTIATE(std::uint8_t)
PANTILE_INSTANTIATE(std::int32_t)
PANTILE_INSTANTIATE(std::int64_t)
#undef PANTILE_INSTANTIATE

}  // namespace pantile::kernel
