#include "../base/instantiate.hpp"
#include "finite.hpp"

#include <pantile/kernel/lapack.hpp>
#include <pantile/kernel/matrix.hpp>
#include <pantile/ops/least_squares.hpp>
#include <pantile/ops/matrix_power.hpp>
#include <pantile/trace/recorder.hpp>

#include <algorithm>
#include <cmath>
#include <vector>

namespace pantile::detail {

namespace lapack = kernel::lapack;

void check_right_side(char const* operation, index_t rows, index_t right_rows, std::source_location where) {
  if (rows != right_rows)
    throw shape_error(std::string(operation) + ": the matrix has " + std::to_string(rows) +
                          " rows, the right-hand side " + std::to_string(right_rows) + "; they must be equal",
                      where);
}

void check_power(bool integers, index_t n, std::source_location where) {
  if (integers && n < 0)
    throw domain_error("matrix_power: the power " + std::to_string(n) +
                           " of integers is no matrix of integers; cast<double> first",
                       where);
}

namespace {

/// True for a Hermitian matrix with a positive diagonal: worth the attempt of a Cholesky factorisation.
template <class T>
bool may_be_positive_definite(index_t n, T const* a) {
  for (index_t i = 0; i < n; ++i)
    if (!(std::real(a[i * n + i]) > 0) || std::imag(a[i * n + i]) != 0) return false;
  index_t const block = 32;  // both triangles by blocks that stay in cache
  for (index_t i0 = 0; i0 < n; i0 += block)
    for (index_t j0 = 0; j0 <= i0; j0 += block)
      for (index_t i = i0; i < std::min(n, i0 + block); ++i)
        for (index_t j = j0; j < std::min(i, j0 + block); ++j)
          if (a[i * n + j] != conjugate(a[j * n + i])) return false;
  return true;
}

/// The Cholesky factor in the lower triangle of `a`, or `a` as it was.
template <class T>
bool try_cholesky(index_t n, T* a) {
  if (!may_be_positive_definite(n, a)) return false;
  std::vector<T> diagonal(static_cast<std::size_t>(n));
  for (index_t i = 0; i < n; ++i) diagonal[static_cast<std::size_t>(i)] = a[i * n + i];
  if (lapack::potrf(n, a) == 0) return true;
  for (index_t i = 0; i < n; ++i) {
    for (index_t j = 0; j < i; ++j) a[i * n + j] = conjugate(a[j * n + i]);
    a[i * n + i] = diagonal[static_cast<std::size_t>(i)];
  }
  return false;
}

template <class T>
std::vector<lapack::pivot_t> factor_regular(char const* operation, index_t n, T* a,
                                            std::source_location where) {
  std::vector<lapack::pivot_t> pivots(static_cast<std::size_t>(n));
  index_t const zero = lapack::getrf(n, n, a, pivots.data());
  if (zero != 0) throw_singular(operation, zero, n, where);
  return pivots;
}

}  // namespace

void throw_singular(char const* operation, index_t zero, index_t n, std::source_location where) {
  throw linalg_error(std::string(operation) + ": the matrix is singular: pivot " + std::to_string(zero) +
                         " of " + std::to_string(n) + " is exactly zero",
                     where);
}

void note_factorisation(bool positive_definite) {
  trace::note("factorisation", [&] {
    if (trace::rehearsing())
      return "Cholesky where A is symmetric positive definite; LU, which is counted, where not";
    return positive_definite ? "Cholesky: A is symmetric positive definite"
                             : "LU with row pivoting: A is not symmetric positive definite";
  });
}

template <class T>
void solve_system(index_t n, index_t k, T* a, T* b, std::source_location where) {
  check_finite("solve", a, n * n, where);
  check_finite("solve", b, n * k, where);
  // A rehearsal cannot look at the elements: it counts LU.
  bool const positive = !trace::rehearsing() && try_cholesky(n, a);
  note_factorisation(positive);
  if (positive) return lapack::potrs(n, k, a, b);
  auto const pivots = factor_regular("solve", n, a, where);
  lapack::getrs(n, k, a, pivots.data(), b);
}

template <class T>
void invert(index_t n, T* a, std::source_location where) {
  check_finite("inverse", a, n * n, where);
  auto const pivots = factor_regular("inverse", n, a, where);
  lapack::getri(n, a, pivots.data());
}

template <class T>
void find_determinant(char const* operation, index_t n, T* a, T* det, T* sign, real_t<T>* logabsdet,
                      std::source_location where) {
  check_finite(operation, a, n * n, where);
  std::vector<lapack::pivot_t> pivots(static_cast<std::size_t>(n));
  lapack::getrf(n, n, a, pivots.data());
  std::vector<T> diagonal(static_cast<std::size_t>(n), T(1));
  for (index_t i = 0; i < n && !trace::rehearsing(); ++i) {
    T const u = a[i * n + i];
    diagonal[static_cast<std::size_t>(i)] = pivots[static_cast<std::size_t>(i)] == i + 1 ? u : -u;
  }
  multiply_diagonal<T>(diagonal, det, sign, logabsdet);
}

template <class T>
void multiply_diagonal(std::span<T const> diagonal, T* det, T* sign, real_t<T>* logabsdet) {
  *det = *sign = T(1);
  *logabsdet = 0;
  for (T const& u : diagonal) {
    *det *= u;
    real_t<T> const modulus = std::abs(u);
    *sign *= modulus == 0 ? T(0) : u / modulus;
    *logabsdet += std::log(modulus);
  }
}

template <class T>
void solve_least_squares(index_t m, index_t n, index_t k, T* a, T const* b, real_t<T> rcond, T* x,
                         real_t<T>* residuals, real_t<T>* s, index_t* rank, std::source_location where) {
  auto const memory =
      allocate_tile(checked_product(std::max(m, n) * k, index_t{sizeof(T)}), memory_kind::local);
  T* both = reinterpret_cast<T*>(memory.get());
  check_finite("lstsq", a, m * n, where);
  check_finite("lstsq", b, m * k, where);
  if (!trace::rehearsing()) {
    std::fill_n(std::copy_n(b, m * k, both), (std::max(m, n) - m) * k, T(0));
  }
  std::vector<T> zero(k == 0 ? static_cast<std::size_t>(std::max(m, n)) : 0);  // LAPACK wants a right-hand side
  T* const right = k == 0 ? zero.data() : both;
  check_converged("lstsq", lapack::gelsd(m, n, std::max<index_t>(1, k), a, right, s, rcond, *rank), where);
  if (trace::rehearsing()) return;
  if (m == 0 || n == 0) std::fill_n(both, n * k, T(0));
  std::copy_n(both, n * k, x);
  std::fill_n(residuals, k, real_t<T>(0));
  for (index_t i = n; i < m; ++i)
    for (index_t j = 0; j < k; ++j) residuals[j] += std::norm(both[i * k + j]);
}

template <class T>
void pseudo_invert(index_t m, index_t n, T* a, real_t<T> rtol, T* x, std::source_location where) {
  using R = real_t<T>;
  index_t const k = std::min(m, n);
  std::vector<R> s(static_cast<std::size_t>(k));
  auto const memory = allocate_tile(checked_product((m + n) * k, index_t{sizeof(T)}), memory_kind::local);
  T* const u = reinterpret_cast<T*>(memory.get());
  T* const vh = u + m * k;
  factor_svd("pinv", m, n, a, s.data(), u, vh, where);
  if (!trace::rehearsing()) {
    for (index_t i = 0; i < m * k; ++i) u[i] = conjugate(u[i]);
    for (index_t i = 0; i < k; ++i) {
      R const value = s[static_cast<std::size_t>(i)];
      R const factor = value > rtol * s[0] ? 1 / value : R(0);
      for (index_t j = 0; j < n; ++j) vh[i * n + j] = conjugate(vh[i * n + j]) * factor;
    }
  }
  kernel::gemm<T>(n, m, k, {vh, n, true}, {u, k, true}, x, m);
}

#define PANTILE_INSTANTIATE(T)                                                                             \
  template void solve_system(index_t, index_t, T*, T*, std::source_location);                              \
  template void invert(index_t, T*, std::source_location);                                                 \
  template void find_determinant<T>(char const*, index_t, T*, T*, T*, real_t<T>*, std::source_location);   \
  template void multiply_diagonal<T>(std::span<T const>, T*, T*, real_t<T>*);                              \
  template void solve_least_squares<T>(index_t, index_t, index_t, T*, T const*, real_t<T>, T*, real_t<T>*, \
                                       real_t<T>*, index_t*, std::source_location);                        \
  template void pseudo_invert<T>(index_t, index_t, T*, real_t<T>, T*, std::source_location);
PANTILE_FOR_LAPACK_TYPES(PANTILE_INSTANTIATE)
#undef PANTILE_INSTANTIATE

}  // namespace pantile::detail
