#pragma once

#include "../common/checkpoint.hpp"
#include "../common/interruption.hpp"
#include "options.hpp"
#include "report.hpp"

#include <pantile/algorithms/als.hpp>

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace pantile::apps {

/// The array files of a checkpoint.
inline std::vector<std::string> const als_checkpoint_arrays{"user_factors", "item_factors"};

/// Keeps the model of a run in the folder of --checkpoint, where one was given, and says when it ends. All
/// functions are collective.
template <element T>
class als_checkpoint {
 public:
  /// `ratings` are all of them, with those that are held out.
  als_checkpoint(communicator const& comm, als_command const& command, als_data const& data,
                 sparse_array<T> const& ratings);

  /// Where to start: with --resume where the checkpoint ends, otherwise and where there is none from `given`.
  /// Throws domain_error for a checkpoint of other ratings or options, io_error for files that are none.
  als_start<T> start(als_start<T> given);
  /// What is to be done after an iteration.
  next_step after(als_iteration const& iteration, std::function<als_model<T>()> const& model);
  /// All iterations behind the model, also those of the runs before.
  std::vector<als_iteration> const& iterations() const { return iterations_; }
  bool was_interrupted() const { return interrupted_; }
  /// True where --tolerance sees no reason to go on.
  bool has_converged() const {
    return command_.tolerance && als_has_converged(iterations_, *command_.tolerance, command_.patience);
  }

 private:
  void write(als_model<T> const& model);

  communicator comm_;
  als_command const& command_;
  checkpoint_identity identity_;
  std::vector<als_iteration> iterations_;
  std::optional<checkpoint_folder> folder_;
  bool interrupted_ = false;
};

}  // namespace pantile::apps
