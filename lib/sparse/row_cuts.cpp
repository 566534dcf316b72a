#include "row_cuts.hpp"

#include <pantile/base/error.hpp>

namespace pantile::detail {

std::vector<index_t> row_cuts_of(tiling const& tiled, std::source_location where) {
  auto const reject = [&](char const* why) {
    throw tiling_error(std::string("a sparse array is tiled by whole rows: the tiling ") + to_string(tiled) +
                           ' ' + why + "; use row(), weighted(0, ...) or cuts({...}, {})",
                       where);
  };
  if (tiled.has_halo()) reject("has a halo");
  std::vector<index_t> cuts{0};
  for (int rank = 0; rank < tiled.ranks(); ++rank) {
    box const tile = tiled.box_of(rank);
    if (tile.extent(0) > 0) {
      if (tile.extent(1) != tiled.shape()[1]) reject("cuts columns");
      if (tile.lo[0] != cuts.back()) reject("does not give the rows to the ranks one after the other");
    }
    cuts.push_back(cuts.back() + tile.extent(0));
  }
  if (cuts.back() != tiled.shape()[0]) reject("does not give each row to one rank");
  return cuts;
}

}  // namespace pantile::detail
