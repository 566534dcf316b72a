#include "logistic_objective.hpp"
#include "logistic_weights.hpp"
#include "minimizer.hpp"
#include "scaled_features.hpp"

#include <pantile/algorithms/class_labels.hpp>
#include <pantile/algorithms/logistic_regression.hpp>
#include <pantile/ops/movement.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <string>

namespace pantile {

namespace {

void check(logistic_regression_options const& o, std::source_location where) {
  if (o.iterations < 0 || o.report_every < 0)
    throw domain_error("logistic_regression: iterations must not be negative, got " +
                           std::to_string(o.iterations) + ", reported every " + std::to_string(o.report_every),
                       where);
  if (!std::isfinite(o.alpha))
    throw domain_error(fmt::format("logistic_regression: the step alpha must be finite, got {:g}", o.alpha),
                       where);
  auto const not_negative = [&](double x, char const* what) {
    if (!(x >= 0) || !std::isfinite(x))
      throw domain_error(
          fmt::format("logistic_regression: the {} must be finite and not negative, got {:g}", what, x), where);
  };
  not_negative(o.regularization, "regularization");
  not_negative(o.tolerance, "tolerance");
  for (double const w : o.class_weights) not_negative(w, "weight of a class");
  if (o.memory < 1 || o.inner_iterations < 1)
    throw domain_error(fmt::format("logistic_regression: memory and inner iterations must be at least 1, got "
                                   "{} and {}",
                                   o.memory, o.inner_iterations),
                       where);
  if (o.balanced && !o.class_weights.empty())
    throw domain_error("logistic_regression: weights of classes are balanced or given, not both", where);
}

template <class Features, class T>
void check_rows(Features const& X, array<T, 1> const& y, std::source_location where) {
  if (X.extent(0) != y.extent(0))
    throw shape_error("logistic_regression: " + std::to_string(X.extent(0)) + " rows and " +
                          std::to_string(y.extent(0)) + " labels",
                      where);
}

template <class T, int N>
void check(logistic_start<T, N> const& start, index_t columns, index_t outputs,
           logistic_regression_options const& o, std::source_location where) {
  if (start.iteration < 0 || start.iteration > o.iterations)
    throw domain_error(fmt::format("logistic_regression: the start has {} iterations behind it, of {}",
                                   start.iteration, o.iterations),
                       where);
  if (!start.weights) {
    if (start.intercept)
      throw shape_error("logistic_regression: starts from an intercept without weights", where);
    return;
  }
  index_t given_outputs = 1;
  if constexpr (N == 2) given_outputs = start.weights->extent(1);
  if (start.weights->extent(0) != columns || given_outputs != outputs)
    throw shape_error(fmt::format("logistic_regression: starts from {} x {} weights, X has {} columns, and {} "
                                  "are to be found for each",
                                  start.weights->extent(0), given_outputs, columns, outputs),
                      where);
  if (start.intercept && (!o.intercept || start.intercept->count() != outputs))
    throw shape_error(fmt::format("logistic_regression: starts from {} intercepts, {} are to be found",
                                  start.intercept->count(), o.intercept ? outputs : 0),
                      where);
}

/// The classes of own rows, by their places among `classes`, and how many rows each has (collective).
template <class T>
std::vector<std::int32_t> places_of(array<T, 1> const& y, std::vector<std::int64_t> const& classes,
                                    detail::feature_passes<T> const& passes, std::vector<double>& rows) {
  std::vector<std::int32_t> places;
  passes.comm().agree(
      [&] {
        rows.assign(classes.size(), 0);
        places.reserve(static_cast<std::size_t>(passes.own_rows()));
        auto const labels = y.local();
        for (index_t i = 0; i < passes.own_rows(); ++i) {
          auto const found =
              std::lower_bound(classes.begin(), classes.end(), static_cast<std::int64_t>(labels(i)));
          places.push_back(static_cast<std::int32_t>(found - classes.begin()));
          ++rows[static_cast<std::size_t>(places.back())];
        }
      },
      passes.where());
  passes.sum_over_rows(rows);
  return places;
}

std::vector<double> weights_of_classes(logistic_regression_options const& o, std::vector<double> const& rows,
                                       std::source_location where) {
  if (!o.class_weights.empty()) {
    if (o.class_weights.size() != rows.size())
      throw shape_error(fmt::format("logistic_regression: {} weights of classes, and {} classes",
                                    o.class_weights.size(), rows.size()),
                        where);
    return o.class_weights;
  }
  std::vector<double> weights(rows.size(), 1.0);
  if (!o.balanced) return weights;
  double all = 0;
  for (double const n : rows) all += n;
  for (std::size_t c = 0; c < rows.size(); ++c)
    if (rows[c] > 0) weights[c] = all / (static_cast<double>(rows.size()) * rows[c]);
  return weights;
}

template <class T>
std::unique_ptr<detail::minimizer<T>> make_minimizer(logistic_regression_options const& o,
                                                     double first_gradient_norm) {
  switch (o.solver) {
    case logistic_solver::lbfgs:
      return detail::make_lbfgs<T>(o.memory);
    case logistic_solver::newton:
      return detail::make_newton<T>(o.inner_iterations, first_gradient_norm);
    case logistic_solver::gradient_descent:
      break;
  }
  return detail::make_gradient_descent<T>(o.alpha);
}

/// One descent: its point, and what is told of it.
template <class T, int N>
class descent {
 public:
  descent(detail::feature_passes<T> const& passes, detail::logistic_objective<T>& objective,
          logistic_regression_options const& options, logistic_start<T, N> const& start,
          logistic_regression_model<T, N>& model)
      : passes_(passes), objective_(objective), options_(options), first_(start.iteration), model_(model) {
    passes.comm().agree([&] { point_.at.assign(objective.size(), T(0)); }, passes.where());
    index_t const iteration = start.iteration;
    if (looks_ahead()) {
      evaluate(iteration);
      model.convergence.first_gradient_norm = point_.norm;
    }
    if (start.weights) {
      detail::take_weights(passes, *start.weights, start.intercept, point_.at);
      point_.evaluated = false;
      if (looks_ahead()) evaluate(iteration);
    }
  }

