#pragma once

#include "options.hpp"

#include <pantile/algorithms/als.hpp>

#include <nlohmann/json.hpp>

#include <vector>

// What files of models and of checkpoints have in common.
namespace pantile::apps {

/// The options on which a model depends, by their names with _ for -.
nlohmann::ordered_json json_of_options(als_command const& command);
/// Those of them that say what ratings count: the model's.
als_options options_of(nlohmann::ordered_json const& json);

nlohmann::ordered_json json_of(std::vector<als_iteration> const& iterations);
std::vector<als_iteration> iterations_of(nlohmann::ordered_json const& list);

}  // namespace pantile::apps
