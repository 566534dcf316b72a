#include <pantile/ops/reduce_node.hpp>

#include <string>

namespace pantile::detail {

tiling reducible_tiling(operand_survey const& survey) {
  tiling const natural = natural_tiling(survey);
  if (natural.is_cartesian()) return natural;
  return tiling::row().bind(survey.shape, survey.comm->size());
}

tiling reduced_tiling(tiling t, bool const* reduced, bool keep) {
  for (int d = t.shape().dimensions() - 1; d >= 0; --d)
    if (reduced[d]) t = t.reduced(d, keep);
  return t;
}

void check_not_empty(bool empty, std::source_location where) {
  if (empty) throw domain_error("the least or greatest element of an empty array has no value", where);
}

void for_each_reduction_group(communicator const& comm, tiling const& t, bool const* reduced,
                              std::uint64_t print, std::source_location where,
                              std::function<void(communicator const&)> const& visit) {
  int const dimensions = t.shape().dimensions();
  std::vector<int> grid;
  for (auto const& g : t.grid()) grid.push_back(g.ranks);
  if (grid.size() > 1) {  // the groups compare what they do among themselves only
    std::uint64_t over = 0;
    for (int d = 0; d < dimensions; ++d) over = 2 * over + (reduced[d] ? 1 : 0);
    comm.check_same("reduce", hash_combine(hash_combine(print, t.hash()), over), where);
  }
  for (std::size_t k = 0; k < grid.size(); ++k) {
    int const cut = t.grid()[k].dimension;
    if (cut >= 0 && reduced[cut]) visit(comm.along(grid, static_cast<int>(k), where));
  }
}

}  // namespace pantile::detail
