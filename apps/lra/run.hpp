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

/// What must be as it was for a fit of these rows to go on from a checkpoint (collective). `learn`: the rows
/// that are learned from, as they were read.
template <class T, class Features>
run_identity identity_of(lra_command const& command, labelled_rows<T, Features> const& learn);

/// The steps of a run, also of those that it goes on from, and what is kept of it. All functions are
/// collective. N: as of the model.
template <floating_element T, int N>
class lra_run {
 public:
  lra_run(lra_command const& command, run_identity identity, run_checkpoint& kept)
      : command_(command), kept_(kept), identity_(std::move(identity)) {}

  /// Where to start: where the checkpoint ends, which has weights for so many features and classes. Throws what
  /// `run_checkpoint::start` does.
  logistic_start<T, N> start(index_t features, index_t classes);
  /// What is to be done after an iteration.
  next_step after(logistic_regression_step const& step,
                  std::function<logistic_regression_model<T, N>()> const& model);
  /// All steps, of which the last, iteration `end`, is that of the model, whose quality this is.
  std::vector<logistic_regression_step> steps(index_t end, logistic_quality const& last) const;

 private:
  lra_command const& command_;
  run_checkpoint& kept_;
  run_identity identity_;
  std::vector<logistic_regression_step> steps_;
};

}  // namespace pantile::apps
