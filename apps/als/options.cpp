#include "options.hpp"

#include "../common/als_costs.hpp"
#include "../common/checks.hpp"
#include "../common/command_line.hpp"
#include "measures.hpp"
#include "swept_options.hpp"

#include <algorithm>

namespace pantile::apps {

planted_options als_command::planted() const {
  planted_options o;
  o.seed = model.seed;
  if (generate.empty()) return o;
  o.users = generate[0];
  o.items = generate[1];
  o.ratings = generate[2];
  o.groups = std::min(o.groups, o.items);
  return o;
}

namespace {

void add_data_options(CLI::App& app, als_command& c) {
  auto* const ratings = app.add_option("--ratings", c.ratings,
                                       "Table of user id, item id, rating; without it ratings are generated")
                            ->type_name("FILE")
                            ->check(path());
  app.add_option("--generate", c.generate,
                 "Size of what is generated (20000,5000,1000000); at most a quarter of all pairs")
      ->type_name("USERS,ITEMS,RATINGS")
      ->delimiter(',')
      ->expected(3)
      ->transform(at_least<index_t>(1))
      ->excludes(ratings);
  app.add_option("--min-ratings", c.min_ratings,
                 "Leave out users with fewer ratings (above 0, unless feedback is explicit)")
      ->type_name("N")
      ->transform(at_least<index_t>(0));
  app.add_option("--test-fraction", c.test_fraction,
                 "Part of each user's ratings to hold out (0; 0.2 if generated)")
      ->type_name("F")
      ->check(fraction());
}

/// When to stop: before the iterations are over.
void add_stop_options(CLI::App& app, als_command& c) {
  auto* const tolerance =
      app.add_option("--tolerance", c.tolerance,
                     "Stop before --iterations where the loss falls by less than T times itself")
          ->type_name("T")
          ->check(finite_not_negative());
  app.add_option(
         "--stop-on", c.stop_on,
         "Stop where this measure of the quality on held-out ratings (--test-fraction) becomes no better, "
         "and keep the best model: ndcg, recall, map or auc, with --feedback explicit also rmse or mae; "
         "it is found out after every iteration")
      ->type_name("NAME")
      ->check(CLI::IsMember(measures))
      ->excludes(tolerance);
  app.add_option("--patience", c.patience,
                 "Stop where that is so in N iterations in a row (1; with --stop-on 3)")
      ->type_name("N")
      ->transform(at_least<index_t>(1));
}

/// What explicit feedback has, and implicit has not.
void add_feedback_options(CLI::App& app, als_command& c) {
  app.add_option_function<std::string>(
         "--feedback",
         [&c](std::string const& name) {
           if (name == "explicit") c.model.feedback = als_feedback::explicit_ratings;
         },
         "What ratings are: implicit: interest, against pairs without one; explicit: numbers to be predicted, "
         "of "
         "which 0 is one (implicit)")
      ->type_name("NAME")
      ->check(CLI::IsMember({"implicit", "explicit"}));
  app.add_flag(
      "--no-biases", c.no_biases,
      "Explicit feedback: without a number of every user and of every item that predictions begin with");
  app.add_flag("--no-mean", c.no_mean, "Explicit feedback: without the mean rating in predictions");
}

void add_sweep_options(CLI::App& app, als_command& c) {
  auto* const sweep =
      app.add_option_function<std::vector<std::string>>(
             "--sweep",
             [&c](std::vector<std::string> const& texts) {
               for (std::string const& text : texts) c.sweep.push_back(axis_of(text));
             },
             "Try each of these values of factors, regularization, regularization-scaling, alpha or "
             "unobserved-weight, with each of those of other --sweep, on the same ratings; the best model on "
             "the held-out ones is kept. With --checkpoint each has a folder of its own there")
          ->type_name("OPTION=V,V,...")
          ->allow_extra_args(false);
  app.add_option("--sweep-by", c.sweep_by, "The measure by which they are judged, as of --stop-on (ndcg; rmse)")
      ->type_name("NAME")
      ->check(CLI::IsMember(measures))
      ->needs(sweep);
  app.add_option("--sweep-csv", c.sweep_csv, "File for the table of them; --json has it, too")
      ->type_name("FILE")
      ->check(path())
      ->needs(sweep);
  app.add_flag("--warm-start", c.warm_start,
               "Start each from the model before, where that has as many factors: fewer iterations do, but "
               "results depend on the order")
      ->needs(sweep)
      ->excludes("--checkpoint");
  for (char const* const other : {"--init-user-factors", "--init-item-factors"}) sweep->excludes(other);
}

void add_model_options(CLI::App& app, als_command& c) {
  add_feedback_options(app, c);
  app.add_option("--factors", c.model.factors, "Factors per user and item")
      ->type_name("K")
      ->transform(between<index_t>(1, 10'000));
  app.add_option("--iterations", c.model.iterations, "Iterations")
      ->type_name("N")
      ->transform(at_least<index_t>(0));
  add_stop_options(app, c);
  app.add_option("--solver", c.solver,
                 "cholesky: exact; cg: a few steps of conjugate gradients from the factors before, cheaper for "
                 "many factors; subspace: one block of factors after the other (iALS++)")
      ->type_name("NAME")
      ->check(CLI::IsMember({"cholesky", "cg", "subspace"}));
  app.add_option("--cg-steps", c.model.steps, "Steps of conjugate gradients in a system, with --solver cg")
      ->type_name("N")
      ->transform(between<index_t>(1, 10'000));
  app.add_option("--block", c.model.block,
                 "Factors that are solved for at a time, with --solver subspace; multiples of 16 (f64: 8) are "
                 "fastest")
      ->type_name("N")
      ->transform(between<index_t>(1, 10'000));
  app.add_option("--alpha", c.model.alpha, "A rating r has the confidence 1 + alpha r")
      ->type_name("A")
      ->check(finite_not_negative());
  app.add_option("--regularization", c.model.regularization,
                 "Weight lambda of |X|^2 + |Y|^2; with --feedback explicit 0.05 unless it is given")
      ->type_name("L")
      ->check(finite_not_negative());
  app.add_option(
         "--regularization-scaling", c.model.regularization_scaling,
         "NU: the square of a user's factors weighs lambda (ratings + W items)^NU, of an item's likewise; with "
         "--feedback explicit lambda ratings^NU, and 1 unless it is given")
      ->type_name("NU")
      ->check(finite_not_negative());
  app.add_option("--unobserved-weight", c.model.unobserved_weight,
                 "W: what the error of a pair without a rating weighs")
      ->type_name("W")
      ->check(finite_not_negative());
  app.add_option("--weights", c.weights,
                 "What a rating r counts as in 1 + alpha r: ratings: r; binary: 1; log: log(1 + r)")
      ->type_name("NAME")
      ->check(CLI::IsMember({"ratings", "binary", "log"}));
  app.add_option("--dtype", c.dtype, "Precision: f32 or f64")
      ->type_name("T")
      ->check(CLI::IsMember({"f32", "f64"}));
  app.add_option("--seed", c.model.seed, "Seed of everything random")->type_name("S")->transform(seed());
  app.add_option("--init-user-factors", c.init_user_factors,
                 "Initial factors, rows in ascending order of id (random): FILE.npy or FILE.h5:/DATASET")
      ->type_name("ARRAY")
      ->check(path());
  app.add_option("--init-item-factors", c.init_item_factors,
                 "Initial factors, rows in ascending order of id (random): FILE.npy or FILE.h5:/DATASET")
      ->type_name("ARRAY")
      ->check(path());
}

void add_output_options(CLI::App& app, als_command& c) {
  auto* const user = app.add_option("--user", c.user, "Recommend items that this user has not rated")
                         ->type_name("ID")
                         ->transform(whole_number());
  app.add_option("--top", c.top, "How many items to recommend (10)")
      ->type_name("N")
      ->transform(at_least<index_t>(1))
      ->needs(user);
  app.add_option("--titles", c.titles, "Table of item id, title: names for the recommended items")
      ->type_name("FILE")
      ->check(path())
      ->needs(user);
  auto* const output =
      app.add_option("--output", c.output, "Folder for the model")->type_name("DIR")->check(path());
  auto* const format = add_model_format_option(app, c.model_format);
  app.add_flag("--no-output", c.no_output, "Write no model")->excludes(output)->excludes(format);
  add_checkpoint_options(app, c.checkpoint);
  app.add_option("--json", c.json, "File for the results")->type_name("FILE")->check(path());
  add_trace_option(app, c.trace);
}

void add_distribution_options(CLI::App& app, als_command& c) {
  app.add_option(
         "--transfer", c.transfer,
         "Factors that a rank gets from others: named: those that its ratings name; all; auto: whichever is "
         "predicted to be faster")
      ->type_name("NAME")
      ->check(CLI::IsMember({"auto", "named", "all"}));
  app.add_option("--chunks", c.model.chunks,
                 "Send the factors of a rank in N parts, each while the next is solved for (0: where that is "
                 "predicted to be faster)")
      ->type_name("N")
      ->transform(between<index_t>(0, 10'000));
  auto* const dry = app.add_flag("--dry-run", c.dry_run,
                                 "Say what memory, bytes and time an iteration takes on each rank, and end: "
                                 "nothing is learned, and nothing written but --json");
  app.add_option("--ranks", c.dry_run_ranks, "Say so for P ranks (those of the job)")
      ->type_name("P")
      ->transform(between<int>(1, 65'536))
      ->needs(dry);
}

/// What all questions have.
CLI::App* add_query(CLI::App& app, als_query& q, std::string& trace, char const* name, char const* text) {
  CLI::App* const sub = app.add_subcommand(name, text);
  sub->add_option("--model", q.model, "The model: the folder that --output wrote, or an HDF5 file of one")
      ->type_name("DIR")
      ->check(path())
      ->required();
  sub->add_option("--top", q.top, "How many items")->type_name("N")->transform(at_least<index_t>(1));
  add_trace_option(*sub, trace);
  return sub;
}

CLI::App* add_recommend(CLI::App& app, als_query& q, std::string& trace) {
  CLI::App* const sub = add_query(
      app, q, trace, "recommend",
      "Recommends items to users whom the model need not know: from their ratings, without those they "
      "have rated; a table of user, item, rank, score");
  sub->add_option("--ratings", q.ratings, "Table of user id, item id, rating: all that is known of these users")
      ->type_name("FILE")
      ->check(path())
      ->required();
  sub->add_option("--output", q.output, "File for the table (the terminal)")->type_name("FILE")->check(path());
  return sub;
}

CLI::App* add_similar(CLI::App& app, als_query& q, std::string& trace) {
  CLI::App* const sub =
      add_query(app, q, trace, "similar", "Items like an item: by the cosine of their factors");
  sub->add_option("--item", q.item, "The item")->type_name("ID")->transform(whole_number())->required();
  sub->add_option("--titles", q.titles, "Table of item id, title")->type_name("FILE")->check(path());
  return sub;
}

/// What options mean that depend on others.
void settle(CLI::App const& app, als_command& c) {
  c.model.solver = solver_of(c.solver);
  c.model.transfer = transfer_of(c.transfer);
  c.model.weights = confidence_of(c.weights);
  c.model.biases = !c.no_biases;
  c.model.mean = !c.no_mean;
  if (c.sweep_by.empty()) c.sweep_by = !c.stop_on.empty() ? c.stop_on : c.is_explicit() ? "rmse" : "ndcg";
  if (!c.is_explicit()) return;
  if (app.count("--regularization") == 0) c.model.regularization = 0.05;
  if (app.count("--regularization-scaling") == 0) c.model.regularization_scaling = 1;
}

/// What is wrong with options that are right by themselves; empty where nothing is.
std::string problem_of(CLI::App const& app, als_command const& c) {
  auto const given = [&](std::string const& option) {
    bool const swept = std::any_of(c.sweep.begin(), c.sweep.end(),
                                   [&](sweep_axis const& axis) { return "--" + axis.option == option; });
    return swept || app.count(option) > 0;
  };
  for (char const* const option : {"--alpha", "--unobserved-weight", "--weights"})
    if (c.is_explicit() && given(option))
      return std::string(option) +
             " is an option of implicit feedback: with --feedback explicit all ratings weigh 1";
  for (char const* const option : {"--no-biases", "--no-mean"})
    if (!c.is_explicit() && given(option)) return std::string(option) + " is an option of --feedback explicit";
  for (auto const& [option, solver] : {std::pair{"--cg-steps", "cg"}, std::pair{"--block", "subspace"}})
    if (given(option) && c.solver != solver)
      return fmt::format("{} is an option of --solver {}; this is {}", option, solver, c.solver);
  for (auto const& [option, name] : {std::pair{"--stop-on", c.stop_on}, std::pair{"--sweep-by", c.sweep_by}})
    if (!c.is_explicit() && is_error(name))
      return std::string(option) + ": " + name + " is a measure of --feedback explicit";
  if (given("--patience") && !c.tolerance && c.stop_on.empty())
    return "--patience needs --tolerance or --stop-on";
  if ((!c.stop_on.empty() || !c.sweep.empty()) && c.held_out_fraction() == 0)
    return std::string(c.sweep.empty() ? "--stop-on" : "--sweep") +
           " needs ratings that are held out: give --test-fraction";
  if (c.dry_run && !c.sweep.empty()) return "--dry-run is about one model: give it without --sweep";
  for (sweep_axis const& axis : c.sweep)
    if (app.count("--" + axis.option) > 0 ||
        std::count_if(c.sweep.begin(), c.sweep.end(),
                      [&](sweep_axis const& other) { return other.option == axis.option; }) > 1)
      return "--" + axis.option + " is given twice, beside or within --sweep";
  return "";
}

/// The first option of the factorisation that was given beside a question; questions have --trace, too.
std::string given_beside(CLI::App const& app) {
  for (CLI::Option const* option : app.get_options())
    if (option->count() > 0 && option->get_name() != "--trace") return option->get_name();
  return "";
}

}  // namespace

std::vector<als_command> combinations_of(als_command const& command) {
  std::vector<als_command> all{command};
  all[0].sweep.clear();
  for (sweep_axis const& axis : command.sweep) {
    std::vector<als_command> longer;
    for (als_command const& one : all)
      for (std::string const& value : axis.values) {
        longer.push_back(one);
        for (swept_option const& option : swept_options())
          if (option.name == axis.option) option.set(longer.back().model, value);
      }
    all = std::move(longer);
  }
  return all;
}

std::optional<int> read_command_line(bool speaks, int argc, char** argv, als_command& c) {
  CLI::App app(
      "Factorises ratings by alternating least squares, on all ranks of an MPI job.\n"
      "Without options: on generated ratings.",
      "pantile-als");
  add_common_options(app);
  add_data_options(app, c);
  add_model_options(app, c);
  add_distribution_options(app, c);
  add_output_options(app, c);
  add_sweep_options(app, c);
  app.require_subcommand(0, 1);
  als_query recommending, similar;
  similar.what = als_query::kind::similar;
  CLI::App const* const recommend = add_recommend(app, recommending, c.trace);
  CLI::App const* const like = add_similar(app, similar, c.trace);
  if (auto const code = parse(speaks, app, argc, argv)) return code;
  if (recommend->parsed()) c.query = recommending;
  if (like->parsed()) c.query = similar;
  if (!c.query) {
    settle(app, c);
    std::string const problem = problem_of(app, c);
    return problem.empty() ? std::nullopt : std::optional(complain(speaks, app, problem));
  }
  std::string const beside = given_beside(app);
  if (beside.empty()) return std::nullopt;
  return complain(speaks, app, beside + " is an option of the factorisation, not of a question to a model");
}

}  // namespace pantile::apps
