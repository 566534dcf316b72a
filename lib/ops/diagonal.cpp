#include <pantile/base/checked.hpp>
#include <pantile/ops/diagonal.hpp>

#include <algorithm>

namespace pantile::detail {

diagonal_place::diagonal_place(index_t rows, index_t columns, index_t k)
    : row(k < 0 ? 0 - std::max(k, -rows) : 0), column(k > 0 ? std::min(k, columns) : 0) {
  length = std::max(index_t{0}, std::min(rows - row, columns - column));
}

box diagonal_place::part_in(box const& b) const {
  box part(extents{length});
  part.lo[0] = std::max({index_t{0}, b.lo[0] - row, b.lo[1] - column});
  part.hi[0] = std::min({length, b.hi[0] - row, b.hi[1] - column});
  if (part.lo[0] >= part.hi[0]) part.lo[0] = part.hi[0] = 0;
  return part;
}

box diagonal_place::around(box const& part) const {
  box b(extents{1, 1});
  b.lo[0] = part.lo[0] + row;
  b.hi[0] = part.hi[0] + row;
  b.lo[1] = part.lo[0] + column;
  b.hi[1] = part.hi[0] + column;
  return b;
}

tiling diagonal_place::tiling_in(tiling const& matrix) const {
  std::vector<box> parts;
  for (int r = 0; r < matrix.ranks(); ++r) parts.push_back(part_in(matrix.box_of(r)));
  return tiling::from_boxes(extents{length}, std::move(parts));
}

index_t diag_extent(index_t n, index_t k, std::source_location where) {
  index_t const most = std::numeric_limits<index_t>::max();
  if (k <= -(most - n) || k >= most - n)
    throw shape_error("diag: a diagonal at " + std::to_string(k) + " has more rows than can be counted", where);
  return n + std::abs(k);
}

}  // namespace pantile::detail
