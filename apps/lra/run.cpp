#include "run.hpp"

#include "json.hpp"
#include "weights.hpp"

#include <pantile/array/digest.hpp>
#include <pantile/base/checked.hpp>
#include <pantile/sparse/digest.hpp>

#include <fmt/format.h>

#include <limits>

namespace pantile::apps {

template <class T, class Features>
run_identity identity_of(lra_command const& command, labelled_rows<T, Features> const& learn) {
  run_identity identity;
  logistic_regression_options const& o = command.model;
  identity.options = {{"solver", command.solver},
                      {"alpha", o.alpha},
                      {"tolerance", o.tolerance},
                      {"regularization", o.regularization},
                      {"multinomial", command.multinomial},
                      {"class_weights", command.class_weights},
                      {"standardize", o.standardize},
                      {"intercept", o.intercept},
                      {"dtype", command.dtype},
                      {"test_fraction", command.test_fraction}};
  if (o.solver == logistic_solver::lbfgs) identity.options["memory"] = o.memory;
  if (o.solver == logistic_solver::newton) identity.options["inner_iterations"] = o.inner_iterations;
  identity.data = {
      {"rows", learn.features.extent(0)},
      {"features", learn.features.extent(1)},
      {"digest", fmt::format("{:016x}", hash_combine(digest(learn.features), digest(learn.labels)))}};
  return identity;
}

template <floating_element T, int N>
logistic_start<T, N> lra_run<T, N>::start(index_t features, index_t classes) {
  index_t const last = command_.model.iterations;
  bool const intercept = command_.model.intercept;
  std::array<index_t, static_cast<std::size_t>(N)> shape{features + (intercept ? 1 : 0)};
  if constexpr (N == 2) shape[1] = classes;
  auto state = kept_.start<T, N>(identity_, last, tiling::replicated(), {shape});
  if (!state) return {};
  steps_ = steps_of(state->iterations);
  // Those that this run would have reported: the run before may have had another number of iterations.
  std::erase_if(steps_, [&](logistic_regression_step const& s) {
    return s.iteration % command_.model.report_every != 0 && s.iteration != last;
  });
  logistic_start<T, N> start;
  start.iteration = state->iteration;
  start.weights.emplace();
  local_array<T, 1> intercepts;
  take_weights_of_file(state->arrays[0], intercept, *start.weights, intercepts);
  if (intercept) start.intercept = std::move(intercepts);
  return start;
}

template <floating_element T, int N>
next_step lra_run<T, N>::after(logistic_regression_step const& step,
                               std::function<logistic_regression_model<T, N>()> const& model) {
  if (step.evaluated) steps_.push_back(step);
  if (!kept_.is_kept()) return next_step::go_on;
  return kept_.after<T, N>(step.iteration, false, [&] {
    return run_state<T, N>{step.iteration, json_of(steps_), {weights_for_file(model())}};
  });
}

template <floating_element T, int N>
std::vector<logistic_regression_step> lra_run<T, N>::steps(index_t end, logistic_quality const& last) const {
  auto all = steps_;
  // Nothing was left to do after a run that had not reported where it was interrupted.
  if (end > 0 && (all.empty() || all.back().iteration != end))
    all.push_back({end, last, std::numeric_limits<double>::quiet_NaN()});
  return all;
}

#define PANTILE_INSTANTIATE(T)                                                                     \
  template run_identity identity_of(lra_command const&, labelled_rows<T> const&);                  \
  template run_identity identity_of(lra_command const&, labelled_rows<T, sparse_array<T>> const&); \
  template class lra_run<T, 1>;                                                                    \
  template class lra_run<T, 2>;
PANTILE_INSTANTIATE(float)
PANTILE_INSTANTIATE(double)
#undef PANTILE_INSTANTIATE

}  // namespace pantile::apps
