#include <pantile/ops/held_rows.hpp>

namespace pantile::detail {

std::optional<tiling> cut_rows(std::optional<communicator> const& comm, tiling const& stored, int rows,
                               index_t count) {
  if (!comm) return tiling();
  extents const shape{count};
  if (stored.is_replicated()) return tiling::replicated().bind(shape, comm->size());
  if (!stored.is_cartesian() || stored.grid().size() != 1 || stored.grid()[0].dimension != rows) return {};
  return tiling::cartesian(shape, {{comm->size(), 0}}, {stored.boundaries(rows)});
}

}  // namespace pantile::detail
