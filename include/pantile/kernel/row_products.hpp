#pragma once

#include <pantile/kernel/fused.hpp>

#include <array>
#include <memory>

// Products of a tall matrix and a few columns inside a fused loop: rows of X . W are computed where the loop
// reads them, a block at a time, and never stored. For float and double.
namespace pantile::kernel {

/// The right factor (k x n) as `multiply_rows` reads it.
template <class T>
struct packed_columns {
  index_t k = 0;                ///< rows
  index_t n = 0;                ///< columns
  index_t width = 0;            ///< n, in whole vectors
  std::shared_ptr<T> elements;  ///< k x width, row-major; zeros behind the n columns
};

/// Packs W, whose element (p, j) is w[p * strides[0] + j * strides[1]].
template <class T>
packed_columns<T> pack_columns(index_t k, index_t n, T const* w, strides_t<2> const& strides);

/// out (rows x n, row-major) = X . W, with rows of X that lie `ld` elements apart. Each row is the same to the
/// last bit however the rows are cut into blocks.
template <class T>
void multiply_rows(index_t rows, T const* x, index_t ld, packed_columns<T> const& w, T* out);

/// The product X . W seen as a row-major array that is computed where it is read.
template <class T>
class product_rows {
 public:
  product_rows() {}  // no block to be filled
  /// `x`: the first of `rows` rows, which lie `ld` elements apart.
  product_rows(T const* x, index_t ld, index_t rows, packed_columns<T> const& w)
      : x_(x), ld_(ld), rows_(rows), w_(w) {}
  product_rows(product_rows const& other)
      : product_rows(other.x_, other.ld_, other.rows_, other.w_) {}  // not the block
  product_rows& operator=(product_rows const&) = delete;

  /// The most columns.
  static constexpr index_t most_columns = 32;
  /// The most elements at a time.
  static constexpr index_t longest = stretch;

  /// True where there is a product.
  bool is_set() const { return w_.n > 0; }
  /// Elements [first, last) of the product, until the next call.
  T const* elements(index_t first, index_t last) {
    if (first < lo_ || last > hi_) compute(first, last);
    return block_.data() + (first - lo_);
  }

 private:
  void compute(index_t first, index_t last);
  T const* x_ = nullptr;
  index_t ld_ = 0, rows_ = 0;
  packed_columns<T> w_;
  index_t lo_ = 0, hi_ = 0;  // the elements in the block: whole rows
  alignas(64) std::array<T, static_cast<std::size_t>(longest + 2 * most_columns)> block_;
};

/// An operand of a fused loop that is an array or such a product.
template <class T, int N>
class bound_row_product {
 public:
  using value_type = T;
  static constexpr bool may_throw = false;
  static constexpr index_t longest = product_rows<T>::longest;
  using run = typename bound_array<T, N>::run;

  explicit bound_row_product(bound_array<T, N> const& a) : array_(a) {}
  bound_row_product(product_rows<T> const& rows, strides_t<N> const& strides)
      : array_(nullptr, strides), rows_of_product_(rows) {}

  PANTILE_INLINE bool unit_stride() const { return array_.unit_stride(); }
  bool mergeable(int d, index_t extent_below) const { return array_.mergeable(d, extent_below); }
  PANTILE_INLINE bool fixed() const { return false; }
  void removed(int d) { array_.removed(d); }
  run at_index(strides_t<N> const& index, index_t length) {
    if (!rows_of_product_.is_set()) return array_.at_index(index, length);
    index_t first = 0;
    for (std::size_t d = 0; d < N; ++d) first += index[d] * array_.strides()[d];
    return {rows_of_product_.elements(first, first + length)};
  }

 private:
  bound_array<T, N> array_;
  product_rows<T> rows_of_product_;
};

}  // namespace pantile::kernel
