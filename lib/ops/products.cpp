#include <pantile/ops/products.hpp>

#include <string>
#include <vector>

namespace pantile::detail {

tiling first_cut(tiling const& natural, extents const& shape) {
  int const ranks = natural.ranks();
  if (natural.is_replicated()) return tiling::replicated().bind(shape, ranks);
  bool const by_first =
      natural.is_cartesian() && natural.grid().size() == 1 && natural.grid()[0].dimension == 0;
  if (!by_first) return tiling::axis(0).bind(shape, ranks);
  std::vector<std::vector<index_t>> cuts(static_cast<std::size_t>(shape.dimensions()));
  cuts[0] = natural.boundaries(0);
  return tiling::cartesian(shape, {{ranks, 0}}, std::move(cuts));
}

tiling regrouped(tiling const& t, extents const& shape) {
  if (t.is_replicated() || shape.count() == 0) return tiling::replicated().bind(shape, t.ranks());
  std::vector<std::vector<index_t>> cuts(static_cast<std::size_t>(shape.dimensions()));
  index_t const before = t.shape().count() / t.shape()[0], now = shape.count() / shape[0];
  for (index_t const c : t.boundaries(0)) cuts[0].push_back(c * before / now);
  return tiling::cartesian(shape, {{t.ranks(), 0}}, std::move(cuts));
}

int cut_dimension(std::optional<communicator> const& comm, tiling const& seen) {
  return comm && seen.is_cartesian() && seen.grid().size() == 1 ? seen.grid()[0].dimension : -1;
}

namespace {

/// The cuts of an operand for the result, where it has all pages and dimension `inner` whole.
std::optional<tiling> cuts_for(operand_survey const& s, extents const& shape, int inner) {
  if (!s.comm || s.shape[0] != shape[0]) return {};
  tiling const natural = natural_tiling(s);
  if (!natural.is_cartesian() || natural.is_replicated() || natural.grid_axis_of(inner) >= 0) return {};
  std::vector<std::vector<index_t>> cuts(3);
  for (int d = 0; d < 3; ++d)
    if (natural.grid_axis_of(d) >= 0) cuts[static_cast<std::size_t>(d)] = natural.boundaries(d);
  return tiling::cartesian(shape, natural.grid(), std::move(cuts));
}

bool everywhere(operand_survey const& s) { return !s.comm || natural_tiling(s).is_replicated(); }

}  // namespace

tiling batch_tiling(operand_survey const& a, operand_survey const& b, extents const& shape, int ranks) {
  if (everywhere(a) && everywhere(b)) return tiling::replicated().bind(shape, ranks);
  if (auto const cuts = cuts_for(a, shape, 2)) return *cuts;
  if (auto const cuts = cuts_for(b, shape, 1)) return *cuts;
  return tiling::axis(shape[0] >= ranks ? 0 : 1).bind(shape, ranks);
}

tiling batch_operand_tiling(tiling const& result, extents const& operand, int inner, int outer) {
  std::vector<box> boxes;
  for (int r = 0; r < result.ranks(); ++r) {
    box b = result.box_of(r);
    auto const i = static_cast<std::size_t>(inner), o = static_cast<std::size_t>(outer);
    bool const nothing = b.empty();
    b.lo[i] = 0;
    b.hi[i] = nothing ? 0 : operand[inner];
    if (nothing) b.hi[o] = b.lo[o] = 0;
    if (operand[0] == 1) {
      b.lo[0] = 0;
      b.hi[0] = nothing ? 0 : 1;
    } else if (nothing) {
      b.hi[0] = b.lo[0] = 0;
    }
    boxes.push_back(b);
  }
  return tiling::from_boxes(operand, std::move(boxes));
}

void check_contraction(extents const& a, int* axes_a, extents const& b, int* axes_b, int count,
                       std::source_location where) {
  for (int i = 0; i < count; ++i) {
    axes_a[i] = normalised_axis(axes_a[i], a.dimensions(), where);
    axes_b[i] = normalised_axis(axes_b[i], b.dimensions(), where);
    for (int j = 0; j < i; ++j)
      if (axes_a[i] == axes_a[j] || axes_b[i] == axes_b[j])
        throw index_error("tensordot: an axis is named twice", where);
    if (a[axes_a[i]] != b[axes_b[i]])
      throw shape_error("tensordot: dimension " + std::to_string(axes_a[i]) + " of " + to_string(a) +
                            " and dimension " + std::to_string(axes_b[i]) + " of " + to_string(b) +
                            " have different extents",
                        where);
  }
}

}  // namespace pantile::detail