  void run(logistic_progress<T, N> const& progress) {
    auto const method = make_minimizer<T>(options_, model_.convergence.first_gradient_norm);
    auto begun = clock::now();
    index_t i = first_;
    while (!ended(i)) {
      bool const moved = method->step(objective_, point_);
      ++i;
      if (!moved) model_.convergence.reason = convergence_reason::precision;
      bool const last = ended(i);
      bool const reports = last || (options_.report_every != 0 && i % options_.report_every == 0);
      bool const tells = progress && (reports || options_.tell_every);
      if (!reports && !tells) continue;
      auto const here = clock::now();
      constexpr double nan = std::numeric_limits<double>::quiet_NaN();
      logistic_regression_step step{i, {nan, nan}, nan, false};
      if (reports) step = report(i, here - begun);
      auto const evaluated = clock::now();
      if (tells && tell(step, progress)) break;
      // An evaluation that was needed for the report is the pass of the next iteration.
      begun = reports ? here : begun;
      begun += clock::now() - evaluated;
    }
    finish(i);
  }

 private:
  using clock = std::chrono::steady_clock;

  /// Gradient descent does not look whether it is there.
  bool looks_ahead() const { return options_.solver != logistic_solver::gradient_descent; }

  bool ended(index_t i) {
    convergence_report& c = model_.convergence;
    if (c.reason == convergence_reason::precision) return true;
    if (looks_ahead() && point_.norm <= options_.tolerance * c.first_gradient_norm) {
      c.reason = convergence_reason::tolerance;
      return c.converged = true;
    }
    return i >= options_.iterations;
  }

  void check_finite(index_t iteration) const {
    bool const here = std::all_of(point_.at.begin(), point_.at.end(), [](T w) { return std::isfinite(w); });
    if (passes_.comm().allreduce(index_t{here}, reduce_op::min, passes_.where()) != 0) return;
    throw domain_error(
        looks_ahead() ? std::string("logistic_regression: the weights that it starts from are not finite")
                      : fmt::format("logistic_regression: the weights are not finite after {} iterations; the "
                                    "step alpha = {:g} is too large",
                                    iteration, options_.alpha),
        passes_.where());
  }

  void evaluate(index_t iteration) {
    check_finite(iteration);
    objective_.evaluate(point_);
    if (looks_ahead() && !(std::isfinite(point_.value) && std::isfinite(point_.norm)))
      throw domain_error(
          "logistic_regression: the loss or its gradient is not finite where it starts; are "
          "all features finite, and none too large?",
          passes_.where());
  }

  logistic_regression_step report(index_t i, clock::duration time) {
    double const spent =
        passes_.comm().allreduce(std::chrono::duration<double>(time).count(), reduce_op::max, passes_.where());
    if (!point_.evaluated) evaluate(i);
    index_t const before = model_.steps.empty() ? first_ : model_.steps.back().iteration;
    model_.steps.push_back({i, objective_.quality(), spent / static_cast<double>(i - before)});
    total_ += spent;
    model_.seconds_per_iteration = total_ / static_cast<double>(i - first_);
    return model_.steps.back();
  }

