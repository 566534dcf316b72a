#include <pantile/ops/statistics.hpp>
#include <pantile/trace/recorder.hpp>

namespace pantile::detail {

void check_weight_count(extents const& shape, extents const& weights, int axis, std::source_location where) {
  if (weights == shape) return;
  if (axis >= 0 && weights.dimensions() == 1 && weights[0] == shape[axis]) return;
  throw shape_error(
      "average: weights of shape " + to_string(weights) + " for elements of shape " + to_string(shape) +
          (axis < 0 ? std::string("; give one weight per element")
                    : "; give one weight per element, or one per index of axis " + std::to_string(axis)),
      where);
}

void check_weight_sum(bool zero, std::source_location where) {
  if (zero && !trace::rehearsing()) throw domain_error("average: the weights add up to zero", where);
}

}  // namespace pantile::detail
