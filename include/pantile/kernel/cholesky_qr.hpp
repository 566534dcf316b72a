#pragma once

#include <pantile/base/types.hpp>

#include <optional>
#include <vector>

// What ranks do of a QR factorisation by Cholesky factorisations of Gram matrices (CholeskyQR2: Fukaya,
// Nakatsukasa, Yanagisawa, Yamamoto 2014). All matrices are row-major; T: float, double and their complex
// types.
namespace pantile::kernel {

/// The upper triangle of the Gram matrix of `a` (rows x n), or of a R^-1 where `r` (n x n, upper triangular) is
/// given. `a` is read once, in pieces that stay in cache. BLAS xTRSM's work and xSYRK, xHERK.
template <class T>
std::vector<T> gram_of_rows(index_t rows, index_t n, T const* a, T const* r);

/// q = a R1^-1 R2^-1, of as many elements as `a` (or the same). Likewise.
template <class T>
void solve_rows(index_t rows, index_t n, T const* a, T const* r1, T const* r2, T* q);

/// R of G = R^H R, with zeros below the diagonal, by the upper triangle of G; nothing where G is not positive
/// definite, or elements of R's diagonal are less than `least` of the largest. LAPACK xPOTRF.
template <class T>
std::optional<std::vector<T>> upper_cholesky(index_t n, std::vector<T> const& g, double least);

/// The product of upper triangular matrices. BLAS xTRMM's work.
template <class T>
std::vector<T> upper_product(index_t n, std::vector<T> const& a, std::vector<T> const& b);

}  // namespace pantile::kernel
