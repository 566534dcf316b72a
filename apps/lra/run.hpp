#pragma once

#include "../common/checkpoint.hpp"
#include "options.hpp"

#include <pantile/algorithms/labelled_rows.hpp>
#include <pantile/algorithms/logistic_regression.hpp>

#include <functional>
#include <string>
#include <vector>

namespace pantile::apps {

/// The array files of a checkpoint.
inline std::vector<std::string> const lra_checkpoint_arrays{"weights"};

/// The steps of a run, also of those that it goes on from, and what is kept of it. All functions are
/// collective.
template <floating_element T>
class lra_run {
 public:
  /// `learn`: the rows that are learned from, as they were read.
  lra_run(lra_command const& command, labelled_rows<T> const& learn, run_checkpoint& kept);

  /// Where to start: where the checkpoint ends, which has so many `weights`. Throws what
  /// `run_checkpoint::start` does.
  logistic_start<T> start(index_t weights);
  /// What is to be done after an iteration.
  next_step after(logistic_regression_step const& step,
                  std::function<logistic_regression_model<T>()> const& model);
  /// All steps, of which the last is that of the model, whose quality this is.
  std::vector<logistic_regression_step> steps(logistic_quality const& last) const;

 private:
  lra_command const& command_;
  run_checkpoint& kept_;
  run_identity identity_;
  std::vector<logistic_regression_step> steps_;
};

}  // namespace pantile::apps
