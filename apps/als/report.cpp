#include "report.hpp"

#include "../common/output.hpp"
#include "../common/program.hpp"

#include <pantile/comm/environment.hpp>
#include <pantile/io/npy.hpp>

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
  if (command.model.iterations > 0) say(comm, "\niteration                 loss   seconds");
}

void print_iteration(communicator const& comm, als_iteration const& i) {
  say(comm, "{:9} {:20.6f} {:9.3f}", i.number, i.loss, i.seconds);
}

void print_metrics(communicator const& comm, als_metrics const& m) {
  say(comm, "\nheld-out ratings of {}, each user's 10 best unrated items", counted(m.model.users, "user"));
  say(comm, "             NDCG@10   recall@10");
  say(comm, "als          {:7.4f}     {:7.4f}", m.model.ndcg, m.model.recall);
  say(comm, "popularity   {:7.4f}     {:7.4f}", m.popularity.ndcg, m.popularity.recall);
}

namespace {

nlohmann::ordered_json json_of(std::optional<als_metrics> const& m) {
  if (!m) return {{"ndcg10", nullptr}, {"recall10", nullptr}, {"popularity_ndcg10", nullptr}};
  return {{"ndcg10", m->model.ndcg}, {"recall10", m->model.recall}, {"popularity_ndcg10", m->popularity.ndcg}};
}

nlohmann::ordered_json json_of(std::vector<als_iteration> const& iterations) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (als_iteration const& i : iterations)
    list.push_back({{"iteration", i.number}, {"loss", i.loss}, {"seconds", i.seconds}});
  return list;
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
  json["metrics"] = json_of(metrics);
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
  json["alpha"] = command.model.alpha;
  json["regularization"] = command.model.regularization;
  json["regularization_scaling"] = command.model.regularization_scaling;
  json["unobserved_weight"] = command.model.unobserved_weight;
  json["weights"] = command.weights;
  json["solver"] = command.solver;
  if (command.solver == "cg") json["cg_steps"] = command.model.steps;
  if (command.solver == "subspace") json["block"] = command.model.block;
  json["seed"] = command.model.seed;
  json["test_fraction"] = command.held_out_fraction();
  json["source"] = data.source;
  json["iterations"] = json_of(model.iterations);
  json["metrics"] = json_of(metrics);
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
