// Tilings from their parts and from other tilings.
#include "data.hpp"

#include <numeric>
#include <string>

namespace pantile {

using detail::at;

tiling tiling::cartesian(extents const& shape, std::vector<grid_axis> grid,
                         std::vector<std::vector<index_t>> boundaries, std::vector<index_t> halos,
                         std::source_location where) {
  auto d = std::make_shared<data>();
  d->shape = shape;
  index_t ranks = 1;
  for (auto const& axis : grid) {
    if (axis.ranks < 1 || axis.dimension < -1 || axis.dimension >= shape.dimensions())
      throw tiling_error("a grid axis of " + std::to_string(axis.ranks) + " ranks along dimension " +
                             std::to_string(axis.dimension) + " does not fit the shape " + to_string(shape),
                         where);
    ranks *= axis.ranks;
    if (!std::in_range<int>(ranks)) throw tiling_error("the grid has more ranks than there can be", where);
  }
  d->ranks = static_cast<int>(ranks);
  if (boundaries.size() > at(shape.dimensions()))
    throw tiling_error("got boundaries for " + std::to_string(boundaries.size()) +
                           " dimensions, the shape is " + to_string(shape),
                       where);
  boundaries.resize(at(shape.dimensions()));
  for (auto const& axis : grid) {
    if (axis.dimension < 0) {
      if (axis.ranks > 1) d->disjoint = false;
    } else if (boundaries[at(axis.dimension)].size() != at(axis.ranks) + 1) {
      throw tiling_error("dimension " + std::to_string(axis.dimension) + " needs " +
                             std::to_string(axis.ranks + 1) + " boundaries for " + std::to_string(axis.ranks) +
                             " tiles, got " + std::to_string(boundaries[at(axis.dimension)].size()),
                         where);
    }
    if (axis.ranks == 1) continue;
    if (axis.dimension >= 0) {
      if (d->axis_of[at(axis.dimension)] >= 0)
        throw tiling_error("dimension " + std::to_string(axis.dimension) + " is cut by two axes of the grid",
                           where);
      d->axis_of[at(axis.dimension)] = static_cast<int>(d->grid.size());
    }
    d->grid.push_back(axis);
  }
  for (int k = 0; k < shape.dimensions(); ++k) {
    auto& cuts = boundaries[at(k)];
    if (cuts.empty()) cuts = {0, shape[k]};
    if (cuts.size() < 2 || cuts.front() != 0 || cuts.back() != shape[k] ||
        !std::is_sorted(cuts.begin(), cuts.end()))
      throw tiling_error("the boundaries of dimension " + std::to_string(k) + " must ascend from 0 to " +
                             std::to_string(shape[k]),
                         where);
    if (cuts.size() > 2 && d->axis_of[at(k)] < 0)
      throw tiling_error("dimension " + std::to_string(k) + " has boundaries but no axis of the grid", where);
  }
  d->boundaries = std::move(boundaries);
  if (shape.count() == 0) d->disjoint = true;  // replicas of nothing
  d->set_halos(halos, where);
  return tiling(std::move(d));
}

tiling tiling::from_boxes(extents const& shape, std::vector<box> boxes, std::vector<index_t> halos,
                          std::source_location where) {
  auto d = std::make_shared<data>();
  d->shape = shape;
  d->cartesian = false;
  if (boxes.empty() || !std::in_range<int>(boxes.size()))
    throw tiling_error("a tiling needs one box per rank, got " + std::to_string(boxes.size()), where);
  d->ranks = static_cast<int>(boxes.size());
  box const whole(shape);
  index_t owned = 0;
  std::vector<box> open{whole};
  for (std::size_t rank = 0; rank < boxes.size(); ++rank) {
    box& b = boxes[rank];
    if (b.dimensions != shape.dimensions() || !whole.contains(b))
      throw tiling_error("the box " + to_string(b) + " of rank " + std::to_string(rank) +
                             " is not inside the shape " + to_string(shape),
                         where);
    b = intersect(b, b);
    owned += b.count();
    std::vector<box> still_open;
    for (box const& rest : open) {
      auto parts = subtract(rest, b);
      still_open.insert(still_open.end(), parts.begin(), parts.end());
    }
    open = std::move(still_open);
  }
  if (!open.empty() && !open.front().empty())
    throw tiling_error("the boxes leave a hole: no rank owns " + to_string(open.front()), where);
  d->disjoint = owned == shape.count();
  d->boxes = std::move(boxes);
  d->set_halos(halos, where);
  return tiling(std::move(d));
}

tiling tiling::with_halos(std::vector<index_t> const& halos, std::source_location where) const {
  auto d = std::make_shared<data>(*data_);
  d->set_halos(halos, where);
  return tiling(std::move(d));
}

tiling tiling::reduced(int axis, bool keep) const {
  if (!is_cartesian() || axis < 0 || axis >= shape().dimensions())
    throw tiling_error("reduced: dimension " + std::to_string(axis) + " of " + to_string(*this));
  std::vector<index_t> sizes;
  std::vector<std::vector<index_t>> cuts;
  std::vector<grid_axis> grid = data_->grid;
  for (int d = 0; d < shape().dimensions(); ++d) {
    if (d == axis && !keep) continue;
    sizes.push_back(d == axis ? 1 : shape()[d]);
    cuts.push_back(d == axis ? std::vector<index_t>{} : data_->boundaries[at(d)]);
  }
  for (auto& g : grid) {
    if (g.dimension == axis)
      g.dimension = -1;
    else if (g.dimension > axis && !keep)
      --g.dimension;
  }
  if (grid.empty()) grid.push_back({data_->ranks, -1});
  return cartesian(extents(sizes.data(), static_cast<int>(sizes.size())), std::move(grid), std::move(cuts));
}

tiling tiling::permuted(std::vector<int> const& axes) const {
  std::vector<int> sorted(axes), all(at(shape().dimensions()));
  std::sort(sorted.begin(), sorted.end());
  std::iota(all.begin(), all.end(), 0);
  if (sorted != all)
    throw tiling_error("permuted: the axes must name each dimension of " + to_string(shape()) + " once");
  auto d = std::make_shared<data>(*data_);
  std::array<index_t, max_dimensions> sizes{};
  auto permute_box = [&](box const& b) {
    box out = b;
    for (std::size_t k = 0; k < axes.size(); ++k) out.lo[k] = b.lo[at(axes[k])], out.hi[k] = b.hi[at(axes[k])];
    return out;
  };
  for (std::size_t k = 0; k < axes.size(); ++k) {
    sizes[k] = shape()[axes[k]];
    d->halo[k] = data_->halo[at(axes[k])];
    d->axis_of[k] = data_->axis_of[at(axes[k])];
    if (data_->cartesian) d->boundaries[k] = data_->boundaries[at(axes[k])];
    if (d->axis_of[k] >= 0) d->grid[at(d->axis_of[k])].dimension = static_cast<int>(k);
  }
  d->shape = extents(sizes.data(), shape().dimensions());
  for (box& b : d->boxes) b = permute_box(b);
  return tiling(std::move(d));
}

}  // namespace pantile
