// pantile-lra: logistic regression by gradient descent. Options and output are here; the work is in
// pantile/algorithms.
#include "../common/output.hpp"
#include "../common/program.hpp"
#include "json.hpp"
#include "options.hpp"
#include "run.hpp"

#include <pantile/algorithms/labelled_rows.hpp>
#include <pantile/algorithms/logistic_regression.hpp>
#include <pantile/base/checked.hpp>
#include <pantile/comm/environment.hpp>
#include <pantile/expr/functions.hpp>
#include <pantile/io/csv.hpp>
#include <pantile/io/npy.hpp>
#include <pantile/ops/dot.hpp>
#include <pantile/random/normal.hpp>
#include <pantile/random/uniform.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <optional>

namespace {

using namespace pantile;
using namespace pantile::apps;

/// The papers' synthetic set: normal features; a label is 1 with the probability that planted weights give it.
template <class T>
labelled_rows<T> generate(communicator const& comm, lra_command const& c) {
  index_t const rows = c.generate[0], features = c.generate[1];
  double const deviation = 4 / std::sqrt(static_cast<double>(features));
  labelled_rows<T> set;
  set.features = random::normal<T>(comm, {rows, features}, tiling::row(), {.seed = c.seed});
  auto const weights =
      random::normal<T>({features}, {.seed = hash_combine(c.seed, 1), .mean = 0, .stddev = deviation});
  auto const chance = random::uniform<T>(comm, {rows}, tiling::row(), {.seed = hash_combine(c.seed, 2)});
  set.labels = cast<T>(chance < sigmoid(dot(set.features, weights)));
  return set;
}

template <class T>
labelled_rows<T> load(communicator const& comm, lra_command const& c, bool& had_header) {
  if (c.data.empty()) return generate<T>(comm, c);
  array<T, 2> const table = read_csv<T>(comm, c.data, tiling::row(), {.had_header = &had_header});
  if (table.extent(1) < 2)
    throw io_error("'" + c.data + "' has one column: features and a label are needed", std::string());
  if (c.label_column && *c.label_column > table.extent(1))
    throw index_error("--label-column " + std::to_string(*c.label_column) + ": '" + c.data + "' has " +
                          std::to_string(table.extent(1)) + " columns",
                      std::string());
  labelled_rows<T> set = separate_labels(table, c.label_column ? *c.label_column - 1 : index_t{-1});
  try {
    check_binary_labels(set.labels);
  } catch (domain_error const& e) {
    throw domain_error(fmt::format("'{}', labels in column {}: {}", c.data,
                                   c.label_column.value_or(table.extent(1)), e.message()),
                       std::string());
  }
  return set;
}

/// The features as the method sees them.
template <class T>
array<T, 2> prepared(array<T, 2> features, lra_command const& c,
                     std::optional<column_scaling<T>> const& scaling) {
  if (scaling) features = standardized(features, *scaling);
  if (c.intercept) features = with_ones(features);
  return c.tiling == "column" ? retile(features, tiling::column()) : std::move(features);
}

struct lra_results {
  index_t rows = 0, test_rows = 0, features = 0;
  bool had_header = false;
  std::vector<logistic_regression_step> steps;
  double seconds_per_iteration = 0;
  logistic_quality quality;
  std::optional<logistic_quality> test;
};

nlohmann::ordered_json json_of_results(lra_results const& r) {
  nlohmann::ordered_json metrics{{"loss", r.quality.loss}, {"accuracy", r.quality.accuracy}};
  if (r.test) {
    metrics["test_loss"] = r.test->loss;
    metrics["test_accuracy"] = r.test->accuracy;
  }
  return {{"rows", r.rows},
          {"test_rows", r.test_rows},
          {"features", r.features},
          {"iterations", json_of(r.steps)},
          {"seconds_per_iteration", r.seconds_per_iteration},
          {"metrics", metrics}};
}

void write_results(communicator const& comm, lra_command const& c, lra_results const& results) {
  if (c.json.empty()) return;
  auto json = json_head(comm, "pantile-lra", c.dtype);
  json["tiling"] = c.tiling;
  json.update(json_of_results(results));
  add_costs(comm, json);
  write_json(comm, c.json, json);
}

/// Writes the model and the results file, both or none of them.
template <class T>
void write_outputs(communicator const& comm, lra_command const& c, lra_results const& results,
                   array<T, 1> const& weights, std::optional<column_scaling<T>> const& scaling) {
  if (c.output.empty()) return write_results(comm, c, results);
  nlohmann::ordered_json json{{"program", "pantile-lra"},
                              {"version", PANTILE_VERSION},
                              {"dtype", c.dtype},
                              {"source", c.data.empty() ? fmt::format("generated, seed {}", c.seed) : c.data},
                              {"alpha", c.model.alpha},
                              {"intercept", c.intercept}};
  if (scaling)
    json["standardized"] = {{"mean", scaling->mean.span()}, {"deviation", scaling->deviation.span()}};
  json.update(json_of_results(results));
  write_folder(
      comm, c.output,
      [&](std::string const& folder) {
        write_npy(comm, folder + "/weights.npy", weights);
        write_json(comm, folder + "/model.json", json);
      },
      [&] { write_results(comm, c, results); });
}

void print_data(communicator const& comm, lra_command const& c, lra_results const& r) {
  say(comm, "pantile-lra {}: {} with {} each, {}, {} tiling", PANTILE_VERSION, counted(comm.size(), "rank"),
      counted(environment::threads(), "thread"), c.dtype == "f64" ? "float64" : "float32", c.tiling);
  say(comm, "data: {}: {} x {}{}", c.data.empty() ? fmt::format("generated, seed {}", c.seed) : c.data,
      counted(r.rows + r.test_rows, "row"), counted(r.features, "feature"),
      std::string(r.had_header ? ", line 1 read as a header" : "") + (c.standardize ? ", standardized" : ""));
  if (c.test_fraction > 0) say(comm, "held out: {}", counted(r.test_rows, "row"));
  say(comm, "model: {}, alpha {:g}{}", counted(c.model.iterations, "iteration"), c.model.alpha,
      c.intercept ? ", with intercept" : "");
}

/// The exit code.
template <class T>
int run_lra(communicator const& comm, lra_command c, run_checkpoint& kept) {
  lra_results results;
  labelled_rows<T> learn = load<T>(comm, c, results.had_header), test;
  results.features = learn.features.extent(1);
  if (c.test_fraction > 0) std::tie(learn, test) = split_rows(learn, c.test_fraction, c.seed);
  results.rows = learn.features.extent(0);
  if (test.features.has_ranks()) results.test_rows = test.features.extent(0);
  print_data(comm, c, results);
  c.model.report_every = std::max<index_t>(1, c.model.iterations / 10);
  c.model.tell_every = kept.is_kept();
  lra_run<T> run(c, learn, kept);

  std::optional<column_scaling<T>> scaling;
  if (c.standardize) scaling = scaling_of(learn.features);
  array<T, 2> const X = prepared(std::move(learn.features), c, scaling);
  logistic_start<T> const start = run.start(X.extent(1));
  if (c.model.iterations > start.iteration)
    say(comm, "\niteration         loss   accuracy   seconds per iteration");
  auto const model = logistic_regression(X, learn.labels, c.model, start,
                                         [&](logistic_regression_step const& s, auto const& so_far) {
                                           if (s.evaluated)
                                             say(comm, "{:9} {:12.6f} {:10.4f} {:12.6f}", s.iteration,
                                                 s.quality.loss, s.quality.accuracy, s.seconds);
                                           return run.after(s, so_far);
                                         });
  if (auto const code = kept.interrupted()) return *code;
  results.seconds_per_iteration = model.seconds_per_iteration;
  results.quality = evaluate_logistic(X, learn.labels, model.weights);
  results.steps = run.steps(results.quality);
  say(comm, "\nloss {:.6f}, accuracy {:.4f}", results.quality.loss, results.quality.accuracy);
  // Without weights every row is a coin toss: ln 2 per row.
  if (c.model.iterations > 0 && c.model.alpha > 0 && results.quality.loss > std::log(2.0) * 1.0001)
    say(comm, "the loss has risen: the step is too large; try a smaller --alpha{}",
        c.standardize ? "" : ", or --standardize");
  if (results.test_rows > 0) {
    results.test =
        evaluate_logistic(prepared(std::move(test.features), c, scaling), test.labels, model.weights);
    say(comm, "held out: loss {:.6f}, accuracy {:.4f}", results.test->loss, results.test->accuracy);
  }
  write_outputs(comm, c, results, model.weights, scaling);
  if (!c.output.empty()) say(comm, "model written to {}", c.output);
  return 0;
}

int program(communicator const& comm, int argc, char** argv) {
  lra_command command;
  if (auto const code = read_command_line(comm.rank() == 0, argc, argv, command)) return *code;
  int code = 0;
  for_users([&] {
    trace_into(command.trace);
    if (!command.output.empty())
      check_output_folder(comm, command.output, {"weights.npy", "model.json"}, {command.data, command.json});
    check_output_file(comm, command.json, {command.data, command.output, command.checkpoint.folder});
    run_checkpoint kept(comm, command.checkpoint, "pantile-lra", lra_checkpoint_arrays,
                        {command.data, command.json});
    code = command.dtype == "f32" ? run_lra<float>(comm, command, kept) : run_lra<double>(comm, command, kept);
  });
  return code;
}

}  // namespace

int main(int argc, char** argv) {
  return pantile::run(argc, argv, [&](pantile::communicator const& comm) { return program(comm, argc, argv); });
}
