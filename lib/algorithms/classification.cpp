#include <pantile/algorithms/class_labels.hpp>
#include <pantile/algorithms/classification.hpp>
#include <pantile/expr/functions.hpp>
#include <pantile/ops/movement.hpp>
#include <pantile/ops/reduce.hpp>
#include <pantile/ops/select.hpp>
#include <pantile/ops/sets.hpp>
#include <pantile/ops/sort.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <limits>

namespace pantile {

namespace {

template <class T>
void check_as_many(char const* operation, array<T, 1> const& labels, array<T, 1> const& others,
                   std::source_location where) {
  if (labels.extent(0) != others.extent(0))
    throw shape_error(
        fmt::format("{}: {} labels, and {} others", operation, labels.extent(0), others.extent(0)), where);
}

}  // namespace

template <floating_element T>
confusion_table confusion(array<T, 1> const& labels, array<T, 1> const& predictions,
                          std::source_location where) {
  check_as_many("confusion", labels, predictions, where);
  confusion_table table;
  std::vector<std::int64_t> const actual = distinct_labels(labels, where),
                                  predicted = distinct_labels(predictions, where);
  std::set_union(actual.begin(), actual.end(), predicted.begin(), predicted.end(),
                 std::back_inserter(table.classes));
  index_t const n = std::ssize(table.classes);
  table.counts = local_array<index_t, 2>({n, n}, 0);
  auto const by_rows = [&](array<T, 1> const& a) { return retile(a, tiling::row(), where); };
  auto const one = by_rows(labels), other = by_rows(predictions);
  auto const place = [&](T label) {
    return std::lower_bound(table.classes.begin(), table.classes.end(), static_cast<std::int64_t>(label)) -
           table.classes.begin();
  };
  for (index_t i = 0; i < one.owned_box().extent(0); ++i)
    ++table.counts(place(one.data()[i]), place(other.data()[i]));
  labels.comm().allreduce(table.counts.span(), reduce_op::sum, where);
  return table;
}

template <floating_element T>
double roc_auc(array<T, 1> const& labels, array<T, 1> const& scores, std::source_location where) {
  check_as_many("roc_auc", labels, scores, where);
  check_binary_labels(labels, where);
  if (any(isnan(scores), where)) throw domain_error("roc_auc: some scores are NaN", where);
  // In even shares, also where all ranks have everything; -0 is 0.
  array<T, 1> const mine = retile(scores + T(0), tiling::row(), where);
  auto const is_one = retile(labels, tiling::row(), where) == T(1);
  array<T, 1> const ones = select(mine, is_one, where), zeros = sort(select(mine, !is_one, where));
  if (ones.extent(0) == 0 || zeros.extent(0) == 0) return std::numeric_limits<double>::quiet_NaN();
  auto const below = searchsorted(zeros, ones, side::left), not_above = searchsorted(zeros, ones, side::right);
  return mean(cast<double>(below) + cast<double>(not_above), where) /
         (2 * static_cast<double>(zeros.extent(0)));
}

#define PANTILE_INSTANTIATE(T)                                                                      \
  template confusion_table confusion(array<T, 1> const&, array<T, 1> const&, std::source_location); \
  template double roc_auc(array<T, 1> const&, array<T, 1> const&, std::source_location);
PANTILE_INSTANTIATE(float)
PANTILE_INSTANTIATE(double)
#undef PANTILE_INSTANTIATE

}  // namespace pantile
