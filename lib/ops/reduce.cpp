#include <pantile/ops/reduce_node.hpp>

#include <algorithm>
#include <string>

namespace pantile::detail {

tiling reducible_tiling(operand_survey const& survey) {
  tiling const natural = natural_tiling(survey);
  if (natural.is_cartesian()) return natural;
  return tiling::row().bind(survey.shape, survey.comm->size());
}

std::vector<tiling> reducible(std::vector<tiling> tilings) {
  std::erase_if(tilings, [](tiling const& t) { return !t.is_cartesian(); });
  return tilings;
}

std::vector<tiling> ways_to_reduce(std::vector<tiling> tilings, extents const& shape, int ranks,
                                   bool const* reduced) {
  int kept = -1;
  for (int d = 0; d < shape.dimensions(); ++d)
    if (!reduced[d] && (kept < 0 || shape[d] > shape[kept])) kept = d;
  std::vector<tiling> ways = reducible(std::move(tilings));
  if (kept < 0) return ways;
  tiling const alone = tiling::axis(kept).bind(shape, ranks);
  bool const known =
      std::any_of(ways.begin(), ways.end(), [&](tiling const& t) { return t.owns_alike(alone); });
  if (!known) ways.push_back(alone);
  return ways;
}

tiling reduced_tiling(tiling t, bool const* reduced, bool keep) {
  for (int d = t.shape().dimensions() - 1; d >= 0; --d)
    if (reduced[d]) t = t.reduced(d, keep);
  return t;
}

void check_not_empty(bool empty, std::source_location where) {
  if (empty) throw domain_error("the least or greatest element of an empty array has no value", where);
}

bool is_combined(tiling const& t, bool const* reduced) {
  return std::any_of(t.grid().begin(), t.grid().end(),
                     [&](auto const& g) { return g.dimension >= 0 && reduced[g.dimension]; });
}

void for_each_reduction_group(communicator const& comm, tiling const& t, bool const* reduced,
                              std::uint64_t print, std::source_location where,
                              function_ref<void(communicator const&)> visit) {
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
