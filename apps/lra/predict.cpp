#include "predict.hpp"

#include "../common/output.hpp"
#include "../common/program.hpp"
#include "data.hpp"
#include "evaluation.hpp"
#include "model.hpp"

#include <pantile/io/text_file.hpp>

#include <fmt/format.h>

#include <cmath>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

namespace pantile::apps {

namespace {

/// This rank's lines of label and probabilities; those of rank 0 begin with what they are. No label where the
/// probabilities are NaN.
template <class T, int N>
std::string lines_of(array<T, N> const& probabilities, std::vector<std::int64_t> const& classes) {
  std::string text;
  if (probabilities.comm().rank() == 0) {
    text = "label";
    for (std::size_t k = N == 1 ? 1 : 0; k < classes.size(); ++k)
      fmt::format_to(std::back_inserter(text), ",probability_{}", classes[k]);
    text += "\n";
  }
  auto const labels = most_probable_labels(probabilities, classes);
  index_t const rows = labels.owned_box().extent(0), width = N == 1 ? 1 : std::ssize(classes);
  for (index_t i = 0; i < rows; ++i) {
    if (!std::isnan(probabilities.data()[i * width]))
      fmt::format_to(std::back_inserter(text), "{}", static_cast<std::int64_t>(labels.data()[i]));
    for (index_t k = 0; k < width; ++k)
      fmt::format_to(std::back_inserter(text), ",{}", probabilities.data()[i * width + k]);
    text += "\n";
  }
  return text;
}

/// Sparse rows must have labels: where they are not the model's they say nothing.
template <class T>
std::optional<array<T, 1>> labels_for_evaluation(array<T, 1> const& labels, lra_input const& input,
                                                 lra_file const& file, bool multinomial) {
  if (!labels.has_ranks()) return std::nullopt;
  try {
    return checked_labels(labels, input, file, multinomial);
  } catch (domain_error const& e) {
    if (file.label_column > 0 || !input.labels.empty()) throw;
    say(labels.comm(), "not evaluated: {}", e.message());
    return std::nullopt;
  }
}

template <class T, int N, class Features>
int predict_rows(communicator const& comm, lra_prediction const& asked, kept_lra_model const& kept,
                 logistic_regression_model<T, N> const& model, labelled_rows<T, Features> const& rows,
                 lra_file const& file) {
  say(comm, "pantile-lra {}: predicts {} by the model in {}", PANTILE_VERSION,
      counted(rows.features.extent(0), "row"), asked.model);
  auto const probabilities = predict_probabilities(rows.features, model);
  auto const labels = labels_for_evaluation(rows.labels, asked.input, file, kept.multinomial);
  auto json = json_head(comm, "pantile-lra", kept.dtype);
  json["rows"] = rows.features.extent(0);
  if (labels) {
    lra_evaluation const e = evaluated(rows.features, *labels, model, probabilities);
    say(comm, "{}", text_of(e));
    print_confusion(comm, e, model.classes.size());
    nlohmann::ordered_json metrics;
    add_metrics(metrics, "", e);
    json["metrics"] = metrics;
    json["confusion"] = json_of(e.confusion);
  }
  add_costs(comm, json);
  write_text(comm, asked.out, lines_of(probabilities, kept.classes));
  if (!asked.json.empty()) write_json(comm, asked.json, json);
  say(comm, "predictions written to {}", asked.out);
  return 0;
}

template <class T, int N>
int predict_by(communicator const& comm, lra_prediction const& asked, model_source const& source,
               kept_lra_model const& kept) {
  auto const model = read_weights<T, N>(comm, source, kept);
  index_t const features = model.weights.extent(0);
  lra_file file;
  lra_input input = asked.input;
  if (!is_sparse(comm, input)) {
    auto rows = read_table<T>(comm, input, features, file, kept.label_column);
    return predict_rows(comm, asked, kept, model, std::move(rows), file);
  }
  if (!input.first_index) input.first_index = kept.first_index;
  return predict_rows(comm, asked, kept, model, read_sparse<T>(comm, input, features, file), file);
}

}  // namespace

int predict(communicator const& comm, lra_prediction const& asked) {
  std::vector<std::string> read{file_of_place(asked.input.data), file_of_place(asked.input.labels),
                                asked.model};
  for (auto const& file : model_files(lra_model_arrays)) read.push_back(asked.model + "/" + file.string());
  check_output_file(comm, asked.json, read);
  read.push_back(asked.json);
  check_output_file(comm, asked.out, read);
  model_source const source(comm, asked.model, "pantile-lra");
  auto const kept = read_kept_model(source);
  auto const by = [&]<class T>(T) {
    return kept.multinomial ? predict_by<T, 2>(comm, asked, source, kept)
                            : predict_by<T, 1>(comm, asked, source, kept);
  };
  return kept.dtype == "f32" ? by(0.0F) : by(0.0);
}

}  // namespace pantile::apps
