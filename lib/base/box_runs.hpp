#pragma once

#include <pantile/base/box.hpp>

namespace pantile::detail {

/// Splits `part` into runs that are contiguous both in the row-major order of `outer` and in that of `inner`,
/// two boxes around it, and calls `visit(offset in outer, offset in inner, count)`, in elements, in row-major
/// order.
template <class Visit>
void for_each_run(box const& part, box const& outer, box const& inner, Visit&& visit) {
  if (part.empty()) return;
  auto const at = [](int d) { return static_cast<std::size_t>(d); };
  // The dimensions from `whole` on are covered by part in both boxes: with the one before, they make one run.
  int whole = part.dimensions;
  index_t count = 1;
  while (whole > 0 && part.extent(whole - 1) == outer.extent(whole - 1) &&
         part.extent(whole - 1) == inner.extent(whole - 1))
    count *= part.extent(--whole);
  int const looped = std::max(0, whole - 1);
  if (whole > 0) count *= part.extent(looped);

  std::array<index_t, max_dimensions> index = part.lo;
  auto const offset_in = [&](box const& b) {
    index_t offset = 0;
    for (int d = 0; d < part.dimensions; ++d) offset = offset * b.extent(d) + index[at(d)] - b.lo[at(d)];
    return offset;
  };
  for (;;) {
    visit(offset_in(outer), offset_in(inner), count);
    int d = looped - 1;
    while (d >= 0 && ++index[at(d)] == part.hi[at(d)]) {
      index[at(d)] = part.lo[at(d)];
      --d;
    }
    if (d < 0) return;
  }
}

}  // namespace pantile::detail
