#pragma once

#include <pantile/array/tile_view.hpp>
#include <pantile/base/checked.hpp>
#include <pantile/base/extents.hpp>
#include <pantile/comm/memory.hpp>
#include <pantile/expr/fwd.hpp>

#include <memory>
#include <span>

namespace pantile {

/// An array that is private to this rank: model parameters, a row, a factor matrix gathered whole. Row-major
/// and contiguous. Copying copies the elements; moving is free. In expressions with distributed arrays it must
/// hold the same values on every rank.
template <element T, int N>
class local_array {
 public:
  static_assert(N >= 1 && N <= max_dimensions);
  using value_type = T;
  using shape_type = std::array<index_t, static_cast<std::size_t>(N)>;
  static constexpr int dimensions = N;

  local_array() : local_array(shape_type{}) {}
  /// Uninitialised elements.
  explicit local_array(shape_type const& shape)
      : shape_(shape),
        memory_(allocate_tile(checked_product(extents(shape).count(), sizeof(T)), memory_kind::local)) {}
  local_array(shape_type const& shape, T value) : local_array(shape) { std::fill_n(data(), count(), value); }
  local_array(local_array const& other) : local_array(other.shape_) {
    std::copy_n(other.data(), count(), data());
  }
  local_array(local_array&& other) noexcept
      : shape_(std::exchange(other.shape_, {})), memory_(std::exchange(other.memory_, nullptr)) {}
  local_array& operator=(local_array const& other) {
    if (this != &other) *this = local_array(other);
    return *this;
  }
  local_array& operator=(local_array&& other) noexcept {
    shape_ = std::exchange(other.shape_, {});
    memory_ = std::exchange(other.memory_, nullptr);
    return *this;
  }

  /// Evaluates an expression; throws shape_error where an existing array has another shape. Collective where
  /// the expression communicates; a distributed expression is gathered whole.
  template <node E>
  local_array(E const& expression);  // NOLINT(google-explicit-constructor): `local_array<double, 1> x = e;`
  template <node E>
  local_array& operator=(E const& expression);

  shape_type const& shape() const noexcept { return shape_; }
  index_t extent(int d) const noexcept { return shape_[static_cast<std::size_t>(d)]; }
  index_t count() const noexcept { return extents(shape_).count(); }
  T* data() noexcept { return reinterpret_cast<T*>(memory_.get()); }
  T const* data() const noexcept { return reinterpret_cast<T const*>(memory_.get()); }
  std::span<T> span() noexcept { return {data(), static_cast<std::size_t>(count())}; }
  std::span<T const> span() const noexcept { return {data(), static_cast<std::size_t>(count())}; }
  auto local() noexcept { return detail::local_view<N>(data(), shape_, row_major_strides(shape_)); }
  auto local() const noexcept { return detail::local_view<N>(data(), shape_, row_major_strides(shape_)); }
  std::shared_ptr<std::byte> const& memory() const noexcept { return memory_; }

  /// The part that indices and ranges choose, one per dimension: `A(range(0, 10, 2), every)`, `A(-1, every)`; a
  /// view that can be assigned to (ops/assign_view.hpp). Throws index_error.
  template <class... Is>
  requires(sizeof...(Is) == N && (slice_argument<Is> && ...) && detail::ranges_among<Is...> > 0) auto
  operator()(Is... is);
  template <class... Is>
  requires(sizeof...(Is) == N && (slice_argument<Is> && ...) && detail::ranges_among<Is...> > 0) auto
  operator()(Is... is) const;

  template <class... Index>
  requires(sizeof...(Index) == N && (std::is_convertible_v<Index, index_t> && ...)) T& operator()(
      Index... index) noexcept {
    return tile_view<T, N>(data(), shape_, row_major_strides(shape_))(index...);
  }
  template <class... Index>
  requires(sizeof...(Index) == N && (std::is_convertible_v<Index, index_t> && ...)) T const& operator()(
      Index... index) const noexcept {
    return tile_view<T const, N>(data(), shape_, row_major_strides(shape_))(index...);
  }

 private:
  shape_type shape_{};
  std::shared_ptr<std::byte> memory_;
};

}  // namespace pantile
