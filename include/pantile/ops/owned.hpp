#pragma once

#include <pantile/ops/deferred.hpp>
#include <pantile/ops/reduce_node.hpp>

namespace pantile::detail {

/// The elements of an expression, each on one rank, in row-major order of that rank's part.
template <class T>
struct owned_elements {
  std::shared_ptr<std::byte> memory;
  index_t count = 0;
  index_t of_all = 0;  // on all ranks
  std::optional<communicator> comm;
  T const* data() const { return reinterpret_cast<T const*>(memory.get()); }
  communicator const* ranks() const { return comm ? &*comm : nullptr; }
};

/// A tiling in which each element has one owner: the natural one, or rows.
tiling disjoint_tiling(operand_survey const& survey);

template <element T, node E>
owned_elements<T> owned(E const& operand) {
  constexpr int N = E::dimensions;
  auto const resolved = operand.resolve();
  operand_survey const survey = survey_of(resolved);
  tiling const target = survey.comm ? disjoint_tiling(survey) : tiling();
  auto const site = site_at<N>(resolved.shape(), survey.comm, target);
  return {readable_elements<T>(resolved, site), site.region.count(), extents(resolved.shape()).count(),
          survey.comm};
}

}  // namespace pantile::detail
