#include <pantile/ops/products.hpp>
#include <pantile/trace/recorder.hpp>

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

void note_contraction(extents const& left, extents const& right, int summed_cut) {
  trace::note("algorithm",
              [&] { return "one product of matrices, " + to_string(left) + " by " + to_string(right); });
  trace::note("why", [&]() -> std::string {
    if (summed_cut < 0) return "the ranks do not cut what is summed over of the first operand";
    return "the ranks cut dimension " + std::to_string(summed_cut) +
           " of the first operand, which is summed over: each multiplies its part, and the sum is shared out";
  });
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
