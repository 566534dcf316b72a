#include "class_scores.hpp"
#include "logistic_objective.hpp"
#include "logistic_weights.hpp"
#include "scaled_features.hpp"

#include <pantile/algorithms/class_labels.hpp>
#include <pantile/algorithms/logistic_predict.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace pantile {

namespace {

/// The scores of own rows (rows x outputs) that the model gives them (collective).
template <class T, int N>
std::vector<T> scores_of(detail::feature_passes<T> const& passes, logistic_regression_model<T, N> const& model,
                         column_scaling<T> const* left_to_scale, index_t outputs, std::source_location where) {
  index_t found = 1;
  if constexpr (N == 2) found = model.weights.extent(1);
  bool const intercept = model.intercept.count() > 0;
  bool const fits = found == outputs && (!intercept || model.intercept.count() == outputs) &&
                    (!model.scaling || (model.scaling->mean.count() == passes.columns() &&
                                        model.scaling->deviation.count() == passes.columns()));
  if (!fits || model.weights.extent(0) != passes.columns())
    throw shape_error(
        fmt::format("logistic_regression: a model of {} features, X has {} columns{}", model.weights.extent(0),
                    passes.columns(),
                    fits ? "" : "; weights, intercept, scaling and classes do not fit each other"),
        where);
  std::vector<T> own, scaled, offsets, scores;
  passes.comm().agree(
      [&] {
        own.resize(static_cast<std::size_t>((passes.own_columns() + (intercept ? 1 : 0)) * outputs));
        scaled.reserve(own.size());
        scores.resize(static_cast<std::size_t>(passes.own_rows() * outputs));
      },
      where);
  detail::take_weights(passes, model.weights, intercept ? std::optional(model.intercept) : std::nullopt, own);
  detail::unscale_weights(passes, outputs, intercept, left_to_scale, own, scaled, offsets);
  passes.product(outputs, scaled.data(), scores.data());
  for (std::size_t i = 0; i < scores.size(); ++i) scores[i] += offsets[i % offsets.size()];
  return scores;
}

template <class T, int N>
column_scaling<T> const* scaling_of(logistic_regression_model<T, N> const& model) {
  return model.scaling ? &*model.scaling : nullptr;
}

template <class T, int N>
index_t outputs_of(logistic_regression_model<T, N> const& model) {
  return N == 1 ? 1 : std::ssize(model.classes);
}

/// The tiling of rows x outputs, or of rows, that is cut as `rows` is.
template <int N>
tiling tiling_of_outputs(tiling const& rows, index_t outputs) {
  if constexpr (N == 1) return rows;
  return tiling::cartesian(
      extents(std::array{rows.shape()[0], outputs}),
      rows.grid().empty() ? std::vector<tiling::grid_axis>{{rows.ranks(), -1}} : rows.grid(),
      {rows.boundaries(0), {0, outputs}});
}

}  // namespace

template <feature_matrix Features, int N>
array<typename Features::value_type, N> predict_probabilities(
    Features const& X, logistic_regression_model<typename Features::value_type, N> const& model,
    std::source_location where) {
  using T = typename Features::value_type;
  detail::scaled_features<Features> const seen(X, scaling_of(model), where);
  detail::feature_passes<T> const passes(seen.features(), where);
  index_t const n = outputs_of(model);
  std::vector<T> const scores = scores_of(passes, model, seen.scaling(), n, where);
  std::array<index_t, static_cast<std::size_t>(N)> shape{passes.rows()};
  if constexpr (N == 2) shape[1] = n;
  tiling const cut = tiling_of_outputs<N>(passes.along_rows(), n);
  array<T, N> result(passes.comm(), shape, detail::agreed_tiling{cut});
  for (index_t row = 0; row < passes.own_rows(); ++row)
    detail::probabilities_of(n, scores.data() + row * n, 0, result.data() + row * n);
  return result;
}

