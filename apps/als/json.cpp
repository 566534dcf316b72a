#include "json.hpp"

#include "../common/input.hpp"

namespace pantile::apps {

nlohmann::ordered_json json_of_options(als_command const& command) {
  als_options const& model = command.model;
  nlohmann::ordered_json json{{"feedback", command.is_explicit() ? "explicit" : "implicit"},
                              {"factors", model.factors},
                              {"regularization", model.regularization},
                              {"regularization_scaling", model.regularization_scaling}};
  if (command.is_explicit()) {
    json["no_biases"] = !model.biases;
    json["no_mean"] = !model.mean;
  } else {
    json["alpha"] = model.alpha;
    json["unobserved_weight"] = model.unobserved_weight;
    json["weights"] = command.weights;
  }
  json["solver"] = command.solver;
  if (command.solver == "cg") json["cg_steps"] = model.steps;
  if (command.solver == "subspace") json["block"] = model.block;
  json["seed"] = model.seed;
  json["test_fraction"] = command.held_out_fraction();
  return json;
}

als_options options_of(nlohmann::ordered_json const& json) {
  als_options o;
  o.factors = json.at("factors").get<index_t>();
  o.regularization = json.at("regularization").get<double>();
  o.regularization_scaling = json.at("regularization_scaling").get<double>();
  if (json.value("feedback", "implicit") == "explicit") {
    o.feedback = als_feedback::explicit_ratings;
    o.biases = !json.at("no_biases").get<bool>();
    o.mean = !json.at("no_mean").get<bool>();
    return o;
  }
  o.alpha = json.at("alpha").get<double>();
  o.unobserved_weight = json.at("unobserved_weight").get<double>();
  o.weights = confidence_of(json.at("weights").get<std::string>());
  return o;
}

nlohmann::ordered_json json_of(als_history const& history) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (als_iteration const& i : history.iterations) {
    list.push_back({{"iteration", i.number}, {"loss", i.loss}, {"seconds", i.seconds}});
    if (!history.qualities.empty()) list.back()["quality"] = history.qualities[list.size() - 1];
  }
  return list;
}

als_history history_of(nlohmann::ordered_json const& list) {
  als_history history;
  for (auto const& i : list) {
    history.iterations.push_back(
        {i.at("iteration").get<index_t>(), number_or_nan(i.at("loss")), number_or_nan(i.at("seconds"))});
    if (i.contains("quality")) history.qualities.push_back(number_or_nan(i["quality"]));
  }
  return history;
}

nlohmann::ordered_json json_of(std::optional<als_metrics> const& metrics, bool with_errors) {
  auto const [model, popularity, errors, mean_errors] = metrics.value_or(als_metrics());
  nlohmann::ordered_json json{{"ndcg10", model.ndcg},
                              {"recall10", model.recall},
                              {"map10", model.map},
                              {"auc10", model.auc},
                              {"popularity_ndcg10", popularity.ndcg}};
  if (with_errors) {
    json["rmse"] = errors.rmse;
    json["mae"] = errors.mae;
    json["mean_rmse"] = mean_errors.rmse;
    json["mean_mae"] = mean_errors.mae;
  }
  if (!metrics)
    for (auto& value : json) value = nullptr;
  return json;
}

}  // namespace pantile::apps
