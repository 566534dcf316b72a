#include "../base/instantiate.hpp"
#include "finite.hpp"

#include <pantile/base/checked.hpp>
#include <pantile/kernel/lapack.hpp>
#include <pantile/ops/pca.hpp>
#include <pantile/ops/randomized_svd.hpp>
#include <pantile/trace/recorder.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

namespace pantile::detail {

namespace lapack = kernel::lapack;

std::optional<communicator> common(char const* operation, std::optional<communicator> const& a,
                                   std::optional<communicator> const& b, std::source_location where) {
  if (a && b && !(*a == *b))
    throw tiling_error(
        std::string(operation) + ": the operands belong to different communicators; make both on one", where);
  return a ? a : b;
}

void compute_alike(std::optional<communicator> const& comm, function_ref<void()> work,
                   std::span<std::span<std::byte> const> results, std::source_location where) {
  if (!comm) return work();
  comm->agree(work, where);
  if (comm->size() == 1) return;
  std::uint64_t print = 0;
  if (!trace::rehearsing())
    for (auto const& r : results) print = hash_combine(print, hash_bytes(r.data(), std::ssize(r)));
  auto const mine = static_cast<index_t>(print);
  index_t largest[] = {mine, ~mine};  // equal where the largest is also the least
  comm->allreduce(std::span<index_t>(largest), reduce_op::max, where);
  if (largest[0] == ~largest[1]) return;
  for (auto const& r : results) comm->bcast(r, 0, where);
}

void check_square(char const* operation, index_t rows, index_t columns, std::source_location where) {
  if (rows != columns)
    throw shape_error(std::string(operation) + " wants a square matrix, got " + std::to_string(rows) + " x " +
                          std::to_string(columns),
                      where);
}

void throw_not_positive_definite(index_t minor, std::source_location where) {
  throw linalg_error("cholesky: the matrix is not positive definite: its leading minor of order " +
                         std::to_string(minor) + " is not",
                     where);
}

void check_randomized_svd(index_t rank, index_t m, index_t n, randomized_svd_options const& options,
                          std::source_location where) {
  if (rank < 0 || rank > std::min(m, n))
    throw index_error("randomized_svd: a matrix of " + std::to_string(m) + " x " + std::to_string(n) +
                          " has no " + std::to_string(rank) + " singular values",
                      where);
  if (options.oversampling < 0 || options.iterations < 0)
    throw domain_error("randomized_svd: oversampling and iterations must not be negative, got " +
                           std::to_string(options.oversampling) + " and " + std::to_string(options.iterations),
                       where);
}

void check_rows_of_pca(index_t m, index_t n, std::source_location where) {
  if (m < 2)
    throw shape_error(
        "pca wants two rows or more, got a matrix of " + std::to_string(m) + " x " + std::to_string(n), where);
}
void check_components(index_t k, index_t m, index_t n, std::source_location where) {
  if (k < 0 || k > std::min(m, n))
    throw index_error("pca: a matrix of " + std::to_string(m) + " x " + std::to_string(n) + " has no " +
                          std::to_string(k) + " principal components",
                      where);
}

template <class T>
void factor_cholesky(index_t n, T* a, std::source_location where) {
  check_finite_triangle("cholesky", n, a, where);
  if (index_t const minor = lapack::potrf(n, a); minor != 0) throw_not_positive_definite(minor, where);
  if (trace::rehearsing()) return;
  for (index_t i = 0; i < n; ++i) std::fill(a + i * n + i + 1, a + (i + 1) * n, T(0));
}

template <class T>
void factor_lu(index_t m, index_t n, T* a, T* p, T* l, T* u, std::source_location where) {
  index_t const k = std::min(m, n);
  check_finite("lu", a, m * n, where);
  std::vector<lapack::pivot_t> pivots(static_cast<std::size_t>(k));
  lapack::getrf(m, n, a, pivots.data());
  if (trace::rehearsing()) return;
  std::vector<index_t> row(static_cast<std::size_t>(m));  // of A, that became row i of LU
  std::iota(row.begin(), row.end(), index_t{0});
  for (std::size_t i = 0; i < pivots.size(); ++i)
    std::swap(row[i], row[static_cast<std::size_t>(pivots[i] - 1)]);
  std::fill_n(p, m * m, T(0));
  for (index_t i = 0; i < m; ++i) {
    p[row[static_cast<std::size_t>(i)] * m + i] = T(1);
    for (index_t j = 0; j < k; ++j) l[i * k + j] = j < i ? a[i * n + j] : T(i == j);
  }
  for (index_t i = 0; i < k; ++i)
    for (index_t j = 0; j < n; ++j) u[i * n + j] = j < i ? T(0) : a[i * n + j];
}

template <class T>
void factor_qr(index_t m, index_t n, T* a, T* q, T* r, std::source_location where) {
  index_t const k = std::min(m, n);
  check_finite("qr", a, m * n, where);
  std::vector<T> tau(static_cast<std::size_t>(k));
  lapack::geqrf(m, n, a, tau.data());
  if (!trace::rehearsing()) {
    for (index_t i = 0; i < k; ++i)
      for (index_t j = 0; j < n; ++j) r[i * n + j] = j < i ? T(0) : a[i * n + j];
    for (index_t i = 0; i < m; ++i) std::copy_n(a + i * n, k, q + i * k);
  }
  lapack::orgqr(m, k, q, tau.data());
}

template <class T>
void factor_svd(char const* operation, index_t m, index_t n, T* a, real_t<T>* s, T* u, T* vh,
                std::source_location where) {
  check_finite(operation, a, m * n, where);
  check_converged(operation, lapack::gesdd(m, n, a, s, u, vh), where);
}

template <class T>
void factor_eigh(char const* operation, index_t n, T* a, real_t<T>* w, bool vectors,
                 std::source_location where) {
  check_finite_triangle(operation, n, a, where);
  check_converged(operation, lapack::syevd(n, a, w, vectors), where);
}

template <class T>
void factor_eig(char const* operation, index_t n, T* a, std::complex<real_t<T>>* w, std::complex<real_t<T>>* v,
                std::source_location where) {
  check_finite(operation, a, n * n, where);
  check_converged(operation, lapack::geev(n, a, w, v), where);
}

#define PANTILE_INSTANTIATE(T)                                                                              \
  template void factor_cholesky(index_t, T*, std::source_location);                                         \
  template void factor_lu(index_t, index_t, T*, T*, T*, T*, std::source_location);                          \
  template void factor_qr(index_t, index_t, T*, T*, T*, std::source_location);                              \
  template void factor_svd<T>(char const*, index_t, index_t, T*, real_t<T>*, T*, T*, std::source_location); \
  template void factor_eigh<T>(char const*, index_t, T*, real_t<T>*, bool, std::source_location);           \
  template void factor_eig<T>(char const*, index_t, T*, std::complex<real_t<T>>*, std::complex<real_t<T>>*, \
                              std::source_location);
PANTILE_FOR_LAPACK_TYPES(PANTILE_INSTANTIATE)
#undef PANTILE_INSTANTIATE

}  // namespace pantile::detail
