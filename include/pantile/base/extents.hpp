#pragma once

#include <pantile/base/types.hpp>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <source_location>
#include <string>

namespace pantile {

/// The shape of a global index space: 0 to 4 dimensions, extents of 0 or more. A value; row-major order (the
/// last dimension is contiguous) is meant wherever elements are numbered.
class extents {
 public:
  constexpr extents() = default;
  /// Throws shape_error for more than 4 dimensions, a negative extent or a size beyond 2^63 - 1.
  extents(std::initializer_list<index_t> sizes, std::source_location where = std::source_location::current());
  extents(index_t const* sizes, int dimensions, std::source_location where = std::source_location::current());
  template <std::size_t N>
  extents(std::array<index_t, N> const& sizes, std::source_location where = std::source_location::current())
      : extents(sizes.data(), static_cast<int>(N), where) {}

  /// How many dimensions there are, and the extent of dimension d.
  constexpr int dimensions() const noexcept { return dimensions_; }
  constexpr index_t operator[](int d) const noexcept { return sizes_[static_cast<std::size_t>(d)]; }
  /// The number of elements; 1 for a shape without dimensions.
  constexpr index_t count() const noexcept {
    index_t n = 1;
    for (int d = 0; d < dimensions_; ++d) n *= sizes_[static_cast<std::size_t>(d)];
    return n;
  }
  constexpr bool operator==(extents const&) const noexcept = default;

 private:
  int dimensions_ = 0;
  std::array<index_t, max_dimensions> sizes_{};
};

/// "(3, 4)", as NumPy prints a shape.
std::string to_string(extents const& shape);

}  // namespace pantile
