#pragma once

#include <pantile/base/box.hpp>
#include <pantile/base/extents.hpp>
#include <pantile/tiling/tiling.hpp>

#include <array>
#include <optional>
#include <source_location>

namespace pantile {

/// A stretch of indices as NumPy's slices have it: from `start` in steps of `step` until `stop` is reached,
/// which is not included. Negative indices count from the end; what is left out is the whole dimension in the
/// direction of the step; what lies beyond the ends is cut off.
struct range {
  std::optional<index_t> start, stop;
  index_t step = 1;
  std::source_location where{};  ///< what errors of a slice name

  constexpr range() = default;
  /// From, to (not included), by; `{}` for what is left out.
  constexpr range(std::optional<index_t> from, std::optional<index_t> to, index_t by = 1,
                  std::source_location at = std::source_location::current())
      : start(from), stop(to), step(by), where(at) {}
};
/// A whole dimension: `A(2, every)`. (NumPy's colon; `all` is a reduction.)
inline constexpr range every{};

/// A range on a dimension: first index, number of indices, step. Throws index_error for a step of 0.
struct resolved_range {
  index_t first = 0, count = 0, step = 1;
};
resolved_range resolve(range const& r, index_t extent, std::source_location where);
/// An index in 0..extent-1, where negative ones count from the end; throws index_error.
index_t resolve_index(index_t i, index_t extent, int dimension, std::source_location where);

/// How a view lies in the index space in which an array is stored: dimension d of the view runs along the
/// stored dimension axis[d] in steps of step[d]; index 0 of the view is the stored index `origin`. axis[d] =
/// -1: a dimension that is not stored; all its indices are the same elements. A stored dimension that no
/// dimension of the view runs along stays at `origin`. A value without tilings and data: transposing and
/// slicing cost O(1).
struct view_map {
  extents shape;  // of the view
  extents stored;
  std::array<int, max_dimensions> axis{};
  std::array<index_t, max_dimensions> step{};
  std::array<index_t, max_dimensions> origin{};
  bool taken_back = false;  ///< transposed, and transposed back; views that differ only here are equal

  view_map() = default;
  /// All of it, in order.
  explicit view_map(extents const& all);

  /// Of the same elements in the same places.
  bool operator==(view_map const& other) const noexcept;

  /// True where the view is the array itself.
  bool is_whole() const noexcept;
  /// True where the view is the array with its dimensions in any order.
  bool is_permutation() const noexcept;

  /// The least box of the storage that holds a part of the view.
  box stored_box(box const& part) const;
  /// The part of the view that lies in a box of the storage.
  box seen_box(box const& part) const;
  /// Who has which part of the view where the storage is tiled so. O(dimensions) where the view keeps the grid
  /// of a Cartesian tiling; a custom tiling otherwise.
  tiling seen_tiling(tiling const& t) const;

  /// This view's view `outer`, whose storage is what this one shows.
  view_map seen_through(view_map const& outer) const;
  /// Dimension d of the result is dimension order[d] of this view.
  view_map permuted(int const* order) const;
  /// Dimension d is restricted to a range.
  view_map sliced(int d, resolved_range const& r) const;
  /// Dimension d, at index i, goes.
  view_map dropped(int d, index_t i) const;
  /// A new dimension before dimension d, all of whose `extent` indices are the same elements.
  view_map inserted(int d, index_t extent) const;

 private:
  bool is_in_order() const noexcept;                   // of the stored dimensions
  int source_of(int stored_dimension) const noexcept;  // the view's dimension that runs along it, -1 for none
};

}  // namespace pantile
