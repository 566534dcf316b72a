#pragma once

#include "../common/checkpoint.hpp"
#include "options.hpp"

#include <pantile/algorithms/labelled_rows.hpp>
#include <pantile/algorithms/logistic_regression.hpp>

#include <optional>
#include <string>
#include <vector>

namespace pantile::apps {

/// The array files of a checkpoint.
inline std::vector<std::string> const lra_checkpoint_arrays{"weights"};

/// Keeps the weights of a run in the folder of --checkpoint; does nothing where none was given. All functions
/// are collective.
template <floating_element T>
class lra_checkpoint {
 public:
  /// `learn`: the rows that are learned from, as they were read, tiled by rows.
  lra_checkpoint(communicator const& comm, lra_command const& command, labelled_rows<T> const& learn);

  /// Where to start: with --resume where the checkpoint ends, which has so many `weights`. Throws what
  /// `go_on_from` and `read_npy` do.
  logistic_start<T> start(index_t weights);
  /// What is to be done after an iteration; nobody needs to ask where there is no --checkpoint.
  next_step after(index_t iteration, array<T, 1> const& weights);
  /// A step that was reported.
  void add(logistic_regression_step const& step) { steps_.push_back(step); }
  /// All steps, also those of the runs before.
  std::vector<logistic_regression_step> const& steps() const { return steps_; }
  /// The iteration after which the run was asked to end.
  std::optional<index_t> interrupted_after() const { return interrupted_after_; }

 private:
  communicator comm_;
  lra_command const& command_;
  checkpoint_identity identity_;
  std::vector<logistic_regression_step> steps_;
  std::optional<checkpoint_folder> folder_;
  std::optional<index_t> interrupted_after_;
};

}  // namespace pantile::apps
