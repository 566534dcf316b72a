#pragma once

#include <pantile/kernel/row_blocks.hpp>

#include <span>

namespace pantile::kernel {

/// Compressed rows: row i holds elements offsets[i] .. offsets[i + 1] of `columns` and `values`.
template <class T>
struct sparse_rows_view {
  std::span<index_t const> offsets;                         ///< rows + 1 numbers
  std::span<index_t const> columns;                         ///< from 0, ascending within a row
  std::span<T const> values;                                ///< one for each column
  index_t rows() const { return std::ssize(offsets) - 1; }  ///< how many there are
};

/// What `one_pass_product` does for dense rows and one factor: c (k x n, row-major) = X' V with V = between(X .
/// w), X sparse with k columns, w k x n. Sums do not depend on the number of threads; they take at most the
/// memory of X, or 64 MiB. T: float, double.
template <class T>
void sparse_one_pass_product(index_t n, index_t k, sparse_rows_view<T> x, T const* w, T* c,
                             between_ref<T> between);

/// z (rows x n, row-major) = X . w.
template <class T>
void sparse_product(index_t n, sparse_rows_view<T> x, T const* w, T* z);

}  // namespace pantile::kernel
