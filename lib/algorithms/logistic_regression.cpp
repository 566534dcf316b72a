#include <pantile/algorithms/labelled_rows.hpp>
#include <pantile/algorithms/logistic_regression.hpp>
#include <pantile/expr/functions.hpp>
#include <pantile/expr/structured.hpp>
#include <pantile/ops/dot.hpp>
#include <pantile/ops/movement.hpp>
#include <pantile/ops/reduce.hpp>

#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <limits>
#include <optional>
#include <string>

namespace pantile {

namespace {

/// True for rows, columns and replicas; blocks and custom boxes are better retiled once than in every
/// iteration.
bool is_simple(tiling const& t) {
  if (!t.is_cartesian() || t.has_halo()) return false;
  return t.is_replicated() || t.grid().size() == 1;
}

/// The tiling of a vector along dimension `d` of a matrix: cut where the matrix is.
tiling_rule along(tiling const& t, int d) {
  return t.grid_axis_of(d) >= 0 ? tiling::cuts({t.boundaries(d)}) : tiling::replicated();
}

template <class T>
void check(array<T, 2> const& X, array<T, 1> const& y, std::source_location where) {
  if (X.extent(0) != y.extent(0))
    throw shape_error("logistic_regression: " + std::to_string(X.extent(0)) + " rows and " +
                          std::to_string(y.extent(0)) + " labels",
                      where);
}

void check(logistic_regression_options const& o, std::source_location where) {
  if (o.iterations < 0 || o.report_every < 0)
    throw domain_error("logistic_regression: iterations must not be negative, got " +
                           std::to_string(o.iterations) + ", reported every " + std::to_string(o.report_every),
                       where);
  if (!std::isfinite(o.alpha))
    throw domain_error(fmt::format("logistic_regression: the step alpha must be finite, got {:g}", o.alpha),
                       where);
}

template <class T>
logistic_quality quality(array<T, 2> const& X, array<T, 1> const& y, array<T, 1> const& w,
                         std::source_location where) {
  array<T, 1> const z = dot(X, w, where);
  // -log of the probability of the label; log(1 + exp(z)) = max(z, 0) + log1p(exp(-|z|)) overflows nowhere.
  logistic_quality q;
  q.loss = static_cast<double>(mean(maximum(z, T(0)) + log1p(exp(-abs(z))) - y * z, where));
  q.accuracy = mean(cast<double>((z >= T(0)) == (y == T(1))), where);
  return q;
}

template <class T>
void check(logistic_start<T> const& start, array<T, 2> const& X, logistic_regression_options const& o,
           std::source_location where) {
  if (start.iteration < 0 || start.iteration > o.iterations)
    throw domain_error(fmt::format("logistic_regression: the start has {} iterations behind it, of {}",
                                   start.iteration, o.iterations),
                       where);
  if (start.weights && start.weights->extent(0) != X.extent(1))
    throw shape_error(fmt::format("logistic_regression: starts from {} weights, X has {} columns",
                                  start.weights->extent(0), X.extent(1)),
                      where);
}

template <class T>
void check_finite(array<T, 1> const& weights, index_t iteration, logistic_regression_options const& o,
                  std::source_location where) {
  if (all(isfinite(weights), where)) return;
  throw domain_error(fmt::format("logistic_regression: the weights are not finite after {} iterations; the "
                                 "step alpha = {:g} is too large",
                                 iteration, o.alpha),
                     where);
}

}  // namespace

template <floating_element T>
logistic_regression_model<T> logistic_regression(array<T, 2> const& features, array<T, 1> const& labels,
                                                 logistic_regression_options const& options,
                                                 std::type_identity_t<logistic_start<T>> const& start,
                                                 std::type_identity_t<logistic_progress<T>> const& progress,
                                                 std::source_location where) {
  using clock = std::chrono::steady_clock;
  check(features, labels, where);
  check(options, where);
  check(start, features, options, where);
  std::optional<array<T, 2>> retiled;
  if (!is_simple(features.tiling())) retiled = retile(features, tiling::row(), where);
  array<T, 2> const& X = retiled ? *retiled : features;
  array<T, 1> const y = retile(labels, along(X.tiling(), 0), where);
  check_binary_labels(y, where);

  communicator const comm = X.comm();
  T const alpha = static_cast<T>(options.alpha);
  logistic_regression_model<T> model;
  tiling_rule const as_columns = along(X.tiling(), 1);
  array<T, 1>& w = model.weights = start.weights
                                       ? retile(*start.weights, as_columns, where)
                                       : array<T, 1>(zeros<T>(comm, {X.extent(1)}, as_columns, where));
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  double total = 0;
  index_t reported = start.iteration;
  auto begun = clock::now();
  for (index_t i = start.iteration + 1; i <= options.iterations; ++i) {
    w = w - alpha * dot(transpose(X), sigmoid(dot(X, w, where)) - y, where);
    bool const reports =
        i == options.iterations || (options.report_every != 0 && i % options.report_every == 0);
    bool const tells = progress && (reports || options.tell_every);
    if (!reports && !tells) continue;
    auto const here = clock::now();
    logistic_regression_step step{i, {nan, nan}, nan, false};
    if (reports) {
      double const spent =
          comm.allreduce(std::chrono::duration<double>(here - begun).count(), reduce_op::max, where);
      check_finite(w, i, options, where);
      step = {i, quality(X, y, w, where), spent / static_cast<double>(i - reported)};
      model.steps.push_back(step);
      total += spent;
      reported = i;
      model.seconds_per_iteration = total / static_cast<double>(reported - start.iteration);
    }
    if (tells) {
      next_step const next = progress(step, [&] {
        if (!reports) check_finite(w, i, options, where);
        return model;
      });
      comm.check_same("logistic_regression: what progress says", static_cast<std::uint64_t>(next), where);
      if (next == next_step::stop) break;
    }
    begun = reports ? clock::now() : begun + (clock::now() - here);
  }
  return model;
}

template <floating_element T>
logistic_quality evaluate_logistic(array<T, 2> const& X, array<T, 1> const& y, array<T, 1> const& weights,
                                   std::source_location where) {
  check(X, y, where);
  return quality(X, y, weights, where);
}

#define PANTILE_INSTANTIATE(T)                                                                              \
  template logistic_regression_model<T> logistic_regression(                                                \
      array<T, 2> const&, array<T, 1> const&, logistic_regression_options const&, logistic_start<T> const&, \
      logistic_progress<T> const&, std::source_location);                                                   \
  template logistic_quality evaluate_logistic(array<T, 2> const&, array<T, 1> const&, array<T, 1> const&,   \
                                              std::source_location);
PANTILE_INSTANTIATE(float)
PANTILE_INSTANTIATE(double)
#undef PANTILE_INSTANTIATE

}  // namespace pantile
