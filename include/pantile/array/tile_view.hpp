#pragma once

#include <pantile/base/types.hpp>

#include <Eigen/Core>

#include <array>
#include <type_traits>

namespace pantile {

/// A strided window onto elements of N dimensions. It owns nothing.
template <class T, int N>
class tile_view {
 public:
  /// The first element, the number of elements and the distances between them along each dimension.
  tile_view(T* data, std::array<index_t, N> const& extents, std::array<index_t, N> const& strides)
      : data_(data), extents_(extents), strides_(strides) {}

  /// The number of elements along dimension d.
  index_t extent(int d) const noexcept { return extents_[static_cast<std::size_t>(d)]; }
  /// The distance in elements between neighbours along dimension d.
  index_t stride(int d) const noexcept { return strides_[static_cast<std::size_t>(d)]; }
  /// These numbers along all dimensions.
  std::array<index_t, N> const& extents() const noexcept { return extents_; }
  std::array<index_t, N> const& strides() const noexcept { return strides_; }
  /// The first element.
  T* data() const noexcept { return data_; }

  /// The element at local indices, one per dimension, counted from the view's first.
  template <class... Index>
  requires(sizeof...(Index) == N) T& operator()(Index... index) const noexcept {
    index_t offset = 0;
    std::size_t d = 0;
    ((offset += static_cast<index_t>(index) * strides_[d++]), ...);
    return data_[offset];
  }

 private:
  T* data_;
  std::array<index_t, N> extents_;
  std::array<index_t, N> strides_;
};

/// Row-major strides of a tile of these extents.
template <std::size_t N>
std::array<index_t, N> row_major_strides(std::array<index_t, N> const& extents) {
  std::array<index_t, N> strides{};
  index_t stride = 1;
  for (std::size_t d = N; d-- > 0;) {
    strides[d] = stride;
    stride *= extents[d];
  }
  return strides;
}

namespace detail {

template <class T>
using eigen_vector =
    std::conditional_t<std::is_const_v<T>, Eigen::Matrix<std::remove_const_t<T>, Eigen::Dynamic, 1> const,
                       Eigen::Matrix<T, Eigen::Dynamic, 1>>;
template <class T>
using eigen_matrix = std::conditional_t<
    std::is_const_v<T>,
    Eigen::Matrix<std::remove_const_t<T>, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> const,
    Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>;

/// An Eigen map for one and two dimensions, a tile_view for more.
template <class T, int N>
auto local_view(tile_view<T, N> const& tile) {
  if constexpr (N == 1)
    return Eigen::Map<eigen_vector<T>>(tile.data(), tile.extent(0));
  else if constexpr (N == 2)
    return Eigen::Map<eigen_matrix<T>, 0, Eigen::OuterStride<>>(tile.data(), tile.extent(0), tile.extent(1),
                                                                Eigen::OuterStride<>(tile.stride(0)));
  else
    return tile;
}

}  // namespace detail
}  // namespace pantile
