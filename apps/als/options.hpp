#pragma once

#include "../common/checkpoint_options.hpp"

#include <pantile/algorithms/als.hpp>
#include <pantile/algorithms/planted_ratings.hpp>
#include <pantile/algorithms/zero_ratings.hpp>

#include <optional>
#include <string>
#include <vector>

namespace pantile::apps {

/// A question to a model: pantile-als recommend, pantile-als similar.
struct als_query {
  enum class kind { recommend, similar } what = kind::recommend;
  std::string model;            // folder
  std::string ratings, output;  // recommend
  std::int64_t item = 0;        // similar
  std::string titles;
  index_t top = 10;
};

/// Values of an option that `--sweep` tries.
struct sweep_axis {
  std::string option;
  std::vector<std::string> values;
};

/// The command line of pantile-als.
struct als_command {
  std::string ratings;
  std::vector<index_t> generate;  // users, items, ratings
  als_options model;
  std::string dtype = "f64", solver = "cholesky", weights = "ratings";
  bool no_biases = false, no_mean = false;
  std::optional<double> test_fraction;
  index_t min_ratings = 0;
  std::optional<double> tolerance;
  std::string stop_on;  // a measure; empty: none
  std::optional<index_t> patience;
  std::vector<sweep_axis> sweep;
  std::string sweep_by, sweep_csv;
  bool warm_start = false;
  std::string init_user_factors, init_item_factors;
  std::optional<index_t> top;
  std::optional<std::int64_t> user;
  std::string titles;
  std::string output = "pantile-als-model";
  std::string model_format = "npy";  // or hdf5
  bool no_output = false;
  std::string transfer = "auto";
  bool dry_run = false;
  int dry_run_ranks = 0;  // 0: those of the job
  checkpoint_options checkpoint;
  std::string json;
  std::string trace;               // folder
  std::optional<als_query> query;  // instead of a factorisation

  /// Generated ratings exist to be shown, so a part of them is held out unless the user says otherwise.
  double held_out_fraction() const { return test_fraction.value_or(ratings.empty() ? 0.2 : 0.0); }
  planted_options planted() const;
  bool is_explicit() const { return model.feedback == als_feedback::explicit_ratings; }
  bool is_biased() const { return is_explicit() && model.biases; }
  /// Whether a rating of 0 is one.
  zero_ratings zeros() const { return is_explicit() ? zero_ratings::counted : zero_ratings::ignored; }
  /// Iterations in a row that bring nothing before a run is given up.
  index_t iterations_in_vain() const { return patience.value_or(stop_on.empty() ? 1 : 3); }
};

/// The same command with one of the values of each axis of --sweep, the last axis changing first, and without
/// --sweep; one for each combination.
std::vector<als_command> combinations_of(als_command const& command);

/// What --weights names.
inline als_confidence confidence_of(std::string const& weights) {
  if (weights == "binary") return als_confidence::binary;
  return weights == "log" ? als_confidence::log : als_confidence::ratings;
}

/// Reads the command line; one process `speaks`. The exit code where the program ends there (--help, --version,
/// errors).
std::optional<int> read_command_line(bool speaks, int argc, char** argv, als_command& command);

}  // namespace pantile::apps
