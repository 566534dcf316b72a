#include "options.hpp"

#include "../common/checks.hpp"
#include "../common/command_line.hpp"

namespace pantile::apps {

namespace {

void add_data_options(CLI::App& app, lra_command& c) {
  auto* const data = app.add_option("--data", c.data, "Table of numbers, one column of them labels 0 and 1")
                         ->type_name("FILE")
                         ->check(path());
  app.add_option("--label-column", c.label_column, "Column of the labels, from 1 (the last one)")
      ->type_name("K")
      ->transform(at_least<index_t>(1))
      ->needs(data);
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

void add_model_options(CLI::App& app, lra_command& c) {
  app.add_option("--iterations", c.model.iterations, "Iterations")
      ->type_name("N")
      ->transform(at_least<index_t>(0));
  app.add_option("--alpha", c.model.alpha, "Step along the gradient")
      ->type_name("A")
      ->check(finite_not_negative());
  app.add_flag("--standardize", c.standardize, "Give every feature mean 0 and standard deviation 1");
  app.add_flag("--intercept", c.intercept, "Add a last feature that is 1; its weight is the last one");
  app.add_option("--tiling", c.tiling, "How the features are cut over the ranks: row or column")
      ->type_name("T")
      ->check(CLI::IsMember({"row", "column"}));
  app.add_option("--dtype", c.dtype, "Precision: f32 or f64")
      ->type_name("T")
      ->check(CLI::IsMember({"f32", "f64"}));
  app.add_option("--seed", c.seed, "Seed of everything random")->type_name("S")->transform(seed());
}

}  // namespace

std::optional<int> read_command_line(bool speaks, int argc, char** argv, lra_command& c) {
  CLI::App app(
      "Logistic regression by gradient descent on all ranks of an MPI job: of a table (--data) or of "
      "generated\n"
      "rows (--generate).",
      "pantile-lra");
  add_common_options(app);
  add_data_options(app, c);
  add_model_options(app, c);
  app.add_option("--output", c.output, "Folder for the model: weights.npy, model.json")
      ->type_name("DIR")
      ->check(path());
  add_checkpoint_options(app, c.checkpoint);
  app.add_option("--json", c.json, "File for the results")->type_name("FILE")->check(path());
  add_trace_option(app, c.trace);
  if (auto const code = parse(speaks, app, argc, argv)) return code;
  if (c.data.empty() && c.generate.empty()) return complain(speaks, app, "give --data FILE or --generate N,M");
  return std::nullopt;
}

}  // namespace pantile::apps
