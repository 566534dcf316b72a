#pragma once

#include "../common/checkpoint.hpp"
#include "options.hpp"
#include "report.hpp"

#include <pantile/algorithms/als.hpp>

#include <functional>
#include <string>
#include <vector>

namespace pantile::apps {

/// The array files of a checkpoint.
inline std::vector<std::string> const als_checkpoint_arrays{"user_factors", "item_factors"};

/// The iterations of a run, also of those that it goes on from: what is kept of them, and when they end. All
/// functions are collective.
template <element T>
class als_run {
 public:
  als_run(communicator const& comm, als_command const& command, run_checkpoint& kept)
      : comm_(comm), command_(command), kept_(kept) {}

  /// Where to start: where the checkpoint ends; where there is none, from `given`. `ratings` are all of them,
  /// with those that are held out. Throws what `run_checkpoint::start` does.
  als_start<T> start(als_data const& data, sparse_array<T> const& ratings, als_start<T> given);
  /// What is to be done after an iteration.
  next_step after(als_iteration const& iteration, std::function<als_model<T>()> const& model);
  /// All iterations behind the model.
  std::vector<als_iteration> const& iterations() const { return iterations_; }
  /// True where --tolerance sees no reason to go on.
  bool has_converged() const { return converged_; }

 private:
  bool sees_no_reason() const;

  communicator comm_;
  als_command const& command_;
  run_checkpoint& kept_;
  std::vector<als_iteration> iterations_;
  bool converged_ = false;
};

}  // namespace pantile::apps
