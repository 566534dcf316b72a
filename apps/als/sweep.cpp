#include "sweep.hpp"

#include "../common/output.hpp"
#include "../common/program.hpp"
#include "json.hpp"

#include <pantile/io/text_file.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

namespace pantile::apps {

namespace {

/// One combination of options, and what became of it.
struct sweep_row {
  std::vector<nlohmann::ordered_json> values;  // of the axes
  index_t iteration = 0;
  double loss = 0, seconds = 0;
  std::optional<als_metrics> metrics;
  std::string problem;  // why there is no model
};

template <class T>
sweep_row row_of(als_command const& tried, std::vector<sweep_axis> const& axes, als_result<T> const* result) {
  sweep_row row;
  auto const options = json_of_options(tried);
  for (sweep_axis const& axis : axes) {
    std::string key = axis.option;
    std::replace(key.begin(), key.end(), '-', '_');
    row.values.push_back(options.at(key));
  }
  if (result == nullptr) return row;
  row.metrics = result->metrics;
  row.iteration = result->iteration;
  for (als_iteration const& i : result->history.iterations) row.seconds += i.seconds;
  row.loss = row.iteration > 0 ? result->history.iterations[static_cast<std::size_t>(row.iteration - 1)].loss
                               : std::numeric_limits<double>::quiet_NaN();
  return row;
}

std::vector<std::string> shown_measures(als_command const& command) {
  if (command.is_explicit()) return {"rmse", "mae", "ndcg", "recall"};
  return {"ndcg", "recall", "map", "auc"};
}

/// The best first; those without a model last.
void sort(std::vector<sweep_row>& rows, std::string const& measure) {
  auto const value = [&](sweep_row const& row) {
    return row.metrics ? row.metrics->value_of(measure) : std::numeric_limits<double>::quiet_NaN();
  };
  std::stable_sort(rows.begin(), rows.end(), [&](sweep_row const& a, sweep_row const& b) {
    double const x = value(a), y = value(b);
    return is_better(measure, x, y) || (!std::isnan(x) && std::isnan(y));
  });
}

/// How wide the column of an axis is.
std::size_t width_of(sweep_axis const& axis) { return std::max<std::size_t>(axis.option.size(), 8) + 2; }

void print(communicator const& comm, als_command const& command, std::vector<sweep_row> const& rows) {
  say(comm, "\n{}, by {} on held-out ratings", counted(std::ssize(rows), "model"), title_of(command.sweep_by));
  std::string head;
  for (sweep_axis const& axis : command.sweep) head += fmt::format("{:>{}}", axis.option, width_of(axis));
  for (std::string const& measure : shown_measures(command)) head += fmt::format("{:>11}", title_of(measure));
  say(comm, "{}  iteration                 loss   seconds", head);
  for (sweep_row const& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.values.size(); ++i)
      line += fmt::format("{:>{}}", row.values[i].dump(), width_of(command.sweep[i]));
    if (!row.problem.empty()) {
      say(comm, "{}  {}", line, row.problem);
      continue;
    }
    for (std::string const& measure : shown_measures(command))
      line += fmt::format("{:11.4f}", row.metrics->value_of(measure));
    say(comm, "{} {:10} {:20.6f} {:9.3f}", line, row.iteration, row.loss, row.seconds);
  }
}

nlohmann::ordered_json table_of(als_command const& command, std::vector<sweep_row> const& rows) {
  nlohmann::ordered_json table = nlohmann::ordered_json::array();
  for (sweep_row const& row : rows) {
    nlohmann::ordered_json line;
    for (std::size_t i = 0; i < row.values.size(); ++i) line[command.sweep[i].option] = row.values[i];
    line["metrics"] = json_of(row.metrics, command.is_explicit());
    line["iteration"] = row.iteration;
    line["loss"] = row.loss;
    line["seconds"] = row.seconds;
    line["problem"] = row.problem.empty() ? nlohmann::ordered_json() : nlohmann::ordered_json(row.problem);
    table.push_back(line);
  }
  return table;
}

void write_csv(communicator const& comm, als_command const& command, std::vector<sweep_row> const& rows) {
  if (command.sweep_csv.empty()) return;
  std::string text;
  for (sweep_axis const& axis : command.sweep) text += axis.option + ",";
  for (std::string const& measure : shown_measures(command)) text += measure + ",";
  text += "iteration,loss,seconds\n";
  for (sweep_row const& row : rows) {
    for (nlohmann::ordered_json const& value : row.values) text += value.dump() + ",";
    for (std::string const& measure : shown_measures(command))
      text += row.metrics ? fmt::format("{},", row.metrics->value_of(measure)) : ",";
    text += row.metrics ? fmt::format("{},{},{}\n", row.iteration, row.loss, row.seconds) : ",,\n";
  }
  write_text(comm, command.sweep_csv, comm.rank() == 0 ? text : "");
}

}  // namespace

template <element T>
std::variant<sweep_result<T>, int> sweep(communicator const& comm, als_command const& command,
                                         als_input<T> const& input, std::vector<std::string> const& others) {
  std::vector<als_command> const tried = combinations_of(command);
  std::vector<sweep_row> rows;
  std::optional<sweep_result<T>> best;
  als_input<T> from = input;
  std::string problem;
  for (std::size_t n = 0; n < tried.size(); ++n) {
    als_command one = tried[n];
    say(comm, "\n{} of {}: {}", n + 1, tried.size(), model_text(one));
    if (!one.checkpoint.folder.empty()) {
      one.checkpoint.given = command.checkpoint.folder;
      one.checkpoint.folder += "/" + std::to_string(n + 1);
    }
    run_checkpoint kept(comm, one.checkpoint, "pantile-als", checkpoint_arrays(one), others);
    auto const& before = from.start.item_factors;  // of --warm-start
    if (before && before->extent(1) != one.model.factors) from.start = {};
    std::optional<als_result<T>> result;
    try {
      result = als_run<T>(comm, one, from, kept).fit();
      if (auto const code = kept.interrupted()) return *code;
    } catch (linalg_error const& e) {  // of these options; others may do
      problem = e.message();
      say(comm, "{}", problem);
    }
    rows.push_back(row_of<T>(one, command.sweep, result ? &*result : nullptr));
    if (!result) {
      rows.back().problem = problem;
      continue;
    }
    if (command.warm_start && n + 1 < tried.size())
      from.start = {result->model.user_factors, result->model.item_factors, 0, result->model.user_biases,
                    result->model.item_biases};
    if (!best || is_better(command.sweep_by, result->metrics->value_of(command.sweep_by),
                           best->best.metrics->value_of(command.sweep_by)))
      best = {std::move(one), std::move(*result), {}};
  }
  if (!best) throw linalg_error("no combination of --sweep has a solution: " + problem, std::string());
  sort(rows, command.sweep_by);
  print(comm, command, rows);
  write_csv(comm, command, rows);
  best->table = {{"sweep", table_of(command, rows)}};
  return std::move(*best);
}

template std::variant<sweep_result<float>, int> sweep(communicator const&, als_command const&,
                                                      als_input<float> const&, std::vector<std::string> const&);
template std::variant<sweep_result<double>, int> sweep(communicator const&, als_command const&,
                                                       als_input<double> const&,
                                                       std::vector<std::string> const&);

}  // namespace pantile::apps
