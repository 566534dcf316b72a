// pantile-lra: logistic regression. Options and output are here; the work is in pantile/algorithms.
#include "../common/output.hpp"
#include "../common/program.hpp"
#include "../common/progress_bar.hpp"
#include "data.hpp"
#include "evaluation.hpp"
#include "json.hpp"
#include "model.hpp"
#include "options.hpp"
#include "predict.hpp"
#include "run.hpp"
#include "weights.hpp"

#include <pantile/algorithms/class_labels.hpp>
#include <pantile/algorithms/logistic_predict.hpp>
#include <pantile/comm/environment.hpp>
#include <pantile/ops/movement.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <optional>

namespace {

using namespace pantile;
using namespace pantile::apps;

struct lra_results {
  std::string source;
  index_t rows = 0, test_rows = 0, features = 0;
  bool sparse = false;
  lra_file file;
  std::vector<logistic_regression_step> steps;
  double seconds_per_iteration = 0;
  convergence_report convergence;
  lra_evaluation quality;
  std::optional<lra_evaluation> test;
};

nlohmann::ordered_json json_of_results(lra_results const& r) {
  nlohmann::ordered_json metrics;
  add_metrics(metrics, "", r.quality);
  if (r.test) add_metrics(metrics, "test_", *r.test);
  nlohmann::ordered_json json{{"rows", r.rows},
                              {"test_rows", r.test_rows},
                              {"features", r.features},
                              {"iterations", json_of(r.steps)},
                              {"seconds_per_iteration", r.seconds_per_iteration},
                              {"convergence", json_of(r.convergence)},
                              {"metrics", metrics},
                              {"confusion", json_of(r.quality.confusion)}};
  if (r.test) json["test_confusion"] = json_of(r.test->confusion);
  return json;
}

void write_results(communicator const& comm, lra_command const& c, lra_results const& results) {
  if (c.json.empty()) return;
  auto json = json_head(comm, "pantile-lra", c.dtype);
  json["tiling"] = c.tiling;
  json["solver"] = c.solver;
  json.update(json_of_results(results));
  add_costs(comm, json);
  write_json(comm, c.json, json);
}

/// Writes the model and the results file, both or none of them.
template <class T, int N>
void write_outputs(communicator const& comm, lra_command const& c, lra_results const& results,
                   logistic_regression_model<T, N> const& model) {
  if (c.output.empty()) return write_results(comm, c, results);
  auto json = json_of_model(c, results.source, model);
  if (results.sparse)
    json["first_index"] = results.file.first_index;
  else if (results.file.label_column > 0)
    json["label_column"] = results.file.label_column;
  json.update(json_of_results(results));
  write_folder(
      comm, c.output, model_files_in(c.output, lra_model_arrays),
      [&](std::string const& folder) {
        write_model(comm, folder, c.model_format, {{"weights", weights_for_file(model)}}, json);
      },
      [&] { write_results(comm, c, results); });
}

void print_data(communicator const& comm, lra_command const& c, lra_results const& r) {
  say(comm, "pantile-lra {}: {} with {} each, {}, {} tiling", PANTILE_VERSION, counted(comm.size(), "rank"),
      counted(environment::threads(), "thread"), c.dtype == "f64" ? "float64" : "float32", c.tiling);
  say(comm, "data: {}: {} x {}{}", r.source, counted(r.rows + r.test_rows, "row"),
      counted(r.features, "feature"),
      std::string(r.sparse ? ", sparse, the first one with index " + std::to_string(r.file.first_index) : "") +
          (r.file.had_header ? ", line 1 read as a header" : "") +
          (c.model.standardize ? ", standardized" : ""));
  if (c.test_fraction > 0) say(comm, "held out: {}", counted(r.test_rows, "row"));
  bool const steps = c.model.solver == logistic_solver::gradient_descent;
  say(comm, "model: {}, {}{}{}", counted(c.model.iterations, "iteration"),
      steps ? fmt::format("alpha {:g}", c.model.alpha)
            : fmt::format("{} to {:g} of the gradient", c.solver, c.model.tolerance),
      c.model.regularization > 0 ? fmt::format(", regularization {:g}", c.model.regularization) : "",
      c.model.intercept ? ", with intercept" : "");
}

void print_convergence(communicator const& comm, lra_command const& c, lra_results const& r) {
  convergence_report const& e = r.convergence;
  if (c.model.solver == logistic_solver::gradient_descent) return;
  std::string const why = e.converged ? "converged"
                          : e.reason == convergence_reason::precision
                              ? "no lower loss can be found in this precision"
                              : "not converged";
  say(comm, "{} after {}: {}{}, gradient {:.3g} of {:.3g}", why, counted(e.iterations, "iteration"),
      counted(e.evaluations, "evaluation"),
      e.hessian_products > 0 ? ", " + counted(e.hessian_products, "product") + " of the Hessian" : "",
      e.gradient_norm, e.first_gradient_norm);
}

void print_quality(communicator const& comm, lra_command const& c, lra_results const& r, std::size_t classes) {
  say(comm, "\n{}", text_of(r.quality));
  // Without weights every class is as probable as any other.
  if (c.model.solver == logistic_solver::gradient_descent && c.model.iterations > 0 && c.model.alpha > 0 &&
      r.quality.quality.loss > std::log(static_cast<double>(classes)) * 1.0001 && c.class_weights.empty())
    say(comm, "the loss has risen: the step is too large; try a smaller --alpha{}",
        c.model.standardize ? "" : ", or --standardize");
  if (r.test) say(comm, "held out: {}", text_of(*r.test));
  print_confusion(comm, r.test ? *r.test : r.quality, classes);
}

/// Fits a model with this many classes to X, which was `learn.features`. The exit code.
template <int N, class T, class Features>
int fit(communicator const& comm, lra_command const& c, run_checkpoint& kept, lra_results& results,
        labelled_rows<T, Features> learn, labelled_rows<T, Features> const& test, index_t classes) {
  lra_run<T, N> run(c, kept.is_kept() ? identity_of(c, learn) : run_identity{}, kept);
  if constexpr (std::is_same_v<Features, array<T, 2>>) {
    if (c.tiling == "column") learn.features = retile(learn.features, tiling::column());
    if (c.tiling == "block") learn.features = retile(learn.features, tiling::block());
  }
  Features const& X = learn.features;
  logistic_start<T, N> const start = run.start(X.extent(1), classes);
  std::optional<progress_bar> bar;
  if (c.model.iterations > start.iteration) {
    say(comm, "\niteration         loss   accuracy   seconds per iteration");
    bar.emplace(comm, "iteration", start.iteration, c.model.iterations);
  }
  logistic_progress<T, N> const progress = [&](logistic_regression_step const& s, auto const& so_far) {
    if (s.evaluated) {
      bar->clear();
      say(comm, "{:9} {:12.6f} {:10.4f} {:12.6f}", s.iteration, s.quality.loss, s.quality.accuracy, s.seconds);
    }
    next_step const next = run.after(s, so_far);
    bar->show(s.iteration);
    return next;
  };
  auto const model = [&] {
    if constexpr (N == 1)
      return logistic_regression(X, learn.labels, c.model, start, progress);
    else
      return multinomial_regression(X, learn.labels, c.model, start, progress);
  }();
  bar.reset();
  if (auto const code = kept.interrupted()) return *code;
  results.seconds_per_iteration = model.seconds_per_iteration;
  results.convergence = model.convergence;
  results.quality = evaluated(X, learn.labels, model);
  results.steps = run.steps(model.convergence.iterations, results.quality.quality);
  print_convergence(comm, c, results);
  if (results.test_rows > 0) results.test = evaluated(test.features, test.labels, model);
  print_quality(comm, c, results, model.classes.size());
  write_outputs(comm, c, results, model);
  if (!c.output.empty()) say(comm, "model written to {}", c.output);
  return 0;
}

/// How many classes there are; throws domain_error where there are too few, or other weights (collective).
template <class T>
index_t classes_of(lra_command const& c, array<T, 1> const& labels) {
  if (!c.multinomial) return 2;
  auto const classes = distinct_labels(labels);
  std::size_t const weights = c.model.class_weights.size();
  if (weights > 0 && weights != classes.size())
    throw domain_error(
        fmt::format("--class-weights: got {} numbers, there are {} classes", weights, classes.size()),
        std::string());
  return std::ssize(classes);
}

/// The exit code.
template <class T, class Features>
int run_lra(communicator const& comm, lra_command c, run_checkpoint& kept, labelled_rows<T, Features> learn,
            lra_results results) {
  if (!c.input.data.empty()) learn.labels = checked_labels(learn.labels, c.input, results.file, c.multinomial);
  classes_of(c, learn.labels);  // before anything is said
  labelled_rows<T, Features> test;
  results.features = learn.features.extent(1);
  if (c.test_fraction > 0) std::tie(learn, test) = split_rows(learn, c.test_fraction, c.seed);
  results.rows = learn.features.extent(0);
  if (test.features.has_ranks()) results.test_rows = test.features.extent(0);
  print_data(comm, c, results);
  bool const steps = c.model.solver == logistic_solver::gradient_descent;
  c.model.report_every = steps ? std::max<index_t>(1, c.model.iterations / 10) : 1;
  c.model.tell_every = kept.is_kept() || progress_bar::is_seen(comm);
  if (!c.multinomial) return fit<1>(comm, c, kept, results, std::move(learn), test, 2);
  index_t const classes = classes_of(c, learn.labels);  // some may be held out whole
  return fit<2>(comm, c, kept, results, std::move(learn), test, classes);
}

template <class T>
int load_and_run(communicator const& comm, lra_command const& c, run_checkpoint& kept) {
  lra_results results;
  if (c.input.data.empty()) {
    results.source = fmt::format("generated, seed {}", c.seed);
    return run_lra(comm, c, kept, generated_rows<T>(comm, c), results);
  }
  results.source = c.input.data;
  results.sparse = is_sparse(comm, c.input);
  if (!results.sparse) {
    auto rows = read_table<T>(comm, c.input, 0, results.file);
    return run_lra(comm, c, kept, std::move(rows), results);
  }
  if (c.tiling != "row")
    throw domain_error(
        "--tiling " + c.tiling + ": '" + c.input.data + "' holds sparse rows, which are cut by rows",
        std::string());
  auto rows = read_sparse<T>(comm, c.input, 0, results.file);
  return run_lra(comm, c, kept, std::move(rows), results);
}

int program(communicator const& comm, int argc, char** argv) {
  lra_command command;
  if (auto const code = read_command_line(comm.rank() == 0, argc, argv, command)) return *code;
  int code = 0;
  for_users([&] {
    trace_into(command.trace);
    if (command.prediction) {
      code = predict(comm, *command.prediction);
      return;
    }
    std::string const data = file_of_place(command.input.data), labels = file_of_place(command.input.labels);
    if (!command.output.empty()) {
      check_model_format(command.model_format);
      check_output_folder(comm, command.output, model_files(lra_model_arrays), {data, labels, command.json});
      model_source::check_replaced(comm, command.output, "pantile-lra");
    }
    check_output_file(comm, command.json, {data, labels, command.output, command.checkpoint.folder});
    run_checkpoint kept(comm, command.checkpoint, "pantile-lra", lra_checkpoint_arrays,
                        {data, labels, command.json});
    code = command.dtype == "f32" ? load_and_run<float>(comm, command, kept)
                                  : load_and_run<double>(comm, command, kept);
  });
  return code;
}

}  // namespace

int main(int argc, char** argv) {
  return pantile::run(argc, argv, [&](pantile::communicator const& comm) { return program(comm, argc, argv); });
}
