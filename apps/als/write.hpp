#pragma once

#include "run.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace pantile::apps {

/// The arrays of a model; those of biases only where it has any.
inline std::vector<std::string> const als_model_arrays{"user_factors", "item_factors", "user_biases",
                                                       "item_biases",  "user_ids",     "item_ids"};

/// Writes what the command asks for (collective): the model's files and the results file, to which `more` is
/// added. Where writing fails, the model that was there stays.
template <element T>
void write_outputs(communicator const& comm, als_command const& command, als_data const& data,
                   als_result<T> const& result, nlohmann::ordered_json const& more);

}  // namespace pantile::apps
