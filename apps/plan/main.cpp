// pantile-plan: what operations would cost on machines that are not there. No MPI: plans are pure functions.
#include "../common/als_costs.hpp"
#include "../common/amounts.hpp"
#include "../common/program.hpp"
#include "options.hpp"

#include <pantile/io/safe_file.hpp>
#include <pantile/plan/als.hpp>
#include <pantile/plan/movement.hpp>
#include <pantile/plan/product.hpp>

#include <nlohmann/json.hpp>

namespace {

using namespace pantile;
using namespace pantile::apps;

/// What is told of each operation and number of ranks.
struct answer {
  std::string operation, algorithm;
  int ranks = 1;
  index_t bytes = 0, lower_bound = 0, messages = 0, memory = 0;
  double flops = 0, seconds = 0;
  bool exact = true;
  std::string remark;
  index_t memory_before = 0;       // while what there is is laid out
  nlohmann::ordered_json details;  // of this operation alone
};

index_t bytes_of(std::string const& type) {
  if (type == "float32") return 4;
  return type == "complex128" ? 16 : 8;
}

tiling named(std::string const& name, extents const& shape, int ranks) {
  if (name == "row") return tiling::row().bind(shape, ranks);
  if (name == "column") return tiling::column().bind(shape, ranks);
  if (name == "block") return tiling::block().bind(shape, ranks);
  return tiling::replicated().bind(shape, ranks);
}

/// Why a plan moves more than the lower bound: what more memory would do, or that nothing would.
std::string why_above(product_problem const& p, machine const& on, product_cost const& cost, index_t operands,
                      bool limited) {
  if (limited) {
    product_candidate const other = product_candidates(p, on)[0];
    if (10 * other.cost.bytes < 9 * cost.bytes)
      return fmt::format("the memory: with {} on a rank {} would move {}",
                         bytes_text(operands + other.cost.memory), algorithm_name(p, other.schedule),
                         bytes_text(other.cost.bytes));
  }
  return "the tiles and the grid do not fit each other";
}

answer plan_product(plan_command const& c, machine const& on, int ranks) {
  for (auto const& [rows, columns] : {std::pair{c.m, c.k}, {c.k, c.n}, {c.m, c.n}})
    checked_product(checked_product(rows, columns), index_t{4} * bytes_of(c.dtype));  // in 63 bits, with room
  product_problem p{{named(c.tiling, {c.m, c.k}, ranks), 0, 1}, {named(c.tiling, {c.k, c.n}, ranks), 1, 0}};
  p.m = c.m;
  p.n = c.n;
  p.k = c.k;
  p.ranks = ranks;
  p.element_bytes = bytes_of(c.dtype);
  tiling const result = product_tiling(p);
  index_t const held = bytes_held(p, result), own = result.box_of(0).count() * p.element_bytes,
                operands = bytes_held(p, tiling::replicated().bind({0, 0}, ranks));
  bool const limited = c.memory < std::numeric_limits<index_t>::max();
  if (limited && operands + own > c.memory)
    throw memory_error(fmt::format("the operands and the result alone take {} bytes on a rank; --memory is {}",
                                   operands + own, c.memory),
                       std::string());
  index_t const budget = limited ? c.memory - operands : c.memory;
  constexpr int all_ranks = 8192;  // up to so many, every rank is looked at
  auto ways = product_candidates(p, on, budget);
  product_schedule const& s = ways[0].schedule;
  product_cost const cost = cost_of(p, s, on, ranks <= all_ranks ? ranks : 1024);
  answer a;
  a.operation = "matmul";
  a.algorithm = algorithm_name(p, s);
  a.ranks = ranks;
  a.bytes = cost.bytes;
  a.lower_bound = product_lower_bound(p, c.memory, held);
  a.messages = cost.messages;
  a.memory = operands + cost.memory;
  a.flops = cost.flops;
  a.seconds = cost.seconds;
  a.exact = cost.exact;
  if (a.lower_bound > 0 && static_cast<double>(a.bytes) > 1.3 * static_cast<double>(a.lower_bound))
    a.remark = why_above(p, on, cost, operands, limited);
  return a;
}

answer plan_retile_of(plan_command const& c, machine const& on, int ranks) {
  extents const shape{c.shape[0], c.shape[1]};
  tiling const from = named(c.from, shape, ranks), to = named(c.to, shape, ranks);
  constexpr int all_ranks = 1024;  // every pair of ranks may exchange a message
  auto const volume = retile_volume(from, to, all_ranks);
  index_t const bytes = bytes_of(c.dtype);
  answer a;
  a.operation = "retile";
  a.algorithm = c.from + " to " + c.to + ", one message per pair of ranks";
  a.ranks = ranks;
  a.bytes = volume.elements_busiest * bytes;
  a.lower_bound = a.bytes;  // elements that change owner must travel, and travel once
  a.messages = volume.messages_busiest;
  a.memory = (from.stored_box(0).count() + to.stored_box(0).count()) * bytes +
             std::min(2 * a.bytes, most_buffer_bytes);
  a.seconds = static_cast<double>(a.bytes) / on.bytes_per_second +
              static_cast<double>(a.messages) * on.seconds_per_message;
  a.exact = ranks <= all_ranks;
  return a;
}

answer plan_als(plan_command const& c, machine const& on, int ranks) {
  als_problem p{c.users, c.items, c.ratings, c.factors, bytes_of(c.dtype), ranks};
  p.solver = solver_of(c.solver);
  p.steps = c.steps;
  p.block = c.block;
  p.transfer = transfer_of(c.transfer);
  p.chunks = c.chunks;
  p.threads = c.threads;
  p.user_exponent = c.user_exponent;
  p.item_exponent = c.item_exponent;
  als_plan const plan = plan_of(p, on);
  als_cost const& cost = plan.cost;
  answer a;
  a.operation = "als";
  a.algorithm = "an iteration: rows of equal cost; of users travel " + text_of(plan.users) + "; of items " +
                text_of(plan.items);
  a.ranks = ranks;
  a.bytes = cost.bytes;
  a.lower_bound = cost.lower_bound;
  a.messages = cost.messages;
  a.memory = cost.memory.total();
  a.memory_before = cost.memory.laying_out;
  a.flops = cost.flops;
  a.seconds = cost.seconds;
  a.details = {{"memory", json_of(cost.memory)},
               {"user_factors", json_of(plan.users)},
               {"item_factors", json_of(plan.items)},
               {"solving_seconds", cost.solving_seconds[0] + cost.solving_seconds[1]},
               {"transfer_seconds", cost.transfer_seconds[0] + cost.transfer_seconds[1]}};
  if (a.lower_bound > 0 && static_cast<double>(a.bytes) > 1.3 * static_cast<double>(a.lower_bound))
    a.remark = plan.users.named && plan.items.named
                   ? "Gram matrices, and rows of whole cache lines"
                   : "to fetch all rows is predicted to be faster, or was asked for";
  return a;
}

answer planned(plan_command const& c, machine const& on, int ranks) {
  if (c.operation == "matmul") return plan_product(c, on, ranks);
  if (c.operation == "retile") return plan_retile_of(c, on, ranks);
  return plan_als(c, on, ranks);
}

nlohmann::ordered_json json_of(answer const& a) {
  nlohmann::ordered_json json{{"operation", a.operation},           {"ranks", a.ranks},
                              {"algorithm", a.algorithm},           {"bytes_max_rank", a.bytes},
                              {"lower_bound_bytes", a.lower_bound}, {"ratio", nullptr},
                              {"messages_max_rank", a.messages},    {"memory_bytes_max_rank", a.memory},
                              {"flops_max_rank", a.flops},          {"predicted_seconds", a.seconds},
                              {"every_rank_counted", a.exact}};
  if (!a.details.is_null()) json.update(a.details);
  if (!a.remark.empty()) json["above_the_bound"] = a.remark;
  if (a.lower_bound > 0) json["ratio"] = static_cast<double>(a.bytes) / static_cast<double>(a.lower_bound);
  return json;
}

std::string text_of(answer const& a) {
  std::string text = fmt::format("{} on {}: {}\n", a.operation, counted(a.ranks, "rank"), a.algorithm);
  auto const line = [&](char const* what, std::string const& value) {
    text += fmt::format("  {:<22}{}\n", what, value);
  };
  line("bytes moved", bytes_text(a.bytes) + (a.exact ? "" : " (of a sample of the ranks)"));
  line("lower bound", a.lower_bound > 0
                          ? fmt::format("{}, ratio {:.3f}", bytes_text(a.lower_bound),
                                        static_cast<double>(a.bytes) / static_cast<double>(a.lower_bound))
                      : a.bytes > 0 ? "none that is known"
                                    : "nothing needs to move");
  line("messages", grouped(a.messages));
  line("memory", bytes_text(a.memory));
  if (a.memory_before > 0) line("memory before, at most", bytes_text(a.memory_before));
  if (a.flops > 0) line("operations", amount(a.flops, "flop"));
  line("predicted time", seconds_text(a.seconds));
  if (!a.remark.empty()) line("above the bound", a.remark);
  return text;
}

/// How many times as fast as on the first of these numbers of ranks.
double speedup(answer const& first, answer const& a) { return a.seconds > 0 ? first.seconds / a.seconds : 1; }
/// That, by how many times as many ranks there are.
double efficiency(answer const& first, answer const& a) { return speedup(first, a) * first.ranks / a.ranks; }

/// A line for each number of ranks.
std::string scaling_table(std::vector<answer> const& answers) {
  std::string text = "  ranks     memory   received  messages    seconds    speed-up  efficiency\n";
  for (answer const& a : answers)
    text += fmt::format("{:>7} {:>10} {:>10} {:>9} {:>10} {:>11.1f} {:>9.1f} %\n", grouped(a.ranks),
                        bytes_text(a.memory), bytes_text(a.bytes), grouped(a.messages), seconds_text(a.seconds),
                        speedup(answers[0], a), 100 * efficiency(answers[0], a));
  return text;
}

std::string text_of(std::vector<answer> const& answers) {
  if (answers.size() > 1 && answers[0].operation == "als") return scaling_table(answers);
  std::string text;
  for (answer const& a : answers) text += text_of(a);
  return text;
}

void write(plan_command const& c, std::vector<answer> const& answers) {
  nlohmann::ordered_json all = nlohmann::ordered_json::array();
  for (answer const& a : answers) {
    all.push_back(json_of(a));
    if (answers.size() == 1) continue;
    all.back()["speedup"] = speedup(answers[0], a);
    all.back()["efficiency"] = efficiency(answers[0], a);
  }
  std::string const text = (answers.size() == 1 ? all[0] : all).dump(2) + "\n";
  write_result(c.json, text);
}

}  // namespace

int main(int argc, char** argv) {
  plan_command command;
  if (auto const code = read_command_line(true, argc, argv, command)) return flushed("pantile-plan", *code);
  try {
    machine const on = machine_for(command);
    std::vector<answer> answers;
    for (int ranks : command.ranks) answers.push_back(planned(command, on, ranks));
    if (!command.json.empty()) write(command, answers);
    if (command.json != "-") std::fputs(text_of(answers).c_str(), stdout);
  } catch (error const& e) {
    std::fprintf(stderr, "pantile-plan: %s\n", e.message().c_str());
    return 1;
  } catch (std::exception const& e) {
    std::fprintf(stderr, "pantile-plan: %s\n", e.what());
    return 1;
  }
  return flushed("pantile-plan", 0);
}
