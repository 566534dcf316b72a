#include <pantile/ops/rearrange.hpp>

#include <string>
#include <vector>

namespace pantile::detail {

namespace {

/// True where the cuts of an operand also fit a result of another extent along `axis`.
bool keeps_cuts(tiling const& natural, int dimensions, int axis) {
  return natural.is_cartesian() && natural.shape().dimensions() == dimensions && natural.grid_axis_of(axis) < 0;
}

}  // namespace

tiling tiling_beside(operand_survey const& survey, extents const& shape, int axis) {
  tiling const natural = natural_tiling(survey);
  if (!keeps_cuts(natural, shape.dimensions(), axis)) return tiling::row().bind(shape, survey.comm->size());
  std::vector<std::vector<index_t>> boundaries(static_cast<std::size_t>(shape.dimensions()));
  for (int d = 0; d < shape.dimensions(); ++d)
    if (natural.grid_axis_of(d) >= 0) boundaries[static_cast<std::size_t>(d)] = natural.boundaries(d);
  auto grid = natural.grid();
  if (grid.empty()) grid = {{natural.ranks(), -1}};
  return tiling::cartesian(shape, std::move(grid), std::move(boundaries));
}

void note_joining(operand_survey const& survey, tiling const& result, int axis) {
  if (!survey.comm) return trace::note("algorithm", [] { return "each part copied to its place"; });
  trace::note("algorithm", [] { return "each part straight to its place, one movement for each"; });
  trace::note("why", [&]() -> std::string {
    std::string const along = "axis " + std::to_string(axis);
    if (result.is_replicated()) return "every rank has all of it";
    if (keeps_cuts(natural_tiling(survey), result.shape().dimensions(), axis))
      return "the ranks do not cut " + along + " of the operand: its cuts stay";
    return "the operand's cuts do not fit another extent of " + along + ": even rows";
  });
}

extents joined_shape(extents const& a, extents const& b, int axis, std::source_location where) {
  std::vector<index_t> sizes;
  for (int d = 0; d < a.dimensions(); ++d) {
    if (d != axis && a[d] != b[d])
      throw shape_error("concatenate along axis " + std::to_string(axis) + ": " + to_string(a) + " and " +
                            to_string(b) + " differ in dimension " + std::to_string(d),
                        where);
    sizes.push_back(d == axis ? a[d] + b[d] : a[d]);
  }
  return extents(sizes.data(), a.dimensions(), where);
}

void check_not_negative(char const* operation, index_t n, std::source_location where) {
  if (n < 0) throw domain_error(std::string(operation) + ": " + std::to_string(n) + " is negative", where);
}

}  // namespace pantile::detail
