#pragma once

#include <pantile/algorithms/als.hpp>
#include <pantile/algorithms/planted_ratings.hpp>

#include <optional>
#include <string>
#include <vector>

namespace pantile::apps {

/// The command line of pantile-als.
struct als_command {
  std::string ratings;
  std::vector<index_t> generate;  // users, items, ratings
  als_options model;
  std::string dtype = "f64", solver = "cholesky", weights = "ratings";
  std::optional<double> test_fraction;
  index_t min_ratings = 0;
  std::string init_user_factors, init_item_factors;
  std::optional<index_t> top;
  std::optional<std::int64_t> user;
  std::string titles;
  std::string output = "pantile-als-model";
  bool no_output = false;
  std::string json;
  std::string trace;  // folder

  /// Generated ratings exist to be shown, so a part of them is held out unless the user says otherwise.
  double held_out_fraction() const { return test_fraction.value_or(ratings.empty() ? 0.2 : 0.0); }
  planted_options planted() const;
};

/// Reads the command line; one process `speaks`. The exit code where the program ends there (--help, --version,
/// errors).
std::optional<int> read_command_line(bool speaks, int argc, char** argv, als_command& command);

}  // namespace pantile::apps
