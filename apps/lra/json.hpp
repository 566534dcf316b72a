#pragma once

#include "../common/input.hpp"

#include <pantile/algorithms/logistic_regression.hpp>

#include <nlohmann/json.hpp>

#include <vector>

namespace pantile::apps {

/// Steps as files have them.
inline nlohmann::ordered_json json_of(std::vector<logistic_regression_step> const& steps) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (auto const& s : steps)
    list.push_back({{"iteration", s.iteration},
                    {"loss", s.quality.loss},
                    {"accuracy", s.quality.accuracy},
                    {"seconds", s.seconds}});
  return list;
}

inline std::vector<logistic_regression_step> steps_of(nlohmann::ordered_json const& list) {
  std::vector<logistic_regression_step> steps;
  for (auto const& s : list)
    steps.push_back({s.at("iteration").get<index_t>(),
                     {number_or_nan(s.at("loss")), number_or_nan(s.at("accuracy"))},
                     number_or_nan(s.at("seconds"))});
  return steps;
}

inline char const* name_of(convergence_reason reason) {
  switch (reason) {
    case convergence_reason::tolerance:
      return "tolerance";
    case convergence_reason::precision:
      return "precision";
    case convergence_reason::stopped:
      return "stopped";
    case convergence_reason::iterations:
      break;
  }
  return "iterations";
}

inline nlohmann::ordered_json json_of(convergence_report const& c) {
  return {{"converged", c.converged},
          {"reason", name_of(c.reason)},
          {"iterations", c.iterations},
          {"evaluations", c.evaluations},
          {"hessian_products", c.hessian_products},
          {"objective", c.objective},
          {"gradient_norm", c.gradient_norm},
          {"first_gradient_norm", c.first_gradient_norm}};
}

}  // namespace pantile::apps
