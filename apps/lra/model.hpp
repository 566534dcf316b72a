#pragma once

#include "../common/model_files.hpp"
#include "options.hpp"

#include <pantile/algorithms/logistic_regression.hpp>

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <vector>

// Models of pantile-lra as files: weights, and what is known beside. All functions are collective.
namespace pantile::apps {

inline std::vector<std::string> const lra_model_arrays{"weights"};

/// What is known of a model beside its weights.
struct kept_lra_model {
  std::string dtype;
  bool multinomial = false;
  bool intercept = false;
  std::optional<index_t> first_index;   // of the sparse rows that it was made of
  std::optional<index_t> label_column;  // of the table that it was made of, from 1
  std::vector<std::int64_t> classes{0, 1};
  std::vector<double> mean, deviation;  // empty: not standardized
};

/// The same of one that is to be written.
template <class T, int N>
nlohmann::ordered_json json_of_model(lra_command const& c, std::string const& source,
                                     logistic_regression_model<T, N> const& model);

/// Throws io_error where something is missing or wrong.
kept_lra_model read_kept_model(model_source const& source);
/// Reads the weights; throws io_error where they do not fit what the model says.
template <class T, int N>
logistic_regression_model<T, N> read_weights(communicator const& comm, model_source const& source,
                                             kept_lra_model const& kept);

}  // namespace pantile::apps
