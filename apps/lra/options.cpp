#include "options.hpp"

#include "../common/checks.hpp"
#include "../common/command_line.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace pantile::apps {

namespace {

constexpr std::array<std::pair<char const*, logistic_solver>, 3> lra_solvers{
    {{"gradient_descent", logistic_solver::gradient_descent},
     {"lbfgs", logistic_solver::lbfgs},
     {"newton", logistic_solver::newton}}};

/// "balanced", or numbers with commas between them.
std::optional<std::vector<double>> read_class_weights(std::string const& text) {
  std::vector<double> weights;
  for (std::size_t begin = 0; begin <= text.size();) {
    std::size_t const end = std::min(text.find(',', begin), text.size());
    double value = 0;
    if (!is_decimal(text.substr(begin, end - begin), value) || !(value >= 0) ||
        value > std::numeric_limits<double>::max())
      return std::nullopt;
    weights.push_back(value);
    begin = end + 1;
  }
  return weights;
}

CLI::Validator class_weights() {
  return CLI::Validator(
      [](std::string& text) {
        if (text == "balanced" || read_class_weights(text)) return std::string();
        return fmt::format("'{}' is not balanced, nor finite numbers >= 0 with commas between them", text);
      },
      "");
}

CLI::Option* add_input_options(CLI::App& app, lra_input& input) {
  auto* const data = app.add_option("--data", input.data,
                                    "Table of numbers, one column of them labels, or sparse rows in the format "
                                    "of LIBSVM; labels are 0 and 1, or -1 and 1. A table is text, FILE.npy or "
                                    "FILE.h5:/DATASET")
                         ->type_name("FILE")
                         ->check(path());
  auto* const column =
      app.add_option("--label-column", input.label_column, "Column of the labels, from 1 (the last one)")
          ->type_name("K")
          ->transform(at_least<index_t>(1))
          ->needs(data);
  app.add_option("--labels", input.labels,
                 "Labels for the rows of a table that has none: FILE.npy or FILE.h5:/DATASET, of one dimension")
      ->type_name("ARRAY")
      ->check(path())
      ->needs(data)
      ->excludes(column);
  app.add_option("--format", input.format,
                 "Of --data: csv, libsvm, or auto: by its name, or what its first row looks like")
      ->type_name("NAME")
      ->check(CLI::IsMember({"auto", "csv", "libsvm"}))
      ->needs(data);
  app.add_option(
         "--first-index", input.first_index,
         "The index of the first feature in sparse rows, 0 or 1 (0 where an index 0 occurs, 1 elsewhere)")
      ->type_name("I")
      ->transform(between<index_t>(0, 1))
      ->needs(data);
  return data;
}

void add_data_options(CLI::App& app, lra_command& c) {
  auto* const data = add_input_options(app, c.input);
  app.add_option("--generate", c.generate, "Generate normal features and labels of planted weights")
      ->type_name("ROWS,FEATURES")
      ->delimiter(',')
      ->expected(2)
      ->transform(at_least<index_t>(1))
      ->excludes(data);
  app.add_option("--test-fraction", c.test_fraction, "Part of the rows to hold out")
      ->type_name("F")
      ->check(fraction());
}

void add_solver_options(CLI::App& app, lra_command& c) {
  app.add_option("--iterations", c.model.iterations, "Iterations; of lbfgs and newton at most")
      ->type_name("N")
      ->transform(at_least<index_t>(0));
  app.add_option(
         "--solver", c.solver,
         "gradient_descent: steps of --alpha, all iterations; lbfgs, newton (with conjugate gradients): "
         "with a line search, to --tolerance")
      ->type_name("NAME")
      ->check(CLI::IsMember({"gradient_descent", "lbfgs", "newton"}));
  app.add_option("--alpha", c.model.alpha, "Step along the gradient, with --solver gradient_descent")
      ->type_name("A")
      ->check(finite_not_negative());
  app.add_option("--tolerance", c.model.tolerance,
                 "End where the gradient is at most T times what it is for weights 0, with lbfgs and newton")
      ->type_name("T")
      ->check(finite_not_negative());
  app.add_option("--memory", c.model.memory, "Steps that lbfgs remembers")
      ->type_name("N")
      ->transform(between<index_t>(1, 10'000));
  app.add_option("--inner-iterations", c.model.inner_iterations,
                 "Steps of conjugate gradients in an iteration of newton, at most")
      ->type_name("N")
      ->transform(at_least<index_t>(1));
}

void add_model_options(CLI::App& app, lra_command& c) {
  app.add_option("--regularization", c.model.regularization,
                 "Lambda: lambda / 2 |w|^2 is added to the sum of the losses of all rows")
      ->type_name("L")
      ->check(finite_not_negative());
  app.add_flag("--multinomial", c.multinomial,
               "Any number of classes, whose labels are any integers (softmax)");
  app.add_option("--class-weights", c.class_weights,
                 "What the loss of a row weighs: one number for each class, in the order of the labels, or "
                 "balanced: rows / (classes * rows of its class)")
      ->type_name("W,...")
      ->check(class_weights());
  app.add_flag("--standardize", c.model.standardize,
               "Give every feature mean 0 and standard deviation 1; the model keeps both");
  app.add_flag("--intercept", c.model.intercept,
               "Add a last feature that is 1; its weight is the last one, and not regularized");
  app.add_option("--tiling", c.tiling,
                 "How the features are cut over the ranks: row, column or block; sparse ones by rows")
      ->type_name("T")
      ->check(CLI::IsMember({"row", "column", "block"}));
  app.add_option("--dtype", c.dtype, "Precision: f32 or f64")
      ->type_name("T")
      ->check(CLI::IsMember({"f32", "f64"}));
  app.add_option("--seed", c.seed, "Seed of everything random")->type_name("S")->transform(seed());
}

CLI::App* add_predict(CLI::App& app, lra_prediction& p, std::string& trace) {
  CLI::App* const sub = app.add_subcommand(
      "predict",
      "Labels rows by a model: a table of label and probability (of label 1, or of each class); where the rows "
      "have labels, says how good it is");
  sub->add_option("--model", p.model, "The model: the folder that --output wrote, or an HDF5 file of one")
      ->type_name("DIR")
      ->check(path())
      ->required();
  add_input_options(*sub, p.input)->required();
  sub->add_option("--out,--output", p.out, "File for the table")->type_name("FILE")->check(path())->required();
  sub->add_option("--json", p.json, "File for the results")->type_name("FILE")->check(path());
  add_trace_option(*sub, trace);
  return sub;
}

/// The first option of a fit that was given beside a prediction.
std::string given_beside_prediction(CLI::App const& app) {
  for (CLI::Option const* option : app.get_options())
    if (option->count() > 0 && option->get_name() != "--trace") return option->get_name();
  return "";
}

/// The options of solvers that are not the one that was chosen: they would do nothing.
std::string option_of_other_solver(CLI::App const& app, std::string const& solver) {
  using solvers = std::vector<std::string>;
  for (auto const& [option, of] : {std::pair{"--alpha", solvers{"gradient_descent"}},
                                   {"--tolerance", {"lbfgs", "newton"}},
                                   {"--memory", {"lbfgs"}},
                                   {"--inner-iterations", {"newton"}}})
    if (app.count(option) > 0 && std::find(of.begin(), of.end(), solver) == of.end())
      return fmt::format("{} is an option of --solver {}; this is {}", option, fmt::join(of, " and "), solver);
  return "";
}

/// What the words say; the problem with them.
std::string finish(CLI::App const& app, lra_command& c) {
  if (std::string problem = option_of_other_solver(app, c.solver); !problem.empty()) return problem;
  for (auto const& [name, solver] : lra_solvers)
    if (c.solver == name) c.model.solver = solver;
  c.model.balanced = c.class_weights == "balanced";
  if (!c.class_weights.empty() && !c.model.balanced) {
    c.model.class_weights = *read_class_weights(c.class_weights);
    if (!c.multinomial && c.model.class_weights.size() != 2)
      return fmt::format("--class-weights: got {} numbers, labels 0 and 1 have two",
                         c.model.class_weights.size());
  }
  if (c.input.data.empty() && c.generate.empty()) return "give --data FILE or --generate N,M";
  return "";
}

}  // namespace

std::optional<int> read_command_line(bool speaks, int argc, char** argv, lra_command& c) {
  CLI::App app(
      "Logistic regression on all ranks of an MPI job: of a table or sparse rows (--data) or of generated\n"
      "rows (--generate).",
      "pantile-lra");
  add_common_options(app);
  add_data_options(app, c);
  add_solver_options(app, c);
  add_model_options(app, c);
  auto* const output =
      app.add_option("--output", c.output, "Folder for the model: weights, and what is known beside")
          ->type_name("DIR")
          ->check(path());
  add_model_format_option(app, c.model_format)->needs(output);
  add_checkpoint_options(app, c.checkpoint);
  app.add_option("--json", c.json, "File for the results")->type_name("FILE")->check(path());
  add_trace_option(app, c.trace);
  app.require_subcommand(0, 1);
  lra_prediction prediction;
  CLI::App const* const predict = add_predict(app, prediction, c.trace);
  if (auto const code = parse(speaks, app, argc, argv)) return code;
  if (predict->parsed()) {
    c.prediction = prediction;
    std::string const beside = given_beside_prediction(app);
    if (beside.empty()) return std::nullopt;
    return complain(speaks, app, beside + " is an option of a fit, not of predict");
  }
  if (std::string const problem = finish(app, c); !problem.empty()) return complain(speaks, app, problem);
  return std::nullopt;
}

}  // namespace pantile::apps
