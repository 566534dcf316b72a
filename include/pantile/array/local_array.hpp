#pragma once

#include <pantile/array/tile_view.hpp>
#include <pantile/base/checked.hpp>
#include <pantile/base/extents.hpp>
#include <pantile/comm/memory.hpp>
#include <pantile/expr/fwd.hpp>
#include <pantile/kernel/copy.hpp>
#include <pantile/trace/recorder.hpp>

#include <memory>
#include <source_location>
#include <span>
#include <string>

namespace pantile {

template <element T, int N>
local_array<T, N> tile_of(array<T, N>& a, std::source_location where = std::source_location::current());

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
  /// The same value everywhere.
  local_array(shape_type const& shape, T value) : local_array(shape) {
    if (!trace::rehearsing()) std::fill_n(data(), count(), value);
  }
  /// Copies of an array share nothing; what was moved from has no elements.
  local_array(local_array const& other) : local_array(other.shape_) {
    if (!trace::rehearsing()) std::copy_n(other.data(), count(), data());
  }
  local_array(local_array&& other) noexcept
      : shape_(std::exchange(other.shape_, {})), memory_(std::exchange(other.memory_, nullptr)) {}
  /// Into the memory that is there, where others look at it too (views, the array of `tile_of`, the user of
  /// memory that it is around) and the shape stays.
  local_array& operator=(local_array const& other) {
    if (this != &other) *this = local_array(other);
    return *this;
  }
  local_array& operator=(local_array&& other) noexcept {
    if (memory_ && other.memory_ && memory_.use_count() != 1 && shape_ == other.shape_) {
      if (memory_ == other.memory_) return *this;
      if (trace::rehearsing())
        trace::changes(memory_.get());
      else
        std::copy_n(other.data(), count(), data());
      return *this;
    }
    shape_ = std::exchange(other.shape_, {});
    memory_ = std::exchange(other.memory_, nullptr);
    return *this;
  }

  /// A copy of elements of the user's: contiguous and row-major, or with a stride (in elements, of any sign)
  /// per dimension. Throws shape_error where the span has another number of elements than the shape.
  static local_array from(std::span<T const> elements, shape_type const& shape,
                          std::source_location where = std::source_location::current()) {
    if (std::ssize(elements) != extents(shape, where).count())
      throw shape_error("local_array: got " + std::to_string(elements.size()) + " elements for the shape " +
                            to_string(extents(shape)),
                        where);
    return from(elements.data(), shape, row_major_strides(shape));
  }
  static local_array from(T const* elements, shape_type const& shape, shape_type const& strides) {
    local_array a(shape);
    shape_type const own = row_major_strides(shape);
    kernel::copy_strided(reinterpret_cast<std::byte const*>(elements), strides.data(), a.memory_.get(),
                         own.data(), shape.data(), N, sizeof(T));
    return a;
  }
  /// An array whose elements are memory of the user's, contiguous and row-major, without a copy: it must
  /// outlive the array, the views of it and what it is moved into. Assignments of the same shape write there (a
  /// local_array of another shape replaces the array, and leaves the memory); copies of the array are their
  /// own. Arrays around memory that overlaps in part must not meet in one statement.
  static local_array around(T* elements, shape_type const& shape) {
    // Without an owner: nobody frees it, or takes it for memory that an operation has just made.
    return local_array(shape, sharing{{std::shared_ptr<std::byte>(), reinterpret_cast<std::byte*>(elements)}});
  }
  /// The same of an Eigen matrix, vector or map in row-major order (one of column-major order is a transpose).
  template <class Matrix>
  requires requires(Matrix& m) {
    { m.data() } -> std::same_as<T*>;
    { m.outerStride() } -> std::convertible_to<index_t>;
  }
  static local_array around(Matrix& m, std::source_location where = std::source_location::current()) {
    static_assert(N == 2 || (N == 1 && Matrix::IsVectorAtCompileTime),
                  "one dimension is for vectors, two for matrices");
    static_assert(
        N == 1 || Matrix::IsRowMajor || Matrix::IsVectorAtCompileTime,
        "a matrix of column-major order is a transpose: `around(m.transpose().data(), {m.cols(), m.rows()})`");
    if (m.innerStride() != 1 || (N == 2 && m.outerSize() > 1 && m.outerStride() != m.innerSize()))
      throw shape_error(
          "local_array: the elements of an Eigen map with strides are not contiguous; `from` copies them",
          where);
    if constexpr (N == 1)
      return around(m.data(), {m.size()});
    else
      return around(m.data(), {m.rows(), m.cols()});
  }
  /// Copies the elements to memory of the user's, with a stride per dimension.
  void copy_to(T* elements, shape_type const& strides) const {
    shape_type const own = row_major_strides(shape_);
    kernel::copy_strided(memory_.get(), own.data(), reinterpret_cast<std::byte*>(elements), strides.data(),
                         shape_.data(), N, sizeof(T));
  }

