#include "dry_run.hpp"

#include "../common/als_costs.hpp"
#include "../common/amounts.hpp"
#include "../common/output.hpp"
#include "../common/program.hpp"
#include "json.hpp"

#include <pantile/algorithms/als_forecast.hpp>

namespace pantile::apps {

namespace {

/// What the program keeps beside als: the ratings that were read, for a user to whom something is to be
/// recommended; those to learn from and those held out, for judging. As they would lie on so many ranks,
/// evenly.
template <class T>
index_t ratings_kept(als_command const& command, sparse_array<T> const& rated, ratings_split<T> const& split,
                     int ranks) {
  std::vector<sparse_array<T> const*> kept;
  if (command.user) kept.push_back(&rated);
  if (split.held_out.stored() > 0) kept.insert(kept.end(), {&split.training, &split.held_out});
  index_t bytes = 0;
  for (auto const* s : kept) bytes += s->stored() * index_t{8 + sizeof(T)} + s->extent(0) * 8;
  return (bytes + ranks - 1) / ranks;
}

nlohmann::ordered_json json_of_rank(als_cost const& c) {
  return {{"memory_bytes", c.memory.total()}, {"bytes_received", c.bytes_received},
          {"bytes_sent", c.bytes_sent},       {"messages_received", c.messages_received},
          {"messages_sent", c.messages_sent}, {"flops", c.flops},
          {"predicted_seconds", c.seconds}};
}

nlohmann::ordered_json json_of_forecast(als_forecast const& f, index_t kept) {
  als_cost const& most = f.most;
  nlohmann::ordered_json json{
      {"ranks", f.problem.ranks},           {"threads", f.problem.threads},
      {"bytes_max_rank", most.bytes},       {"lower_bound_bytes", most.lower_bound},
      {"messages_max_rank", most.messages}, {"memory_bytes_max_rank", most.memory.total() + kept},
      {"flops_max_rank", most.flops},       {"predicted_seconds", most.seconds}};
  json["memory"] = json_of(most.memory);
  json["memory"]["ratings_kept"] = kept;
  json["user_factors"] = json_of(f.users);
  json["item_factors"] = json_of(f.items);
  for (int half = 0; half < 2; ++half)
    json[half == 0 ? "users" : "items"] = {{"solving_seconds", most.solving_seconds[half]},
                                           {"transfer_seconds", most.transfer_seconds[half]},
                                           {"balance", f.balance[half]}};
  auto ranks = nlohmann::ordered_json::array();
  for (als_cost const& c : f.ranks) ranks.push_back(json_of_rank(c));
  json["each_rank"] = std::move(ranks);
  return json;
}

void print(communicator const& comm, als_forecast const& f, index_t kept) {
  als_cost const& most = f.most;
  auto const line = [&](char const* what, std::string const& value) { say(comm, "  {:<26}{}", what, value); };
  say(comm, "\ndry run: an iteration on {} with {} each; the most that any rank has",
      counted(f.problem.ranks, "rank"), counted(f.problem.threads, "thread"));
  line("memory", bytes_text(most.memory.total() + kept));
  line("  ratings kept for later", bytes_text(kept));
  line("  by users and by items", bytes_text(most.memory.ratings));
  line("  own factors", bytes_text(most.memory.own_factors));
  line("  factors of others", bytes_text(most.memory.fetched_factors));
  line("  messages", bytes_text(most.memory.transfer));
  line("  work", bytes_text(most.memory.work));
  line("memory before, at most", bytes_text(most.memory.laying_out + kept));
  line("bytes received", bytes_text(most.bytes_received));
  line("bytes sent", bytes_text(most.bytes_sent));
  line("messages", grouped(most.messages));
  line("operations", amount(most.flops, "flop"));
  line("predicted time", seconds_text(most.seconds));
  for (int half = 0; half < 2; ++half) {
    line(half == 0 ? "  users" : "  items",
         fmt::format("{} of solving, {} of transfer: {}", seconds_text(most.solving_seconds[half]),
                     seconds_text(most.transfer_seconds[half]), text_of(half == 0 ? f.users : f.items)));
    line("", fmt::format("mean of ranks {:.1f} % of the slowest", 100 * f.balance[half]));
  }
}

}  // namespace

template <element T>
void dry_run(communicator const& comm, als_command const& command, als_data const& data,
             sparse_array<T> const& rated, ratings_split<T> const& split) {
  als_forecast const forecast = forecast_als(split.training, command.model, command.dry_run_ranks);
  index_t const kept = ratings_kept(command, rated, split, forecast.problem.ranks);
  print(comm, forecast, kept);
  if (command.json.empty()) return;
  auto json = json_head(comm, "pantile-als", command.dtype);
  json["users"] = data.user_ids.size();
  json["items"] = data.item_ids.size();
  json["ratings"] = data.ratings;
  json["options"] = json_of_options(command);
  json["dry_run"] = json_of_forecast(forecast, kept);
  write_json(comm, command.json, json);
}

template void dry_run(communicator const&, als_command const&, als_data const&, sparse_array<float> const&,
                      ratings_split<float> const&);
template void dry_run(communicator const&, als_command const&, als_data const&, sparse_array<double> const&,
                      ratings_split<double> const&);

}  // namespace pantile::apps
