#pragma once

#include <pantile/base/types.hpp>

namespace pantile::kernel {

/// A rank-local matrix operand: element (i, j) is data[i * ld + j], or data[j * ld + i] where `transposed`.
template <class T>
struct matrix_view {
  T const* data;
  index_t ld;
  bool transposed;
};

/// c (m x n, row-major, leading dimension ldc) = a (m x k) . b (k x n). BLAS xGEMM, or xGEMV for a vector;
/// blocked loops for integers, which wrap. Zero extents are fine: k = 0 gives zeros. Extents up to 2^31 - 1
/// (domain_error beyond).
template <class T>
void gemm(index_t m, index_t n, index_t k, matrix_view<T> a, matrix_view<T> b, T* c, index_t ldc);

/// c (n x n, row-major, both triangles) = a' a for the k x n matrix a. BLAS xSYRK: half the work of gemm. For
/// complex elements without conjugation.
template <class T>
void gram_matrix(index_t n, index_t k, matrix_view<T> a, T* c, index_t ldc);

}  // namespace pantile::kernel