template <floating_element T, int N>
array<T, 1> most_probable_labels(array<T, N> const& probabilities, std::vector<std::int64_t> const& classes,
                                 std::source_location where) {
  index_t n = 1;
  if constexpr (N == 2) n = probabilities.extent(1);
  if (std::ssize(classes) != (N == 1 ? 2 : n))
    throw shape_error(fmt::format("most_probable_labels: {} classes, and probabilities of {}", classes.size(),
                                  N == 1 ? 2 : n),
                      where);
  tiling const& given = probabilities.tiling();
  bool const in_rows = given.is_cartesian() && !given.has_halo() && (N == 1 || given.grid_axis_of(N - 1) < 0);
  array<T, N> const rows = in_rows ? probabilities : retile(probabilities, tiling::row(), where);
  tiling cut = rows.tiling();
  if constexpr (N == 2) cut = cut.reduced(1, false);
  array<T, 1> result(rows.comm(), {rows.extent(0)}, cut, where);
  for (index_t row = 0; row < result.owned_box().extent(0); ++row) {
    auto const best = detail::most_probable(n, rows.data() + row * n);
    result.data()[row] = static_cast<T>(classes[static_cast<std::size_t>(best)]);
  }
  return result;
}

template <feature_matrix Features, int N>
logistic_quality evaluate_logistic(Features const& X, array<typename Features::value_type, 1> const& y,
                                   logistic_regression_model<typename Features::value_type, N> const& model,
                                   std::source_location where) {
  using T = typename Features::value_type;
  if (X.extent(0) != y.extent(0))
    throw shape_error(fmt::format("evaluate_logistic: {} rows and {} labels", X.extent(0), y.extent(0)), where);
  if constexpr (N == 1)
    check_binary_labels(y, where);
  else
    distinct_labels(y, where);  // throws where some are no integers
  detail::scaled_features<Features> const seen(X, scaling_of(model), where);
  detail::feature_passes<T> const passes(seen.features(), where);
  index_t const n = outputs_of(model);
  std::vector<T> scores = scores_of(passes, model, seen.scaling(), n, where);
  auto const labels = retile(y, passes.along_rows(), where);
  double sums[2] = {0, 0};  // losses, hits
  for (index_t row = 0; row < passes.own_rows(); ++row) {
    T* const own = scores.data() + row * n;
    auto const label = static_cast<std::int64_t>(labels.data()[row]);
    auto const found = std::lower_bound(model.classes.begin(), model.classes.end(), label);
    bool const known = found != model.classes.end() && *found == label;
    auto const place = static_cast<std::int32_t>(known ? found - model.classes.begin() : 0);
    auto const loss = static_cast<double>(detail::probabilities_of(n, own, place, own));
    sums[0] += known ? loss : std::numeric_limits<double>::infinity();
    sums[1] += known && !std::isnan(own[0]) && detail::most_probable(n, own) == place;
  }
  passes.sum_over_rows(sums);
  auto const rows = static_cast<double>(passes.rows());
  return {std::abs(sums[0]) / rows, sums[1] / rows};  // NaN has a sign, too
}

#define PANTILE_INSTANTIATE_FEATURES(N, T, ...)                                                          \
  template array<T, N> predict_probabilities(__VA_ARGS__ const&, logistic_regression_model<T, N> const&, \
                                             std::source_location);                                      \
  template logistic_quality evaluate_logistic(__VA_ARGS__ const&, array<T, 1> const&,                    \
                                              logistic_regression_model<T, N> const&, std::source_location);
#define PANTILE_INSTANTIATE(T, N)                                                                 \
  PANTILE_INSTANTIATE_FEATURES(N, T, array<T, 2>)                                                 \
  PANTILE_INSTANTIATE_FEATURES(N, T, sparse_array<T>)                                             \
  template array<T, 1> most_probable_labels(array<T, N> const&, std::vector<std::int64_t> const&, \
                                            std::source_location);
PANTILE_INSTANTIATE(float, 1)
PANTILE_INSTANTIATE(double, 1)
PANTILE_INSTANTIATE(float, 2)
PANTILE_INSTANTIATE(double, 2)
#undef PANTILE_INSTANTIATE
#undef PANTILE_INSTANTIATE_FEATURES

}  // namespace pantile
