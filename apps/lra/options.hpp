#pragma once

#include "../common/checkpoint_options.hpp"

#include <pantile/algorithms/logistic_regression.hpp>

#include <optional>
#include <string>
#include <vector>

namespace pantile::apps {

/// Where rows come from.
struct lra_input {
  std::string data;
  std::string labels;                   // an array; empty: among the data
  std::optional<index_t> label_column;  // from 1
  std::string format = "auto";          // csv, libsvm
  std::optional<index_t> first_index;   // of libsvm
};

/// A question to a model: pantile-lra predict.
struct lra_prediction {
  std::string model;  // folder
  lra_input input;
  std::string out;
  std::string json;
};

/// The command line of pantile-lra.
struct lra_command {
  lra_input input;
  std::vector<index_t> generate;  // rows, features
  logistic_regression_options model;
  std::string solver = "gradient_descent";
  bool multinomial = false;
  std::string class_weights;
  std::string tiling = "row";
  std::string dtype = "f64";
  double test_fraction = 0;
  std::uint64_t seed = 0;
  std::string output;
  std::string model_format = "npy";  // or hdf5
  checkpoint_options checkpoint;
  std::string json;
  std::string trace;                         // folder
  std::optional<lra_prediction> prediction;  // instead of a fit
};

/// Reads the command line; one process `speaks`. The exit code where the program ends there (--help, --version,
/// errors).
std::optional<int> read_command_line(bool speaks, int argc, char** argv, lra_command& command);

}  // namespace pantile::apps
