#pragma once

#include <pantile/base/types.hpp>

#include <complex>
#include <cstdint>

// LAPACK under its own names for float, double, complex<float> and complex<double>. Matrices are row-major and
// contiguous: m x n elements, leading dimension n. Extents and workspaces up to 2^31 - 1 (domain_error beyond);
// memory_error where LAPACK finds none for its work. In a rehearsal these only count.
namespace pantile::kernel::lapack {

/// Row i was exchanged with row pivot[i] - 1.
using pivot_t = std::int32_t;

/// The lower triangle of the Hermitian matrix a becomes its Cholesky factor; the elements above the diagonal
/// are not looked at. Returns 0, or the order of the leading minor that is not positive definite.
template <class T>
index_t potrf(index_t n, T* a);
/// b (n x k) becomes the solution x of a x = b, with `l` from potrf.
template <class T>
void potrs(index_t n, index_t k, T const* l, T* b);

/// a (m x n) becomes its factors L (unit lower) and U; min(m, n) pivots. Returns 0, or i where the i-th pivot
/// is the first that is exactly zero.
template <class T>
index_t getrf(index_t m, index_t n, T* a, pivot_t* pivots);
/// b (n x k) becomes the solution x of a x = b, with `lu` from getrf.
template <class T>
void getrs(index_t n, index_t k, T const* lu, pivot_t const* pivots, T* b);
/// `lu` from getrf becomes the inverse; it has no zero pivot.
template <class T>
void getri(index_t n, T* lu, pivot_t const* pivots);

/// a (m x n) becomes R (upper triangle) and min(m, n) Householder vectors below it; their factors in tau.
template <class T>
void geqrf(index_t m, index_t n, T* a, T* tau);
/// q (m x k, k <= m), Householder vectors of geqrf, becomes the orthonormal columns that they stand for (xUNGQR
/// for complex elements).
template <class T>
void orgqr(index_t m, index_t k, T* q, T const* tau);

/// The singular values of a (m x n, overwritten), descending; with k = min(m, n): u (m x k) and vh (k x n), or
/// values alone where these are null. Returns 0, or > 0 where the iteration does not converge.
template <class T>
index_t gesdd(index_t m, index_t n, T* a, real_t<T>* s, T* u, T* vh);

/// The eigenvalues, ascending, of the Hermitian matrix whose lower triangle a holds; with `vectors` its columns
/// become the eigenvectors. Returns 0, or > 0 where the iteration does not converge (xHEEVD for complex
/// elements).
template <class T>
index_t syevd(index_t n, T* a, real_t<T>* eigenvalues, bool vectors);

/// The eigenvalues of a (n x n, overwritten) in LAPACK's order; the columns of `vectors`, where it is not null,
/// become right eigenvectors of norm 1. Both are complex for real elements, too. Returns 0, or > 0 where the
/// iteration does not converge.
template <class T>
index_t geev(index_t n, T* a, std::complex<real_t<T>>* eigenvalues, std::complex<real_t<T>>* vectors);

/// Least squares of least norm: b (max(m, n) x k, the right-hand sides in its first m rows) becomes the
/// solution in its first n rows, and where rank = n < m what the squares of the residuals add up from in the
/// others. a is overwritten. Singular values up to rcond times the largest count as zero. Returns 0, or > 0
/// where the iteration does not converge.
template <class T>
index_t gelsd(index_t m, index_t n, index_t k, T* a, T* b, real_t<T>* s, real_t<T> rcond, index_t& rank);

// Pieces of tall matrices, column-major; `lda` and the like are leading dimensions. They do not count: pieces
// are many and threads work on them.

/// a (m x n) becomes R and Householder vectors, as by geqrf.
template <class T>
void geqrf_by_columns(index_t m, index_t n, T* a, index_t lda, T* tau);
/// c (m x n) becomes Q c, for Q of k reflectors in v (m x k) from geqrf_by_columns (xUNMQR for complex
/// elements).
template <class T>
void ormqr_by_columns(index_t m, index_t n, index_t k, T const* v, index_t ldv, T const* tau, T* c,
                      index_t ldc);
/// The QR factorisation of the n x n upper triangle r above b (m x n): r becomes the new R, b the lower part of
/// the reflectors, t (block x n) their factors.
template <class T>
void tpqrt(index_t m, index_t n, index_t block, T* r, index_t ldr, T* b, index_t ldb, T* t);
/// c (n x n) above b (m x n) become Q times them, for Q of tpqrt's v (m x n) and t.
template <class T>
void tpmqrt(index_t m, index_t n, index_t block, T const* v, index_t ldv, T const* t, T* c, index_t ldc, T* b,
            index_t ldb);

}  // namespace pantile::kernel::lapack
