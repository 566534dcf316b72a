#pragma once

#include "../common/checkpoint.hpp"
#include "../common/progress_bar.hpp"
#include "evaluation.hpp"
#include "options.hpp"
#include "report.hpp"

#include <pantile/algorithms/als.hpp>
#include <pantile/algorithms/split_ratings.hpp>

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace pantile::apps {

/// What is factorised, and from where.
template <element T>
struct als_input {
  als_data data;
  sparse_array<T> rated;   // all ratings
  ratings_split<T> split;  // those to learn from, and those held out
  als_start<T> start;
};

/// What has become of it.
template <element T>
struct als_result {
  als_model<T> model;
  als_history history;
  index_t iteration = 0;               // that of the model
  std::optional<als_metrics> metrics;  // where ratings are held out
};

/// The array files of a checkpoint.
std::vector<std::string> checkpoint_arrays(als_command const& command);

/// One factorisation with all of its iterations, also of those that it goes on from: what is said and kept of
/// them, and when they end. All functions are collective.
template <element T>
class als_run {
 public:
  /// The input is given up as soon as it is not needed any more, where nobody shares it.
  als_run(communicator const& comm, als_command const& command, als_input<T> input, run_checkpoint& kept)
      : comm_(comm), command_(command), input_(std::move(input)), kept_(kept) {}

  /// Goes on where the checkpoint ends, or starts where the input says, and ends as the command says. Nothing
  /// where the run was asked to end (run_checkpoint::interrupted). Throws what `als` and
  /// `run_checkpoint::start` do.
  std::optional<als_result<T>> fit();

 private:
  als_start<T> start();
  next_step after(als_iteration const& iteration, std::function<als_model<T>()> const& model);
  bool sees_no_reason() const;
  bool has_best() const { return !command_.stop_on.empty() && !history_.qualities.empty(); }

  communicator comm_;
  als_command const& command_;
  als_input<T> input_;
  run_checkpoint& kept_;
  als_history history_;
  als_model<T> best_;  // with --stop-on
  bool finished_ = false;
  std::optional<progress_bar> bar_;
};

}  // namespace pantile::apps
