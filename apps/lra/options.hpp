#pragma once

#include "../common/checkpoint_options.hpp"

#include <pantile/algorithms/logistic_regression.hpp>

#include <optional>
#include <string>
#include <vector>

namespace pantile::apps {

/// The command line of pantile-lra.
struct lra_command {
  std::string data;
  std::optional<index_t> label_column;  // from 1
  std::vector<index_t> generate;        // rows, features
  logistic_regression_options model;
  std::string tiling = "row";
  bool standardize = false;
  bool intercept = false;
  std::string dtype = "f64";
  double test_fraction = 0;
  std::uint64_t seed = 0;
  std::string output;
  checkpoint_options checkpoint;
  std::string json;
  std::string trace;  // folder
};

/// Reads the command line; one process `speaks`. The exit code where the program ends there (--help, --version,
/// errors).
std::optional<int> read_command_line(bool speaks, int argc, char** argv, lra_command& command);

}  // namespace pantile::apps
