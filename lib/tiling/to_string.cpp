#include <pantile/tiling/tiling.hpp>

#include <algorithm>

namespace pantile {

namespace {
std::string shortened(std::vector<index_t> const& cuts) {
  std::string text;
  for (std::size_t i = 0; i < cuts.size(); ++i) {
    if (cuts.size() > 9 && i == 5) {
      text += " ...";
      i = cuts.size() - 2;
    }
    text += (i ? " " : "") + std::to_string(cuts[i]);
  }
  return text;
}
}  // namespace

std::string to_string(tiling const& t) {
  std::string text =
      to_string(t.shape()) + " on " + std::to_string(t.ranks()) + (t.ranks() == 1 ? " rank" : " ranks");
  if (!t.is_cartesian())
    text += t.is_replicated() ? ", replicated" : ", custom boxes";
  else if (std::all_of(t.grid().begin(), t.grid().end(), [](auto const& axis) { return axis.dimension < 0; }))
    return text + ", replicated";
  for (int d = 0; d < t.shape().dimensions(); ++d) {
    if (t.grid_axis_of(d) >= 0)
      text += ", dimension " + std::to_string(d) + " cut at " + shortened(t.boundaries(d));
    if (t.halo(d) > 0)
      text += " (halo " + std::to_string(t.halo(d)) + " in dimension " + std::to_string(d) + ")";
  }
  for (auto const& axis : t.grid())
    if (axis.dimension < 0) text += ", " + std::to_string(axis.ranks) + " replicas";
  return text;
}

}  // namespace pantile
