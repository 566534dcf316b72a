#pragma once

#include "evaluation.hpp"
#include "options.hpp"

#include <pantile/algorithms/als.hpp>

#include <nlohmann/json.hpp>

#include <optional>

// What files of models and of checkpoints have in common.
namespace pantile::apps {

/// The options on which a model depends, by their names with _ for -.
nlohmann::ordered_json json_of_options(als_command const& command);
/// Those of them that say what ratings count: the model's.
als_options options_of(nlohmann::ordered_json const& json);

nlohmann::ordered_json json_of(als_history const& history);
als_history history_of(nlohmann::ordered_json const& list);

/// All null where nothing was held out; of explicit feedback `with_errors` of predicted ratings.
nlohmann::ordered_json json_of(std::optional<als_metrics> const& metrics, bool with_errors);

}  // namespace pantile::apps
