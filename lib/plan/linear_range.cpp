#include <pantile/plan/linear_range.hpp>

#include <utility>

namespace pantile {

namespace {

/// The elements of one index of the leading dimensions, from dimension d on.
index_t block_below(extents const& shape, int d) {
  index_t n = 1;
  for (int k = d; k < shape.dimensions(); ++k) n *= shape[k];
  return n;
}

/// Splits [first, last) of the numbers below one index of the dimensions before d, which `prefix` holds.
void split(extents const& shape, int d, box prefix, index_t first, index_t last, std::vector<box>& out) {
  if (first >= last) return;
  auto const k = static_cast<std::size_t>(d);
  if (d == shape.dimensions()) return out.push_back(prefix);
  index_t const block = block_below(shape, d + 1);
  index_t const low = first / block, high = last / block;  // indices that the range begins and ends in
  auto const at = [&](index_t lo, index_t hi) {
    box b = prefix;
    b.lo[k] = lo;
    b.hi[k] = hi;
    return b;
  };
  if (low == high) return split(shape, d + 1, at(low, low + 1), first - low * block, last - low * block, out);
  index_t const whole = first == low * block ? low : low + 1;
  if (whole > low) split(shape, d + 1, at(low, low + 1), first - low * block, block, out);
  if (whole < high) out.push_back(at(whole, high));
  split(shape, d + 1, at(high, high + 1), 0, last - high * block, out);
}

}  // namespace

std::vector<box> boxes_of_range(extents const& shape, index_t first, index_t last) {
  std::vector<box> boxes;
  split(shape, 0, box(shape), first, last, boxes);
  return boxes;
}

int leading_dimension(extents const& shape) {
  for (int d = 0; d < shape.dimensions(); ++d)
    if (shape[d] != 1) return d;
  return 0;
}

tiling range_tiling(extents const& shape, int ranks) {
  return tiling::axis(leading_dimension(shape)).bind(shape, ranks);
}

std::optional<tiling> same_ranges(tiling const& t, extents const& shape) {
  if (!t.is_cartesian() || shape.count() == 0) return std::nullopt;
  int const from = leading_dimension(t.shape()), to = leading_dimension(shape);
  index_t const old_row = block_below(t.shape(), from + 1), new_row = block_below(shape, to + 1);
  auto grid = t.grid();
  if (grid.empty()) grid = {{t.ranks(), -1}};
  std::vector<std::vector<index_t>> cuts(static_cast<std::size_t>(shape.dimensions()));
  for (auto& axis : grid) {
    if (axis.dimension < 0) continue;
    if (axis.dimension != from) return std::nullopt;
    axis.dimension = to;
    auto& c = cuts[static_cast<std::size_t>(to)];
    for (index_t boundary : t.boundaries(from)) {
      if (boundary * old_row % new_row != 0) return std::nullopt;
      c.push_back(boundary * old_row / new_row);
    }
  }
  return tiling::cartesian(shape, std::move(grid), std::move(cuts));
}

}  // namespace pantile
