#include <pantile/expr/assignable_view.hpp>
#include <pantile/expr/views.hpp>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace pantile::detail {

int normalised_axis(int axis, int dimensions, std::source_location where) {
  int const a = axis < 0 ? axis + dimensions : axis;
  if (a < 0 || a >= dimensions)
    throw index_error("there is no axis " + std::to_string(axis) + " in an array of " +
                          std::to_string(dimensions) + " dimensions",
                      where);
  return a;
}

void check_permutation(int* order, int dimensions, std::source_location where) {
  std::array<bool, max_dimensions> seen{};
  for (int d = 0; d < dimensions; ++d) {
    order[d] = normalised_axis(order[d], dimensions, where);
    if (std::exchange(seen[static_cast<std::size_t>(order[d])], true))
      throw index_error("transpose: axis " + std::to_string(order[d]) + " is named twice", where);
  }
}

void mark_axes(int const* which, int count, bool* marked, int dimensions, std::source_location where) {
  for (int i = 0; i < count; ++i) {
    int const axis = normalised_axis(which[i], dimensions, where);
    if (std::exchange(marked[axis], true))
      throw index_error("axis " + std::to_string(axis) + " is named twice", where);
  }
}

void check_squeezable(extents const& shape, int d, std::source_location where) {
  if (shape[d] != 1)
    throw shape_error(
        "squeeze: dimension " + std::to_string(d) + " of " + to_string(shape) + " has not the extent 1", where);
}

void check_still(extents const& viewed, extents const& now) {
  if (viewed != now)
    throw shape_error("a view of an array of shape " + to_string(viewed) + ", which has the shape " +
                      to_string(now) + " by now: take the view again");
}

view_map broadcast_view(view_map const& view, extents const& shape, std::source_location where) {
  view_map v = view;
  while (v.shape.dimensions() < shape.dimensions())
    v = v.inserted(0, shape[shape.dimensions() - v.shape.dimensions() - 1]);
  for (int d = 0; d < shape.dimensions(); ++d) {
    if (v.shape[d] == shape[d]) continue;
    if (v.shape[d] != 1)
      throw shape_error("broadcast_to: " + to_string(view.shape) + " does not broadcast to " + to_string(shape),
                        where);
    v = v.dropped(d, 0).inserted(d, shape[d]);
  }
  return v;
}

}  // namespace pantile::detail