  /// Evaluates an expression; collective where it communicates; a distributed expression is gathered whole.
  /// An array that has elements keeps its shape (shape_error for another one) and its memory.
  template <node E>
  local_array(E const& expression);  // NOLINT(google-explicit-constructor): `local_array<double, 1> x = e;`
  template <node E>
  local_array& operator=(E const& expression);
  /// Every element becomes this number.
  template <scalar_operand S>
  local_array& operator=(S value);

  /// The shape, the extent of dimension d and the number of elements.
  shape_type const& shape() const noexcept { return shape_; }
  index_t extent(int d) const noexcept { return shape_[static_cast<std::size_t>(d)]; }
  index_t count() const noexcept { return extents(shape_).count(); }
  /// The elements in row-major order: as a pointer, a span, an Eigen map (one and two dimensions) or a
  /// tile_view.
  T* data() noexcept { return reinterpret_cast<T*>(memory_.get()); }
  T const* data() const noexcept { return reinterpret_cast<T const*>(memory_.get()); }
  std::span<T> span() noexcept { return {data(), static_cast<std::size_t>(count())}; }
  std::span<T const> span() const noexcept { return {data(), static_cast<std::size_t>(count())}; }
  auto local() noexcept { return detail::local_view(strided()); }
  auto local() const noexcept { return detail::local_view(strided()); }
  /// A tile_view for any number of dimensions.
  tile_view<T, N> strided() noexcept { return {data(), shape_, row_major_strides(shape_)}; }
  tile_view<T const, N> strided() const noexcept { return {data(), shape_, row_major_strides(shape_)}; }
  /// The memory that holds them, for what must outlive the array.
  std::shared_ptr<std::byte> const& memory() const noexcept { return memory_; }

  /// The part that indices and ranges choose, one per dimension: `A(range(0, 10, 2), every)`, `A(-1, every)`; a
  /// view, which can be assigned to where the array is neither const nor a temporary (expr/views.hpp). Throws
  /// index_error.
  template <class... Is>
  requires(sizeof...(Is) == N && (slice_argument<Is> && ...) && detail::ranges_among<Is...> > 0) auto
  operator()(Is... is) & {
    return slice(*this, is...);
  }
  template <class... Is>
  requires(sizeof...(Is) == N && (slice_argument<Is> && ...) && detail::ranges_among<Is...> > 0) auto
  operator()(Is... is) const& {
    return slice(*this, is...);
  }

  /// The element at these indices, one per dimension, unchecked.
  template <class... Index>
  requires(sizeof...(Index) == N && (std::is_convertible_v<Index, index_t> && ...)) T& operator()(
      Index... index) noexcept {
    return strided()(index...);
  }
  template <class... Index>
  requires(sizeof...(Index) == N && (std::is_convertible_v<Index, index_t> && ...)) T const& operator()(
      Index... index) const noexcept {
    return strided()(index...);
  }

 private:
  template <element U, int M>
  friend local_array<U, M> tile_of(array<U, M>& a, std::source_location where);
  struct sharing {
    std::shared_ptr<std::byte> memory;
  };
  local_array(shape_type const& shape, sharing with) : shape_(shape), memory_(std::move(with.memory)) {}

  shape_type shape_{};
  std::shared_ptr<std::byte> memory_;
};

}  // namespace pantile
