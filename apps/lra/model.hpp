#pragma once

#include "options.hpp"

#include <pantile/algorithms/logistic_regression.hpp>

#include <nlohmann/json.hpp>

#include <string>

// The folder of a model of pantile-lra: weights.npy, model.json. All functions are collective.
namespace pantile::apps {

/// What model.json says of a model, beside its weights.
struct kept_lra_model {
  std::string dtype;
  bool multinomial = false;
  bool intercept = false;
  std::optional<index_t> first_index;   // of the sparse rows that it was made of
  std::optional<index_t> label_column;  // of the table that it was made of, from 1
  std::vector<std::int64_t> classes{0, 1};
  std::vector<double> mean, deviation;  // empty: not standardized
};

/// What model.json holds of it.
template <class T, int N>
nlohmann::ordered_json json_of_model(lra_command const& c, std::string const& source,
                                     logistic_regression_model<T, N> const& model);

/// Throws io_error where the folder holds no model, or none of pantile-lra.
kept_lra_model read_kept_model(communicator const& comm, std::string const& folder);
/// Reads the weights; throws io_error and shape_error where they do not fit what model.json says.
template <class T, int N>
logistic_regression_model<T, N> read_weights(communicator const& comm, std::string const& folder,
                                             kept_lra_model const& kept);

}  // namespace pantile::apps
