#pragma once

#include <pantile/kernel/matrix.hpp>
#include <pantile/kernel/parallel.hpp>

#include <memory>
#include <span>

// Products of a tall matrix with itself and something between, by blocks of rows that stay in cache: each
// element of the matrix is read from memory once. For float, double and their complex types.
namespace pantile::kernel {

/// One factor of the inner products X . w of `one_pass_product`: k x n, row-major.
template <class T>
struct inner_factor {
  T const* data;
  index_t n;
};

/// What stands between: from the inner products of rows [lo, hi) with every factor (panels[i] is row-major,
/// hi - lo by the factor's n) it computes the same rows of V (hi - lo by n, row-major). Called by several
/// threads at a time.
template <class T>
using between_ref = function_ref<void(index_t lo, index_t hi, std::span<T* const> panels, T* v)>;

/// c (k x n, row-major) = X' V with V = between(X . w) for an m x k matrix X: one pass over X for all products.
template <class T>
void one_pass_product(index_t m, index_t n, index_t k, matrix_view<T> x, std::span<inner_factor<T> const> inner,
                      T* c, between_ref<T> between);

/// c (n x n, row-major, both triangles) = a' diag(weights) a for the k x n matrix a: by xSYRK on rows scaled by
/// the roots of their weights, those of positive weight added and those of negative weight taken away. Rows of
/// weight 0 are not read.
template <class T>
void weighted_gram(index_t n, index_t k, matrix_view<T> a, T const* weights, T* c, index_t ldc);

}  // namespace pantile::kernel
