#pragma once

#include <pantile/base/box.hpp>
#include <pantile/base/extents.hpp>
#include <pantile/tiling/tiling.hpp>

#include <optional>
#include <vector>

namespace pantile {

/// The elements with row-major numbers in [first, last) as disjoint boxes: at most 2 x dimensions - 1 of them,
/// in the order of the numbers, each of consecutive elements. first and last: from 0 to the number of elements,
/// first <= last.
std::vector<box> boxes_of_range(extents const& shape, index_t first, index_t last);

/// The dimension along which tiles are ranges of the row-major order: the first whose extent is not 1; 0 where
/// there is none.
int leading_dimension(extents const& shape);

/// Tiles that are ranges of the row-major order: even cuts of the leading dimension.
tiling range_tiling(extents const& shape, int ranks);

/// The tiling of an array of another shape with as many elements in which every rank has the same range of the
/// row-major order as in `t`; none where the tiles of `t` are no such ranges, or cut through rows of the new
/// shape. Halos are dropped.
std::optional<tiling> same_ranges(tiling const& t, extents const& shape);

}  // namespace pantile
