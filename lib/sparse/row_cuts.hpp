#pragma once

#include <pantile/tiling/tiling.hpp>

#include <algorithm>
#include <source_location>
#include <vector>

namespace pantile::detail {

/// The boundaries of the rows that the ranks own: rank r has rows cuts[r] .. cuts[r + 1]. Throws tiling_error
/// where `tiled` is not made of whole rows in the order of the ranks, or has a halo.
std::vector<index_t> row_cuts_of(tiling const& tiled, std::source_location where);

/// The rank that owns `row`.
inline index_t owner_of(std::vector<index_t> const& cuts, index_t row) {
  return std::upper_bound(cuts.begin(), cuts.end(), row) - cuts.begin() - 1;
}

/// A half-open range of rows.
struct row_range {
  index_t first;
  index_t last;
  index_t count() const noexcept { return last - first; }
};

inline row_range rows_of(std::vector<index_t> const& cuts, int rank) {
  auto const r = static_cast<std::size_t>(rank);
  return {cuts[r], cuts[r + 1]};
}

}  // namespace pantile::detail
