#pragma once

#include <pantile/base/function_ref.hpp>
#include <pantile/base/types.hpp>

namespace pantile::kernel {

/// A rank-local matrix operand: element (i, j) is data[i * ld + j], or data[j * ld + i] where `transposed`.
template <class T>
struct matrix_view {
  T const* data;
  index_t ld;
  bool transposed;
};

/// c (m x n, row-major, leading dimension ldc) = alpha a (m x k) . b (k x n) + beta c. BLAS xGEMM, or xGEMV for
/// a vector; blocked loops for integers, which wrap. Zero extents are fine. With beta = 0, c is not read.
/// Extents of any size, but rows of a matrix of several at most 2^31 - 1 elements apart (domain_error beyond).
template <class T>
void gemm(index_t m, index_t n, index_t k, matrix_view<T> a, matrix_view<T> b, T* c, index_t ldc,
          T alpha = T(1), T beta = T(0));

/// One of many products of the same extents: c = a . b.
template <class T>
struct page_product {
  matrix_view<T> a, b;
  T* c;
};
/// `count` products of m x k by k x n matrices, c row-major: `page(i)` says where they lie. Small ones are
/// carried out side by side on the threads, large ones one after the other on all of them.
template <class T>
void gemm_pages(index_t count, index_t m, index_t n, index_t k, function_ref<page_product<T>(index_t i)> page);

/// c (n x n, row-major, both triangles) = a' a for the k x n matrix a. Half the work of gemm: BLAS xSYRK, or
/// packed rows where they are many and columns few. For complex elements without conjugation.
template <class T>
void gram_matrix(index_t n, index_t k, matrix_view<T> a, T* c, index_t ldc);

/// sums[i] = the sum of the elements parts[l * count + i] of `layers` layers, in the order of l; integers wrap.
template <class T>
void add_layers(index_t layers, index_t count, T const* parts, T* sums);

}  // namespace pantile::kernel
