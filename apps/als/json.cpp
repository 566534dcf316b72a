#include "json.hpp"

#include "../common/input.hpp"

namespace pantile::apps {

nlohmann::ordered_json json_of_options(als_command const& command) {
  als_options const& model = command.model;
  nlohmann::ordered_json json{{"factors", model.factors},
                              {"alpha", model.alpha},
                              {"regularization", model.regularization},
                              {"regularization_scaling", model.regularization_scaling},
                              {"unobserved_weight", model.unobserved_weight},
                              {"weights", command.weights},
                              {"solver", command.solver}};
  if (command.solver == "cg") json["cg_steps"] = model.steps;
  if (command.solver == "subspace") json["block"] = model.block;
  json["seed"] = model.seed;
  json["test_fraction"] = command.held_out_fraction();
  return json;
}

als_options options_of(nlohmann::ordered_json const& json) {
  als_options o;
  o.factors = json.at("factors").get<index_t>();
  o.alpha = json.at("alpha").get<double>();
  o.regularization = json.at("regularization").get<double>();
  o.regularization_scaling = json.at("regularization_scaling").get<double>();
  o.unobserved_weight = json.at("unobserved_weight").get<double>();
  o.weights = confidence_of(json.at("weights").get<std::string>());
  return o;
}

nlohmann::ordered_json json_of(std::vector<als_iteration> const& iterations) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (als_iteration const& i : iterations)
    list.push_back({{"iteration", i.number}, {"loss", i.loss}, {"seconds", i.seconds}});
  return list;
}

std::vector<als_iteration> iterations_of(nlohmann::ordered_json const& list) {
  std::vector<als_iteration> iterations;
  for (auto const& i : list)
    iterations.push_back(
        {i.at("iteration").get<index_t>(), number_or_nan(i.at("loss")), number_or_nan(i.at("seconds"))});
  return iterations;
}

}  // namespace pantile::apps
