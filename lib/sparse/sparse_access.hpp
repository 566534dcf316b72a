#pragma once

#include <pantile/sparse/sparse_array.hpp>

#include <vector>

namespace pantile::detail {

/// What the library alone may do with sparse arrays.
struct sparse_access {
  /// For those who know columns by numbers of their own from here on: gives back the memory of `s.columns()`,
  /// which is empty then, where no copy shares it.
  template <class T>
  static void forget_columns(sparse_array<T>& s) {
    if (s.rows_.use_count() == 1) std::vector<index_t>().swap(s.rows_->columns);
  }

  /// The same rows, shared, in another tiling that cuts them alike.
  template <class T>
  static sparse_array<T> tiled_alike(sparse_array<T> const& s, tiling const& tiled) {
    sparse_array<T> same = s;
    same.tiling_ = tiled;
    same.duplicates_ = 0;
    return same;
  }
};

}  // namespace pantile::detail
