#pragma once

#include <pantile/algorithms/feature_matrix.hpp>
#include <pantile/kernel/matrix.hpp>
#include <pantile/kernel/sparse_rows.hpp>

#include <memory>
#include <source_location>
#include <span>
#include <vector>

namespace pantile::detail {

/// A feature matrix as passes over it see it: the ranks are a grid that cuts rows and columns; each has its
/// part of both. The matrix must outlive it.
template <class T>
class feature_passes {
 public:
  /// Dense: what is no grid of whole tiles is retiled to rows, replicas share out the rows (collective).
  explicit feature_passes(array<T, 2> const& X, std::source_location where);
  explicit feature_passes(sparse_array<T> const& X, std::source_location where);

  communicator const& comm() const { return comm_; }
  std::source_location where() const { return where_; }
  /// Of the whole matrix, and of this rank's part.
  index_t rows() const { return tiling_.shape()[0]; }
  index_t columns() const { return tiling_.shape()[1]; }
  index_t first_row() const { return own_.lo[0]; }
  index_t own_rows() const { return own_.extent(0); }
  index_t first_column() const { return own_.lo[1]; }
  index_t own_columns() const { return own_.extent(1); }
  /// How a vector of an element for each row, or column, is tiled that goes with the matrix.
  tiling along_rows() const { return tiling_.reduced(1, false); }
  tiling along_columns() const { return tiling_.reduced(0, false); }

  /// V' X for V = between(X . W), over all rows: `result` (own columns x n, row-major) from W of the same
  /// shape, in one pass (collective). `between` sees own rows, from 0. `result` gets room for `more` elements
  /// behind it. What fails on one rank, memory above all, is thrown by all.
  void pass(index_t n, T const* W, std::vector<T>& result, index_t more, kernel::between_ref<T> between) const;
  /// Z (own rows x n, row-major) = X . W (collective).
  void product(index_t n, T const* W, T* Z) const;

  /// Sums over all rows of what each rank has of its own, or over all columns (collective).
  void sum_over_rows(std::span<double> sums) const { sum(sums, has_first_column_); }
  void sum_over_columns(std::span<double> sums) const { sum(sums, has_first_row_); }
  /// True where every rank has all columns: what is summed over them needs no message.
  bool has_all_columns() const { return !rows_shared_.has_value(); }
  /// True on those ranks that stand for all of their rows.
  bool has_first_column() const { return has_first_column_; }

 private:
  void set_grid();
  void sum(std::span<double> sums, bool counts) const;

  communicator comm_;
  std::source_location where_;
  std::shared_ptr<array<T, 2> const> retiled_;
  tiling tiling_;
  box own_;
  bool sparse_ = false;
  kernel::matrix_view<T> dense_{};
  kernel::sparse_rows_view<T> rows_;
  std::optional<communicator> rows_shared_, columns_shared_;  // ranks with the same rows, the same columns
  bool has_first_column_ = true, has_first_row_ = true;
};

}  // namespace pantile::detail
