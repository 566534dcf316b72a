#include "elements.hpp"

#include <pantile/base/error.hpp>
#include <pantile/sparse/counts.hpp>

#include <cmath>

namespace pantile {

template <element T>
std::vector<index_t> row_counts(sparse_array<T> const& s, std::source_location where) {
  std::vector<index_t> mine(static_cast<std::size_t>(s.local_rows()));
  for (std::size_t i = 0; i < mine.size(); ++i) mine[i] = s.offsets()[i + 1] - s.offsets()[i];
  return s.comm().template allgatherv<index_t>(mine, nullptr, where);
}

template <element T>
std::vector<index_t> column_counts(sparse_array<T> const& s, std::source_location where) {
  std::vector<index_t> counts(static_cast<std::size_t>(s.extent(1)), 0);
  for (index_t const column : s.columns()) ++counts[static_cast<std::size_t>(column)];
  s.comm().allreduce(std::span<index_t>(counts), reduce_op::sum, where);
  return counts;
}

tiling_rule balanced_rows(std::span<index_t const> counts, double extra, std::source_location where) {
  if (!(extra >= 0) || !std::isfinite(extra))
    throw tiling_error(
        "balanced_rows: the extra cost of a row must be finite and not negative, got " + std::to_string(extra),
        where);
  std::vector<double> weights(counts.size());
  for (std::size_t i = 0; i < counts.size(); ++i) weights[i] = static_cast<double>(counts[i]) + extra;
  return tiling_rule::weighted(0, std::move(weights));
}

#define PANTILE_INSTANTIATE(T)                                                            \
  template std::vector<index_t> row_counts(sparse_array<T> const&, std::source_location); \
  template std::vector<index_t> column_counts(sparse_array<T> const&, std::source_location);
PANTILE_SPARSE_ELEMENTS(PANTILE_INSTANTIATE)
#undef PANTILE_INSTANTIATE

}  // namespace pantile
