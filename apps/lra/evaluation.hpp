#pragma once

#include <pantile/algorithms/classification.hpp>
#include <pantile/algorithms/logistic_predict.hpp>
#include <pantile/expr/functions.hpp>
#include <pantile/ops/reduce.hpp>

#include <nlohmann/json.hpp>

#include <cmath>
#include <limits>
#include <optional>
#include <string>

namespace pantile::apps {

/// How well a model does on rows.
struct lra_evaluation {
  logistic_quality quality;
  double auc = std::numeric_limits<double>::quiet_NaN();  // of labels 0 and 1, where both occur
  std::optional<confusion_table> confusion;               // of so many classes: it is dense
  static constexpr index_t most_classes = 1000;
  bool unknown = false;  // some probabilities are NaN: there is no AUC and no table to speak of
};

/// Of rows whose probabilities are known (collective).
template <class Features, class T, int N>
lra_evaluation evaluated(Features const& X, array<T, 1> const& labels,
                         logistic_regression_model<T, N> const& model, array<T, N> const& probabilities) {
  lra_evaluation e;
  e.quality = evaluate_logistic(X, labels, model);
  e.unknown = any(isnan(probabilities));
  if constexpr (N == 1)
    if (!e.unknown) e.auc = roc_auc(labels, probabilities);
  if (!e.unknown && std::ssize(model.classes) <= lra_evaluation::most_classes)
    e.confusion = confusion(labels, most_probable_labels(probabilities, model.classes));
  return e;
}
template <class Features, class T, int N>
lra_evaluation evaluated(Features const& X, array<T, 1> const& labels,
                         logistic_regression_model<T, N> const& model) {
  return evaluated(X, labels, model, predict_probabilities(X, model));
}

/// "loss 0.1, accuracy 0.9, AUC 0.95".
std::string text_of(lra_evaluation const& e);
/// "label 0: 5 as 0, 1 as 1", a line for each label; nothing of more than ten, but that there is no table of
/// too many, and nothing where probabilities are unknown.
void print_confusion(communicator const& comm, lra_evaluation const& e, std::size_t classes);

/// Adds `prefix`loss, `prefix`accuracy and, for labels 0 and 1, `prefix`auc.
void add_metrics(nlohmann::ordered_json& metrics, std::string const& prefix, lra_evaluation const& e);
nlohmann::ordered_json json_of(std::optional<confusion_table> const& table);

}  // namespace pantile::apps
