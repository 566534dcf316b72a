#include "run.hpp"

#include "json.hpp"

#include <pantile/array/digest.hpp>
#include <pantile/base/checked.hpp>

#include <fmt/format.h>

#include <limits>

namespace pantile::apps {

template <floating_element T>
lra_run<T>::lra_run(lra_command const& command, labelled_rows<T> const& learn, run_checkpoint& kept)
    : command_(command), kept_(kept) {
  if (!kept.is_kept()) return;
  identity_.options = {{"alpha", command.model.alpha},
                       {"standardize", command.standardize},
                       {"intercept", command.intercept},
                       {"dtype", command.dtype},
                       {"test_fraction", command.test_fraction}};
  identity_.data = {
      {"rows", learn.features.extent(0)},
      {"features", learn.features.extent(1)},
      {"digest", fmt::format("{:016x}", hash_combine(digest(learn.features), digest(learn.labels)))}};
}

template <floating_element T>
logistic_start<T> lra_run<T>::start(index_t weights) {
  index_t const last = command_.model.iterations;
  auto state = kept_.start<T, 1>(identity_, last, tiling::replicated(), {{weights}});
  if (!state) return {};
  steps_ = steps_of(state->iterations);
  // Those that this run would have reported: the run before may have had another number of iterations.
  std::erase_if(steps_, [&](logistic_regression_step const& s) {
    return s.iteration % command_.model.report_every != 0 && s.iteration != last;
  });
  return {std::move(state->arrays[0]), state->iteration};
}

template <floating_element T>
next_step lra_run<T>::after(logistic_regression_step const& step,
                            std::function<logistic_regression_model<T>()> const& model) {
  if (step.evaluated) steps_.push_back(step);
  if (!kept_.is_kept()) return next_step::go_on;
  return kept_.after<T, 1>(step.iteration, false, [&] {
    return run_state<T, 1>{step.iteration, json_of(steps_), {model().weights}};
  });
}

template <floating_element T>
std::vector<logistic_regression_step> lra_run<T>::steps(logistic_quality const& last) const {
  auto all = steps_;
  index_t const end = command_.model.iterations;
  // Nothing was left to do after a run that had not reported where it was interrupted.
  if (end > 0 && (all.empty() || all.back().iteration != end))
    all.push_back({end, last, std::numeric_limits<double>::quiet_NaN()});
  return all;
}

template class lra_run<float>;
template class lra_run<double>;

}  // namespace pantile::apps