  /// True where the descent is to stop.
  bool tell(logistic_regression_step const& step, logistic_progress<T, N> const& progress) {
    next_step const next = progress(step, [&] {
      if (!step.evaluated) check_finite(step.iteration);
      put_weights();
      return model_;
    });
    passes_.comm().check_same("logistic_regression: what progress says", static_cast<std::uint64_t>(next),
                              passes_.where());
    if (next != next_step::stop) return false;
    if (model_.convergence.reason == convergence_reason::iterations)
      model_.convergence.reason = convergence_reason::stopped;
    return true;
  }

  void put_weights() { detail::put_weights(passes_, point_.at, options_.intercept, model_); }

  void finish(index_t i) {
    put_weights();
    convergence_report& c = model_.convergence;
    c.iterations = i;
    c.evaluations = objective_.evaluations();
    c.hessian_products = objective_.hessian_products();
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    c.objective = point_.evaluated ? point_.value : nan;
    c.gradient_norm = point_.evaluated ? point_.norm : nan;
  }

  detail::feature_passes<T> const& passes_;
  detail::logistic_objective<T>& objective_;
  logistic_regression_options const& options_;
  index_t first_;
  logistic_regression_model<T, N>& model_;
  detail::descent_point<T> point_;
  double total_ = 0;
};

template <int N, class Features>
auto fit(Features const& X, array<typename Features::value_type, 1> const& labels,
         logistic_regression_options const& options,
         logistic_start<typename Features::value_type, N> const& start,
         logistic_progress<typename Features::value_type, N> const& progress, std::source_location where) {
  using T = typename Features::value_type;
  check_rows(X, labels, where);
  check(options, where);
  logistic_regression_model<T, N> model;
  if constexpr (N == 1) {
    check_binary_labels(labels, where);
  } else {
    model.classes = distinct_labels(labels, where);
    if (model.classes.size() < 2)
      throw domain_error(fmt::format("multinomial_regression: the labels have {} different values, two are "
                                     "needed at least",
                                     model.classes.size()),
                         where);
  }
  index_t const outputs = N == 1 ? 1 : std::ssize(model.classes);
  check(start, X.extent(1), outputs, options, where);
  if (options.standardize) model.scaling = scaling_of(X, where);

  detail::scaled_features<Features> const seen(X, model.scaling ? &*model.scaling : nullptr, where);
  detail::feature_passes<T> const passes(seen.features(), where);
  detail::logistic_problem<T> problem{.outputs = outputs,
                                      .regularization = options.regularization,
                                      .intercept = options.intercept,
                                      .scaling = seen.scaling()};
  std::vector<double> rows;
  problem.labels = places_of<T>(retile(labels, passes.along_rows(), where), model.classes, passes, rows);
  problem.class_weights = weights_of_classes(options, rows, where);
  detail::logistic_objective<T> objective(passes, std::move(problem));
  descent<T, N>(passes, objective, options, start, model).run(progress);
  return model;
}

}  // namespace

template <feature_matrix Features>
logistic_regression_model<typename Features::value_type> logistic_regression(
    Features const& X, array<typename Features::value_type, 1> const& y,
    logistic_regression_options const& options,
    std::type_identity_t<logistic_start<typename Features::value_type>> const& start,
    std::type_identity_t<logistic_progress<typename Features::value_type>> const& progress,
    std::source_location where) {
  return fit<1>(X, y, options, start, progress, where);
}

template <feature_matrix Features>
logistic_regression_model<typename Features::value_type, 2> multinomial_regression(
    Features const& X, array<typename Features::value_type, 1> const& y,
    logistic_regression_options const& options,
    std::type_identity_t<logistic_start<typename Features::value_type, 2>> const& start,
    std::type_identity_t<logistic_progress<typename Features::value_type, 2>> const& progress,
    std::source_location where) {
  return fit<2>(X, y, options, start, progress, where);
}

#define PANTILE_INSTANTIATE(T, ...)                                                                            \
  template logistic_regression_model<T> logistic_regression(                                                   \
      __VA_ARGS__ const&, array<T, 1> const&, logistic_regression_options const&, logistic_start<T> const&,    \
      logistic_progress<T> const&, std::source_location);                                                      \
  template logistic_regression_model<T, 2> multinomial_regression(                                             \
      __VA_ARGS__ const&, array<T, 1> const&, logistic_regression_options const&, logistic_start<T, 2> const&, \
      logistic_progress<T, 2> const&, std::source_location);
PANTILE_INSTANTIATE(float, array<float, 2>)
PANTILE_INSTANTIATE(double, array<double, 2>)
PANTILE_INSTANTIATE(float, sparse_array<float>)
PANTILE_INSTANTIATE(double, sparse_array<double>)
#undef PANTILE_INSTANTIATE

}  // namespace pantile
