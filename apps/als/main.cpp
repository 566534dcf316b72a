// pantile-als: factorises ratings by alternating least squares. Options and output are here; the work is in
// pantile/algorithms.
#include "../common/model_files.hpp"
#include "../common/output.hpp"
#include "../common/program.hpp"
#include "dry_run.hpp"
#include "options.hpp"
#include "query.hpp"
#include "report.hpp"
#include "run.hpp"
#include "sweep.hpp"
#include "write.hpp"

#include <pantile/algorithms/active_users.hpp>
#include <pantile/algorithms/als.hpp>
#include <pantile/algorithms/als_predictors.hpp>
#include <pantile/algorithms/planted_ratings.hpp>
#include <pantile/algorithms/ranking.hpp>
#include <pantile/algorithms/split_ratings.hpp>
#include <pantile/comm/environment.hpp>
#include <pantile/io/array_file.hpp>
#include <pantile/io/ratings.hpp>

#include <algorithm>
#include <variant>

namespace {

using namespace pantile;
using namespace pantile::apps;

template <class T>
sparse_array<T> load(communicator const& comm, als_command const& command, als_data& data) {
  ratings<T> table = command.ratings.empty() ? planted_ratings<T>(comm, command.planted())
                                             : read_ratings<T>(comm, command.ratings);
  if (command.ratings.empty()) data.missing = command.planted().ratings - table.lines;
  data.source =
      command.ratings.empty() ? fmt::format("generated, seed {}", command.model.seed) : command.ratings;
  data.duplicates = table.duplicates;
  data.had_header = table.had_header;
  keep_active_users(comm, table, command.min_ratings, command.zeros());
  data.user_ids = std::move(table.user_ids);
  data.item_ids = std::move(table.item_ids);
  auto rated = sparse_array<T>::from_entries(comm, {std::ssize(data.user_ids), std::ssize(data.item_ids)},
                                             tiling::row(), std::move(table.entries));
  data.ratings = rated.stored();
  return rated;
}

/// The row of the user for whom items are to be recommended.
index_t row_of_user(als_command const& command, als_data const& data) {
  auto const at = std::lower_bound(data.user_ids.begin(), data.user_ids.end(), *command.user);
  if (at == data.user_ids.end() || *at != *command.user)
    throw index_error("--user " + std::to_string(*command.user) + ": there is no such user in " + data.source,
                      std::string());
  return at - data.user_ids.begin();
}

template <class T>
als_start<T> load_start(communicator const& comm, als_command const& command, als_data const& data) {
  als_start<T> start;
  auto const load = [&](std::string const& path, std::vector<std::int64_t> const& ids) {
    return read_array<T, 2>(comm, array_place_of(path), tiling::row(),
                            std::array<index_t, 2>{std::ssize(ids), command.model.factors});
  };
  if (!command.init_user_factors.empty()) start.user_factors = load(command.init_user_factors, data.user_ids);
  if (!command.init_item_factors.empty()) start.item_factors = load(command.init_item_factors, data.item_ids);
  return start;
}

template <class T>
void print_recommendations(communicator const& comm, als_command const& command, als_data const& data,
                           als_model<T> const& model, sparse_array<T> const& rated, title_map const& titles) {
  auto const [users, items] = predictors_of(model);
  auto const best = recommend(users, items, rated, row_of_user(command, data), command.top.value_or(10));
  say(comm, "\nrecommended for user {}", *command.user);
  print_items(comm, best, data.item_ids, titles);
}

/// What becomes of a model.
template <class T>
void finish(communicator const& comm, als_command const& command, als_input<T> const& input,
            als_result<T> const& result, title_map const& titles, nlohmann::ordered_json const& more) {
  if (result.metrics) print_metrics(comm, command, *result.metrics);
  if (command.user) print_recommendations(comm, command, input.data, result.model, input.rated, titles);
  write_outputs(comm, command, input.data, result, more);
  if (!command.no_output) say(comm, "\nmodel written to {}", command.output);
}

/// The exit code. `kept` and `others`: the checkpoint, and the files that it must not be.
template <class T>
int run_als(communicator const& comm, als_command const& command, run_checkpoint& kept,
            std::vector<std::string> const& others) {
  als_input<T> input;
  als_data& data = input.data;
  title_map const titles = load_titles(comm, command.titles);
  input.rated = load<T>(comm, command, data);
  if (command.user) row_of_user(command, data);
  input.start = load_start<T>(comm, command, data);
  input.split = split_ratings(input.rated, command.held_out_fraction(), command.model.seed, data.user_ids,
                              data.item_ids, command.zeros());
  data.held_out = input.split.held_out.stored();
  if (data.held_out == 0 && !(command.stop_on.empty() && command.sweep.empty()))
    throw domain_error("--test-fraction: of no user's ratings a part of " +
                           fmt::format("{:g}", command.held_out_fraction()) +
                           " is one rating or more: nothing is held out by which models could be judged",
                       std::string());
  print_data(comm, command, data);
  if (command.dry_run) {
    dry_run(comm, command, data, input.rated, input.split);
    return 0;
  }
  if (!command.sweep.empty()) {
    auto swept = sweep(comm, command, input, others);
    if (int const* const code = std::get_if<int>(&swept)) return *code;
    auto const& [best, result, table] = std::get<sweep_result<T>>(swept);
    say(comm, "\nthe best: {}", model_text(best));
    finish(comm, best, input, result, titles, table);
    return 0;
  }
  say(comm, "model: {}", model_text(command));
  als_input<T> rest;  // what is asked for later
  rest.data = data;
  if (command.user) rest.rated = input.rated;
  auto const result = als_run<T>(comm, command, std::move(input), kept).fit();
  if (auto const code = kept.interrupted()) return *code;
  finish(comm, command, rest, *result, titles, nlohmann::ordered_json::object());
  return 0;
}

int program(communicator const& comm, int argc, char** argv) {
  als_command command;
  if (auto const code = read_command_line(comm.rank() == 0, argc, argv, command)) return *code;
  int code = 0;
  for_users([&] {
    trace_into(command.trace);
    if (command.query) return answer(comm, *command.query);
    if (command.dry_run) {  // writes nothing else
      command.no_output = true;
      command.checkpoint = {};
    }
    std::vector<std::string> const inputs{command.ratings, command.titles,
                                          file_of_place(command.init_user_factors),
                                          file_of_place(command.init_item_factors)};
    if (!command.no_output) {
      check_model_format(command.model_format);
      check_output_folder(comm, command.output, model_files(als_model_arrays),
                          {command.ratings, command.titles, command.json,
                           command.sweep_csv});  // factors may be replaced by what becomes of them
      model_source::check_replaced(comm, command.output, "pantile-als");
    }
    auto const with_inputs = [&](std::vector<std::string> others) {
      others.insert(others.end(), inputs.begin(), inputs.end());
      return others;
    };
    std::string const output = command.no_output ? std::string() : command.output;
    check_output_file(comm, command.json, with_inputs({output, command.checkpoint.folder, command.sweep_csv}));
    check_output_file(comm, command.sweep_csv, with_inputs({output, command.checkpoint.folder}));
    auto const others = with_inputs({command.json, command.sweep_csv});
    run_checkpoint kept(comm, command.sweep.empty() ? command.checkpoint : checkpoint_options(), "pantile-als",
                        checkpoint_arrays(command), others);
    code = command.dtype == "f32" ? run_als<float>(comm, command, kept, others)
                                  : run_als<double>(comm, command, kept, others);
  });
  return code;
}

}  // namespace

int main(int argc, char** argv) {
  return pantile::run(argc, argv, [&](pantile::communicator const& comm) { return program(comm, argc, argv); });
}
