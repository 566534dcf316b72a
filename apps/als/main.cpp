// pantile-als: factorises ratings by alternating least squares for implicit feedback. Options and output are
// here; the work is in pantile/algorithms.
#include "../common/als_costs.hpp"
#include "../common/output.hpp"
#include "../common/program.hpp"
#include "dry_run.hpp"
#include "options.hpp"
#include "query.hpp"
#include "report.hpp"
#include "run.hpp"

#include <pantile/algorithms/active_users.hpp>
#include <pantile/algorithms/als.hpp>
#include <pantile/algorithms/planted_ratings.hpp>
#include <pantile/algorithms/ranking.hpp>
#include <pantile/algorithms/split_ratings.hpp>
#include <pantile/comm/environment.hpp>
#include <pantile/io/npy.hpp>
#include <pantile/io/ratings.hpp>

#include <algorithm>

namespace {

using namespace pantile;
using namespace pantile::apps;

template <class T>
sparse_array<T> load(communicator const& comm, als_command const& command, als_data& data) {
  ratings<T> table = command.ratings.empty() ? planted_ratings<T>(comm, command.planted())
                                             : read_ratings<T>(comm, command.ratings);
  data.source =
      command.ratings.empty() ? fmt::format("generated, seed {}", command.model.seed) : command.ratings;
  data.duplicates = table.duplicates;
  data.had_header = table.had_header;
  keep_active_users(comm, table, command.min_ratings);
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
    return read_npy<T, 2>(comm, path, tiling::row(),
                          std::array<index_t, 2>{std::ssize(ids), command.model.factors});
  };
  if (!command.init_user_factors.empty()) start.user_factors = load(command.init_user_factors, data.user_ids);
  if (!command.init_item_factors.empty()) start.item_factors = load(command.init_item_factors, data.item_ids);
  return start;
}

template <class T>
void print_recommendations(communicator const& comm, als_command const& command, als_data const& data,
                           als_model<T> const& model, sparse_array<T> const& rated, title_map const& titles) {
  auto const best = recommend(model.user_factors, model.item_factors, rated, row_of_user(command, data),
                              command.top.value_or(10));
  say(comm, "\nrecommended for user {}", *command.user);
  print_items(comm, best, data.item_ids, titles);
}

/// The exit code.
template <class T>
int run_als(communicator const& comm, als_command command, run_checkpoint& kept) {
  als_data data;
  title_map const titles = load_titles(comm, command.titles);
  sparse_array<T> const rated = load<T>(comm, command, data);
  if (command.user) row_of_user(command, data);
  als_start<T> start = load_start<T>(comm, command, data);
  auto const split =
      split_ratings(rated, command.held_out_fraction(), command.model.seed, data.user_ids, data.item_ids);
  data.held_out = split.held_out.stored();
  print_data(comm, command, data);

  command.model.solver = solver_of(command.solver);
  command.model.transfer = transfer_of(command.transfer);
  command.model.weights = confidence_of(command.weights);
  if (command.dry_run) {
    dry_run(comm, command, data, rated, split);
    return 0;
  }
  command.model.user_ids = data.user_ids;
  command.model.item_ids = data.item_ids;
  als_run<T> run(comm, command, kept);
  start = run.start(data, rated, std::move(start));
  if (run.has_converged()) command.model.iterations = start.iteration;
  print_head(comm, command, start.iteration);
  als_model<T> model =
      als<T>(split.training, command.model, std::move(start), [&](als_iteration const& i, auto const& so_far) {
        print_iteration(comm, i);
        return run.after(i, so_far);
      });
  if (auto const code = kept.interrupted()) return *code;
  model.iterations = run.iterations();
  if (run.has_converged()) say(comm, "converged: the loss falls by less than {:g} of it", *command.tolerance);
  std::optional<als_metrics> metrics;
  if (data.held_out > 0) {
    metrics = {evaluate_ranking(model.user_factors, model.item_factors, split.training, split.held_out),
               evaluate_popularity(split.training, split.held_out)};
    print_metrics(comm, *metrics);
  }
  if (command.user) print_recommendations(comm, command, data, model, rated, titles);
  write_outputs(comm, command, data, model, metrics);
  if (!command.no_output) say(comm, "\nmodel written to {}", command.output);
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
    if (!command.no_output)
      check_output_folder(
          comm, command.output, model_files(),
          {command.ratings, command.titles, command.json});  // factors may be replaced by what becomes of them
    check_output_file(comm, command.json,
                      {command.ratings, command.titles, command.init_user_factors, command.init_item_factors,
                       command.no_output ? std::string() : command.output, command.checkpoint.folder});
    run_checkpoint kept(
        comm, command.checkpoint, "pantile-als", als_checkpoint_arrays,
        {command.ratings, command.titles, command.json, command.init_user_factors, command.init_item_factors});
    code = command.dtype == "f32" ? run_als<float>(comm, command, kept) : run_als<double>(comm, command, kept);
  });
  return code;
}

}  // namespace

int main(int argc, char** argv) {
  return pantile::run(argc, argv, [&](pantile::communicator const& comm) { return program(comm, argc, argv); });
}
