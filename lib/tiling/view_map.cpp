#include "data.hpp"

#include <pantile/base/error.hpp>
#include <pantile/tiling/view_map.hpp>

#include <algorithm>
#include <vector>

namespace pantile {

namespace {

using detail::at;

index_t ceil_div(index_t a, index_t b) { return a >= 0 ? (a + b - 1) / b : -(-a / b); }

/// The indices i in [0, n) for which first + step * i is in [lo, hi).
std::pair<index_t, index_t> indices_within(index_t first, index_t step, index_t n, index_t lo, index_t hi) {
  if (lo >= hi || n == 0) return {0, 0};
  index_t begin = 0, end = 0;
  if (step > 0) {
    begin = ceil_div(lo - first, step);
    end = ceil_div(hi - first, step);
  } else {  // first - s i <= hi - 1 and >= lo
    begin = ceil_div(first - (hi - 1), -step);
    end = ceil_div(first - lo + 1, -step);
  }
  begin = std::clamp<index_t>(begin, 0, n);
  return {begin, std::clamp(end, begin, n)};
}

extents with(extents const& shape, int d, std::optional<index_t> replacement, bool insert = false) {
  std::vector<index_t> sizes;
  for (int k = 0; k <= shape.dimensions(); ++k) {
    if (k == d && replacement) sizes.push_back(*replacement);
    if (k < shape.dimensions() && (k != d || insert)) sizes.push_back(shape[k]);
  }
  return extents(sizes.data(), static_cast<int>(sizes.size()));
}

}  // namespace

resolved_range resolve(range const& r, index_t extent, std::source_location where) {
  if (r.step == 0) throw index_error("a range must not have the step 0", where);
  bool const up = r.step > 0;
  auto const bound = [&](index_t i) {
    if (i < 0) i += extent;
    return std::clamp<index_t>(i, up ? 0 : -1, up ? extent : extent - 1);
  };
  index_t const first = r.start ? bound(*r.start) : (up ? 0 : extent - 1);
  index_t const last = r.stop ? bound(*r.stop) : (up ? extent : -1);
  if (up ? last <= first : first <= last) return {0, 0, 1};
  index_t const count = 1 + (last - first - (up ? 1 : -1)) / r.step;  // no step, however long, overflows here
  return {first, count, count == 1 ? 1 : r.step};
}

index_t resolve_index(index_t i, index_t extent, int dimension, std::source_location where) {
  if (i < -extent || i >= extent)
    throw index_error("index " + std::to_string(i) + " in dimension " + std::to_string(dimension) +
                          " of extent " + std::to_string(extent),
                      where);
  return i < 0 ? i + extent : i;
}

view_map::view_map(extents const& all) : shape(all), stored(all) {
  for (int d = 0; d < all.dimensions(); ++d) {
    axis[at(d)] = d;
    step[at(d)] = 1;
  }
}

bool view_map::operator==(view_map const& other) const noexcept {
  return shape == other.shape && stored == other.stored && axis == other.axis && step == other.step &&
         origin == other.origin;
}

bool view_map::is_in_order() const noexcept {
  int last = -1;
  for (int d = 0; d < shape.dimensions(); ++d) {
    if (axis[at(d)] < 0) continue;
    if (axis[at(d)] < last) return false;
    last = axis[at(d)];
  }
  return true;
}

bool view_map::is_permutation() const noexcept {
  if (shape.dimensions() != stored.dimensions()) return false;
  for (int d = 0; d < shape.dimensions(); ++d) {
    int const a = axis[at(d)];
    if (a < 0 || source_of(a) != d || step[at(d)] != 1 || origin[at(a)] != 0 || shape[d] != stored[a])
      return false;
  }
  return true;
}

bool view_map::is_whole() const noexcept {
  return is_permutation() && std::is_sorted(axis.begin(), axis.begin() + shape.dimensions());
}

int view_map::source_of(int stored_dimension) const noexcept {
  for (int d = 0; d < shape.dimensions(); ++d)
    if (axis[at(d)] == stored_dimension) return d;
  return -1;
}

box view_map::stored_box(box const& part) const {
  box b(stored);
  for (int s = 0; s < stored.dimensions(); ++s) {
    b.lo[at(s)] = origin[at(s)];
    b.hi[at(s)] = origin[at(s)] + 1;
  }
  if (part.empty()) {
    b.hi = b.lo = {};
    return b;
  }
  for (int d = 0; d < shape.dimensions(); ++d) {
    int const s = axis[at(d)];
    if (s < 0) continue;
    index_t const a = origin[at(s)] + step[at(d)] * part.lo[at(d)],
                  z = origin[at(s)] + step[at(d)] * (part.hi[at(d)] - 1);
    b.lo[at(s)] = std::min(a, z);
    b.hi[at(s)] = std::max(a, z) + 1;
  }
  return b;
}

box view_map::seen_box(box const& part) const {
  box b(shape);
  bool nothing = part.empty();
  for (int s = 0; s < stored.dimensions(); ++s)
    if (source_of(s) < 0)
      nothing = nothing || origin[at(s)] < part.lo[at(s)] || origin[at(s)] >= part.hi[at(s)];
  for (int d = 0; d < shape.dimensions() && !nothing; ++d) {
    int const s = axis[at(d)];
    if (s < 0) continue;
    auto const [lo, hi] = indices_within(origin[at(s)], step[at(d)], shape[d], part.lo[at(s)], part.hi[at(s)]);
    b.lo[at(d)] = lo;
    b.hi[at(d)] = hi;
  }
  if (nothing || b.empty()) b.hi = b.lo = {};
  return b;
}

tiling view_map::seen_tiling(tiling const& t) const {
  if (is_whole()) return t;
  bool keeps_grid = t.is_cartesian();
  for (auto const& g : t.grid()) {
    int const d = g.dimension < 0 ? 0 : source_of(g.dimension);
    keeps_grid = keeps_grid && (g.dimension < 0 || (d >= 0 && step[at(d)] > 0));
  }
  if (!keeps_grid) {
    std::vector<box> boxes;
    for (int r = 0; r < t.ranks(); ++r) boxes.push_back(seen_box(t.box_of(r)));
    return tiling::from_boxes(shape, std::move(boxes));
  }
  std::vector<tiling::grid_axis> grid = t.grid();
  std::vector<std::vector<index_t>> boundaries(at(shape.dimensions()));
  if (grid.empty()) grid = {{t.ranks(), -1}};
  for (auto& g : grid) {
    if (g.dimension < 0) continue;
    int const s = g.dimension, d = source_of(s);
    g.dimension = d;
    for (index_t const b : t.boundaries(s))
      boundaries[at(d)].push_back(
          indices_within(origin[at(s)], step[at(d)], shape[d], 0, std::max<index_t>(b, 0)).second);
    boundaries[at(d)].back() = shape[d];
  }
  return tiling::cartesian(shape, std::move(grid), std::move(boundaries));
}

view_map view_map::seen_through(view_map const& outer) const {
  view_map v = *this;
  v.shape = outer.shape;
  v.taken_back = taken_back || outer.taken_back;
  for (int a = 0; a < shape.dimensions(); ++a)
    if (int const s = axis[at(a)]; s >= 0) v.origin[at(s)] += step[at(a)] * outer.origin[at(a)];
  for (int d = 0; d < outer.shape.dimensions(); ++d) {
    int const a = outer.axis[at(d)];
    v.axis[at(d)] = a < 0 ? -1 : axis[at(a)];
    v.step[at(d)] = a < 0 ? 0 : outer.step[at(d)] * step[at(a)];
  }
  return v;
}

view_map view_map::permuted(int const* order) const {
  view_map v = *this;
  std::vector<index_t> sizes;
  for (int d = 0; d < shape.dimensions(); ++d) {
    v.axis[at(d)] = axis[at(order[d])];
    v.step[at(d)] = step[at(order[d])];
    sizes.push_back(shape[order[d]]);
  }
  v.shape = extents(sizes.data(), shape.dimensions());
  v.taken_back = taken_back || (v.is_in_order() && !is_in_order());
  return v;
}

view_map view_map::sliced(int d, resolved_range const& r) const {
  view_map v = *this;
  v.shape = with(shape, d, r.count);
  if (int const s = axis[at(d)]; s >= 0) {
    v.origin[at(s)] += step[at(d)] * r.first;
    v.step[at(d)] = step[at(d)] * r.step;
  }
  return v;
}

view_map view_map::dropped(int d, index_t i) const {
  view_map v = sliced(d, {i, 1, 1});
  v.shape = with(shape, d, std::nullopt);
  for (int k = d; k + 1 < shape.dimensions(); ++k) {
    v.axis[at(k)] = axis[at(k + 1)];
    v.step[at(k)] = step[at(k + 1)];
  }
  return v;
}

view_map view_map::inserted(int d, index_t extent) const {
  view_map v = *this;
  v.shape = with(shape, d, extent, true);
  for (int k = shape.dimensions(); k > d; --k) {
    v.axis[at(k)] = axis[at(k - 1)];
    v.step[at(k)] = step[at(k - 1)];
  }
  v.axis[at(d)] = -1;
  v.step[at(d)] = 0;
  return v;
}

}  // namespace pantile
