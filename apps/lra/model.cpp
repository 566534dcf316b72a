#include "model.hpp"

#include "../common/input.hpp"
#include "weights.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <optional>

namespace pantile::apps {

template <class T, int N>
nlohmann::ordered_json json_of_model(lra_command const& c, std::string const& source,
                                     logistic_regression_model<T, N> const& model) {
  nlohmann::ordered_json json{{"program", "pantile-lra"},
                              {"version", PANTILE_VERSION},
                              {"dtype", c.dtype},
                              {"source", source},
                              {"solver", c.solver},
                              {"alpha", c.model.alpha},
                              {"regularization", c.model.regularization},
                              {"multinomial", N == 2},
                              {"classes", model.classes},
                              {"intercept", c.model.intercept}};
  if (!c.class_weights.empty()) json["class_weights"] = c.class_weights;
  if (model.scaling)
    json["standardized"] = {{"mean", model.scaling->mean.span()},
                            {"deviation", model.scaling->deviation.span()}};
  return json;
}

kept_lra_model read_kept_model(model_source const& source) {
  auto const& said = source.said();
  kept_lra_model kept;
  try {
    said.at("dtype").get_to(kept.dtype);
    said.at("multinomial").get_to(kept.multinomial);
    said.at("intercept").get_to(kept.intercept);
    said.at("classes").get_to(kept.classes);
    if (said.contains("first_index")) kept.first_index = said.at("first_index").get<index_t>();
    if (said.contains("label_column")) kept.label_column = said.at("label_column").get<index_t>();
    if (said.contains("standardized")) {
      said.at("standardized").at("mean").get_to(kept.mean);
      said.at("standardized").at("deviation").get_to(kept.deviation);
    }
  } catch (nlohmann::json::exception const& e) {
    throw source.refused(json_problem(e));
  }
  bool const ascend = std::adjacent_find(kept.classes.begin(), kept.classes.end(), std::greater_equal<>()) ==
                      kept.classes.end();
  if (!ascend || kept.classes.size() < 2 || (kept.dtype != "f32" && kept.dtype != "f64"))
    throw source.refused("its classes or its dtype make no sense");
  return kept;
}

template <class T, int N>
logistic_regression_model<T, N> read_weights(communicator const& comm, model_source const& source,
                                             kept_lra_model const& kept) {
  logistic_regression_model<T, N> model;
  model.classes = kept.classes;
  array<T, N> const all = read_array<T, N>(comm, source.place("weights"), tiling::replicated());
  index_t const classes = std::ssize(kept.classes);
  bool fits = all.extent(0) > (kept.intercept ? 1 : 0);
  if constexpr (N == 2) fits = fits && all.extent(1) == classes;
  if constexpr (N == 1) fits = fits && classes == 2;
  index_t const features = all.extent(0) - (kept.intercept ? 1 : 0);
  if (!kept.mean.empty())
    fits = fits && std::ssize(kept.mean) == features && std::ssize(kept.deviation) == features;
  if (!fits) throw source.refused("it has other weights than it says");
  take_weights_of_file(all, kept.intercept, model.weights, model.intercept);
  if (kept.mean.empty()) return model;
  auto& scaling = model.scaling.emplace();
  scaling.mean = local_array<T, 1>({features});
  scaling.deviation = local_array<T, 1>({features});
  std::transform(kept.mean.begin(), kept.mean.end(), scaling.mean.data(),
                 [](double x) { return static_cast<T>(x); });
  std::transform(kept.deviation.begin(), kept.deviation.end(), scaling.deviation.data(),
                 [](double x) { return static_cast<T>(x); });
  return model;
}

#define PANTILE_INSTANTIATE(T, N)                                                                 \
  template nlohmann::ordered_json json_of_model(lra_command const&, std::string const&,           \
                                                logistic_regression_model<T, N> const&);          \
  template logistic_regression_model<T, N> read_weights(communicator const&, model_source const&, \
                                                        kept_lra_model const&);
PANTILE_INSTANTIATE(float, 1)
PANTILE_INSTANTIATE(float, 2)
PANTILE_INSTANTIATE(double, 1)
PANTILE_INSTANTIATE(double, 2)
#undef PANTILE_INSTANTIATE

}  // namespace pantile::apps
