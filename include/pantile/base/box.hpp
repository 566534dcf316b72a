#pragma once

#include <pantile/base/extents.hpp>
#include <pantile/base/types.hpp>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace pantile {

/// A half-open box [lo, hi) of the global index space. Any box with an extent of 0 or less is empty.
struct box {
  int dimensions = 0;
  std::array<index_t, max_dimensions> lo{};
  std::array<index_t, max_dimensions> hi{};

  box() = default;
  /// The corners, one number per dimension each.
  box(std::initializer_list<index_t> low, std::initializer_list<index_t> high);
  /// The whole index space of `shape`.
  explicit box(extents const& shape);

  /// The extent of dimension d, and the number of elements; 0 for empty boxes.
  index_t extent(int d) const noexcept { return std::max<index_t>(0, hi[index(d)] - lo[index(d)]); }
  index_t count() const noexcept {
    index_t n = 1;
    for (int d = 0; d < dimensions; ++d) n *= extent(d);
    return n;
  }
  /// Without counting: a box that is not inside any shape may have more elements than an index_t counts.
  bool empty() const noexcept {
    for (int d = 0; d < dimensions; ++d)
      if (hi[index(d)] <= lo[index(d)]) return true;
    return false;
  }
  /// The extents as a shape.
  extents shape() const;

  /// True where every element of `other` is in this box; an empty box is in every box.
  bool contains(box const& other) const noexcept;
  bool operator==(box const&) const noexcept = default;

 private:
  static constexpr std::size_t index(int d) { return static_cast<std::size_t>(d); }
};

/// The elements in both boxes; empty boxes come out normalised to extents of 0 at `lo`.
box intersect(box const& a, box const& b) noexcept;

/// The elements of `a` that are not in `b`, as at most 2 x dimensions disjoint boxes.
std::vector<box> subtract(box const& a, box const& b);

/// "[0, 4) x [2, 8)".
std::string to_string(box const& b);

namespace detail {
/// The strides of a row-major storage of a box.
std::array<index_t, max_dimensions> strides_within(box const& storage);
}  // namespace detail

}  // namespace pantile
