#pragma once

#include <pantile/kernel/fused.hpp>

namespace pantile::kernel {

/// An operand of the fused loop (see bound_array) that is a matrix with a vector on its k-th diagonal, zero
/// elsewhere; the matrix lies in the last two dimensions.
template <class T, int N>
class bound_diagonal {
  static_assert(N >= 2);

 public:
  using value_type = T;
  static constexpr bool may_throw = false;
  static constexpr index_t longest = longest_stretch;
  struct run {
    T here, elsewhere;
    index_t hit;  // the place in this stretch that lies on the diagonal, if any
    T operator[](index_t j) const { return j == hit ? here : elsewhere; }
  };

  /// `values` holds the elements first..last of the vector; element t stands in row t (for k < 0: in column t).
  /// `origin`: the global index of the box's first element. `stretched`: a 1 x 1 matrix that is broadcast.
  bound_diagonal(T const* values, index_t stride, index_t first, index_t last, index_t k,
                 strides_t<N> const& origin, bool stretched)
      : values_(values),
        stride_(stride),
        first_(first),
        last_(last),
        k_(k),
        origin_(origin),
        stretched_(stretched) {}
  bool unit_stride() const { return true; }
  bool mergeable(int, index_t) const { return false; }
  bool fixed() const { return true; }  // it must see the index as it is
  void removed(int) {}
  run at_index(strides_t<N> const& index, index_t length) const {
    if (stretched_) return {*values_, *values_, 0};
    index_t const row = index[N - 2] + origin_[N - 2], column = index[N - 1] + origin_[N - 1];
    index_t const hit = row + k_ - column, place = k_ >= 0 ? row : row + k_;
    if (hit < 0 || hit >= length || place < first_ || place >= last_) return {T(0), T(0), 0};
    return {values_[(place - first_) * stride_], T(0), hit};
  }

 private:
  T const* values_;
  index_t stride_, first_, last_, k_;
  strides_t<N> origin_;
  bool stretched_;
};

}  // namespace pantile::kernel
