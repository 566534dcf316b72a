#include <pantile/ops/reduce.hpp>

namespace pantile::detail {

tiling reducible_tiling(operand_survey const& survey) {
  tiling const natural = natural_tiling(survey);
  if (natural.is_cartesian()) return natural;
  return tiling::row().bind(survey.shape, survey.comm->size());
}

void check_not_empty(bool empty, std::source_location where) {
  if (empty) throw domain_error("the least or greatest element of an empty array has no value", where);
}

void for_each_reduction_group(communicator const& comm, tiling const& t, int axis,
                              std::function<void(communicator const&)> const& visit) {
  std::vector<int> grid;
  for (auto const& g : t.grid()) grid.push_back(g.ranks);
  for (std::size_t k = 0; k < grid.size(); ++k) {
    int const cut = t.grid()[k].dimension;
    if (cut >= 0 && (axis < 0 || cut == axis)) visit(comm.along(grid, static_cast<int>(k)));
  }
}

}  // namespace pantile::detail
