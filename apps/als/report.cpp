#include "report.hpp"

#include "../common/output.hpp"
#include "../common/program.hpp"
#include "json.hpp"

#include <pantile/comm/environment.hpp>
#include <pantile/io/npy.hpp>
#include <pantile/io/titles.hpp>

#include <nlohmann/json.hpp>

namespace pantile::apps {

namespace {

std::string solver_text(als_command const& command) {
  if (command.solver == "cg")
    return fmt::format(" with {} of conjugate gradients", counted(command.model.steps, "step"));
  if (command.solver == "subspace")
    return fmt::format(" in subspaces of {}", counted(command.model.block, "factor"));
  return "";
}

/// What differs from the objective of the paper.
std::string weights_text(als_command const& command) {
  std::string text;
  if (command.model.regularization_scaling != 0)
    text += fmt::format(" scaled by counts^{:g}", command.model.regularization_scaling);
  if (command.model.unobserved_weight != 1)
    text += fmt::format(", unobserved weight {:g}", command.model.unobserved_weight);
  if (command.weights != "ratings") text += ", weights " + command.weights;
  return text;
}

}  // namespace

void print_data(communicator const& comm, als_command const& command, als_data const& data) {
  auto const users = std::ssize(data.user_ids), items = std::ssize(data.item_ids);
  say(comm, "pantile-als {}: {} with {} each, {}", PANTILE_VERSION, counted(comm.size(), "rank"),
      counted(environment::threads(), "thread"), command.dtype == "f64" ? "float64" : "float32");
  say(comm, "ratings: {}: {}, {}, {} ({:.3g} % of all pairs{})", data.source, counted(users, "user"),
      counted(items, "item"), counted(data.ratings, "rating"),
      100 * static_cast<double>(data.ratings) / static_cast<double>(users) / static_cast<double>(items),
      std::string(data.had_header ? "; line 1 read as a header" : "") +
          (data.duplicates > 0 ? fmt::format("; {} replaced by later ones", grouped(data.duplicates)) : ""));
  if (command.held_out_fraction() > 0)
    say(comm, "held out: {}, {:.3g} % (of every user at most {:g} %, rounded down)",
        counted(data.held_out, "rating"),
        100 * static_cast<double>(data.held_out) / static_cast<double>(data.ratings),
        100 * command.held_out_fraction());
  say(comm, "model: {}, alpha {:g}, regularization {:g}{}, {}{}", counted(command.model.factors, "factor"),
      command.model.alpha, command.model.regularization, weights_text(command),
      counted(command.model.iterations, "iteration"), solver_text(command));
}

void print_head(communicator const& comm, als_command const& command, index_t done_before) {
  if (command.model.iterations > done_before) say(comm, "\niteration                 loss   seconds");
}

void print_iteration(communicator const& comm, als_iteration const& i) {
  say(comm, "{:9} {:20.6f} {:9.3f}", i.number, i.loss, i.seconds);
}

title_map load_titles(communicator const& comm, std::string const& path) {
  title_map titles;
  if (path.empty()) return titles;
  comm.agree([&] {
    if (comm.rank() != 0) return;
    for (auto& [id, title] : read_titles(path)) titles.insert_or_assign(id, std::move(title));
  });
  return titles;
}

void print_items(communicator const& comm, std::vector<recommendation> const& items,
                 std::vector<std::int64_t> const& item_ids, title_map const& titles) {
  say(comm, " score        item");
  for (recommendation const& r : items) {
    std::int64_t const id = item_ids[static_cast<std::size_t>(r.item)];
    auto const title = titles.find(id);
    say(comm, "{:6.3f} {:11}{}{}", r.score, id, title == titles.end() ? "" : "  ",
        title == titles.end() ? "" : title->second);
  }
}

void print_metrics(communicator const& comm, als_metrics const& m) {
  say(comm, "\nheld-out ratings of {}, each user's 10 best unrated items", counted(m.model.users, "user"));
  say(comm, "             NDCG@10   recall@10     MAP@10     AUC@10");
  auto const line = [&](char const* name, ranking_quality const& q) {
    say(comm, "{:12} {:7.4f}     {:7.4f}    {:7.4f}    {:7.4f}", name, q.ndcg, q.recall, q.map, q.auc);
  };
  line("als", m.model);
  line("popularity", m.popularity);
}

namespace {

nlohmann::ordered_json json_of_metrics(std::optional<als_metrics> const& metrics) {
  auto const [model, popularity] = metrics.value_or(als_metrics());
  nlohmann::ordered_json json{{"ndcg10", model.ndcg},
                              {"recall10", model.recall},
                              {"map10", model.map},
                              {"auc10", model.auc},
                              {"popularity_ndcg10", popularity.ndcg}};
  if (!metrics)
    for (auto& value : json) value = nullptr;
  return json;
}

void add_sizes(nlohmann::ordered_json& json, als_command const& command, als_data const& data) {
  json["users"] = data.user_ids.size();
  json["items"] = data.item_ids.size();
  json["ratings"] = data.ratings;
  json["factors"] = command.model.factors;
}

void write_results(communicator const& comm, als_command const& command, als_data const& data,
                   std::vector<als_iteration> const& iterations, std::optional<als_metrics> const& metrics) {
  if (command.json.empty()) return;
  auto json = json_head(comm, "pantile-als", command.dtype);
  add_sizes(json, command, data);
  json["iterations"] = json_of(iterations);
  json["metrics"] = json_of_metrics(metrics);
  add_costs(comm, json);
  write_json(comm, command.json, json);
}

template <class T>
void write_model(communicator const& comm, std::string const& folder, als_command const& command,
                 als_data const& data, als_model<T> const& model, std::optional<als_metrics> const& metrics) {
  write_npy(comm, folder + "/user_factors.npy", model.user_factors);
  write_npy(comm, folder + "/item_factors.npy", model.item_factors);
  comm.agree([&] {
    if (comm.rank() != 0) return;
    write_npy_local<std::int64_t>(folder + "/user_ids.npy", data.user_ids, {std::ssize(data.user_ids)});
    write_npy_local<std::int64_t>(folder + "/item_ids.npy", data.item_ids, {std::ssize(data.item_ids)});
  });
  nlohmann::ordered_json json{
      {"program", "pantile-als"}, {"version", PANTILE_VERSION}, {"dtype", command.dtype}};
  add_sizes(json, command, data);
  json.update(json_of_options(command));
  json["source"] = data.source;
  json["iterations"] = json_of(model.iterations);
  json["metrics"] = json_of_metrics(metrics);
  write_json(comm, folder + "/model.json", json);
}

}  // namespace

template <element T>
void write_outputs(communicator const& comm, als_command const& command, als_data const& data,
                   als_model<T> const& model, std::optional<als_metrics> const& metrics) {
  if (command.no_output) return write_results(comm, command, data, model.iterations, metrics);
  write_folder(
      comm, command.output,
      [&](std::string const& folder) { write_model(comm, folder, command, data, model, metrics); },
      [&] { write_results(comm, command, data, model.iterations, metrics); });
}

template void write_outputs(communicator const&, als_command const&, als_data const&, als_model<float> const&,
                            std::optional<als_metrics> const&);
template void write_outputs(communicator const&, als_command const&, als_data const&, als_model<double> const&,
                            std::optional<als_metrics> const&);

}  // namespace pantile::apps
