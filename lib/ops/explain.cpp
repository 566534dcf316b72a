#include "rehearsal.hpp"

#include <pantile/comm/environment.hpp>
#include <pantile/ops/explain.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdlib>
#include <cxxabi.h>
#include <exception>
#include <memory>

namespace pantile {

namespace {

template <class Costs>
void add(Costs& costs, traffic const& v, double flops) {
  costs.bytes_total += v.bytes_sent;
  costs.bytes_busiest = std::max({costs.bytes_busiest, v.bytes_sent, v.bytes_received});
  costs.messages_total += v.messages_sent;
  costs.messages_busiest = std::max({costs.messages_busiest, v.messages_sent, v.messages_received});
  costs.flops_total += flops;
  costs.flops_busiest = std::max(costs.flops_busiest, flops);
}

void add(plan& p, detail::rehearsed_work const& r) {
  double flops = 0;
  for (std::size_t i = 0; i < r.steps.size(); ++i) {
    detail::rehearsed_step const& s = r.steps[i];
    if (i >= p.steps.size()) p.steps.emplace_back();
    plan_step& step = p.steps[i];
    step.depth = s.depth;
    step.operation = s.operation;
    if (step.notes.empty()) step.notes = s.notes;
    add(step, s.volume, s.flops);
    flops += s.flops;
    step.bytes_read += s.bytes_read;
    step.memory_busiest = std::max(step.memory_busiest, s.memory);
    step.lower_bound_busiest = std::max(step.lower_bound_busiest, s.lower_bound);
    step.rejected.resize(std::max(step.rejected.size(), s.rejected.size()));
    for (std::size_t k = 0; k < s.rejected.size(); ++k) {
      trace::alternative& most = step.rejected[k];
      most.algorithm = s.rejected[k].algorithm;
      most.bytes_received = std::max(most.bytes_received, s.rejected[k].bytes_received);
      most.flops = std::max(most.flops, s.rejected[k].flops);
      most.bytes_read = std::max(most.bytes_read, s.rejected[k].bytes_read);
      most.messages = std::max(most.messages, s.rejected[k].messages);
      most.memory = std::max(most.memory, s.rejected[k].memory);
      most.seconds = std::max(most.seconds, s.rejected[k].seconds);
    }
  }
  p.per_rank.push_back(r.total);
  p.temporary_busiest = std::max(p.temporary_busiest, r.most);
  add(p, r.total, flops);
}

std::string amount(double x, char const* unit) {
  char const* const prefixes[] = {"", "k", "M", "G", "T", "P"};
  std::size_t i = 0;
  for (; x >= 1000 && i < 5; ++i) x /= 1000;
  return fmt::format("{:.4g} {}{}", x, prefixes[i], unit);
}

template <class Costs>
std::string costs_text(Costs const& c) {
  std::string text;
  auto also = [&](std::string const& part) { text += (text.empty() ? "" : "; ") + part; };
  if (c.bytes_total > 0)
    also(fmt::format("moves {} in {} messages (busiest rank {} in {})",
                     amount(static_cast<double>(c.bytes_total), "B"), c.messages_total,
                     amount(static_cast<double>(c.bytes_busiest), "B"), c.messages_busiest));
  if (c.flops_total > 0)
    also(fmt::format("{} (busiest rank {})", amount(c.flops_total, "flop"), amount(c.flops_busiest, "flop")));
  return text.empty() ? "moves nothing" : text;
}

std::string alternative_text(trace::alternative const& a) {
  std::string text =
      fmt::format("{}: receives {} in {} message{}", a.algorithm,
                  amount(static_cast<double>(a.bytes_received), "B"), a.messages, a.messages == 1 ? "" : "s");
  if (a.flops > 0) text += ", " + amount(a.flops, "flop");
  if (a.bytes_read > 0) text += ", reads " + amount(a.bytes_read, "B");
  if (a.memory > 0) text += ", takes " + amount(static_cast<double>(a.memory), "B");
  if (a.seconds > 0) text += fmt::format(", {:.3g} s", a.seconds);
  return text + " (busiest rank)";
}

void append_step(std::string& text, plan_step const& s, std::string const& indent) {
  auto const line = [&](std::string const& key, std::string const& value) {
    text += "\n" + indent + key + ": " + value;
  };
  for (auto const& [key, value] : s.notes) line(key, value);
  if (s.bytes_read > 0) line("reads", amount(s.bytes_read, "B") + " of matrices");
  if (s.depth > 0 && s.memory_busiest > 0)
    line("memory", amount(static_cast<double>(s.memory_busiest), "B") + " on the busiest rank");
  if (s.lower_bound_busiest > 0)
    line("lower bound",
         amount(static_cast<double>(s.lower_bound_busiest), "B") + " received by the busiest rank");
  for (auto const& other : s.rejected) line("rejected", alternative_text(other));
}

}  // namespace

namespace detail {

plan rehearse(communicator const& comm, function_ref<void()> statement) {
  return rehearse_with(
      [&] {
        statement();
        return std::optional(comm);
      },
      comm);
}

plan rehearse_with(function_ref<std::optional<communicator>()> statement, std::optional<communicator> comm) {
  int own = 0;
  try {
    own = environment::world().rank();
  } catch (mpi_error const&) {  // local arrays need no environment
  }
  looked_operations seen;
  auto const rehearsed_as = [&](int world_rank) {
    rehearsal one(world_rank, seen);
    trace::listen const here(one);
    comm = statement();
    return one.work();
  };
  rehearsed_work mine;
  std::exception_ptr failure;
  try {
    mine = rehearsed_as(own);
  } catch (...) {
    failure = std::current_exception();
  }
  // Ranks that have looked together end together.
  auto const fail = [&] {
    if (failure) std::rethrow_exception(failure);
  };
  if (comm && seen.collective)
    comm->agree(fail);
  else
    fail();
  plan p;
  if (!comm) {
    add(p, mine);
    return p;
  }
  communicator const all = *comm;
  seen.share(all);
  p.ranks = all.size();
  for (int r = 0; r < p.ranks; ++r) {
    seen.begin(r);
    add(p, r == all.rank() ? mine : rehearsed_as(all.world_rank(r)));
  }
  return p;
}

std::string function_name(std::type_info const& function) {
  int status = 0;
  std::unique_ptr<char, void (*)(void*)> const text(
      abi::__cxa_demangle(function.name(), nullptr, nullptr, &status), std::free);
  std::string name = status == 0 ? text.get() : function.name();
  if (auto const lambda = name.find("{lambda"); lambda != std::string::npos) return "function";
  name.erase(std::min(name.find('<'), name.size()));
  if (auto const colon = name.rfind(':'); colon != std::string::npos) name.erase(0, colon + 1);
  return name;
}

std::string node_name(std::type_info const& node) {
  std::string name = function_name(node);
  if (auto const end = name.rfind("_node"); end != std::string::npos) name.erase(end);
  return name;
}

std::string number_text(double x) { return fmt::format("{:g}", x); }

}  // namespace detail

std::string to_string(plan const& p) {
  std::string text = p.expression.empty() ? "statement" : p.expression + ": " + p.result;
  text += fmt::format("\n  on {} rank{}: {}; at most {} of memory on a rank", p.ranks, p.ranks == 1 ? "" : "s",
                      costs_text(p), amount(static_cast<double>(p.temporary_busiest), "B"));
  if (!p.steps.empty()) append_step(text, p.steps[0], "  ");
  for (std::size_t i = 1; i < p.steps.size(); ++i) {
    plan_step const& s = p.steps[i];
    std::string const indent(static_cast<std::size_t>(2 * s.depth), ' ');
    text += "\n" + indent + "- " + s.operation + ": " + costs_text(s);
    append_step(text, s, indent + "    ");
  }
  return text;
}

std::string to_json(plan const& p) {
  auto const costs = [](auto const& c) {
    return nlohmann::ordered_json{
        {"bytes_total", c.bytes_total},       {"bytes_busiest", c.bytes_busiest},
        {"messages_total", c.messages_total}, {"messages_busiest", c.messages_busiest},
        {"flops_total", c.flops_total},       {"flops_busiest", c.flops_busiest}};
  };
  nlohmann::ordered_json json{{"expression", p.expression}, {"result", p.result}, {"ranks", p.ranks}};
  json.update(costs(p));
  json["temporary_busiest"] = p.temporary_busiest;
  json["per_rank"] = nlohmann::ordered_json::array();
  for (traffic const& t : p.per_rank)
    json["per_rank"].push_back({{"bytes_sent", t.bytes_sent},
                                {"bytes_received", t.bytes_received},
                                {"messages_sent", t.messages_sent},
                                {"messages_received", t.messages_received}});
  json["steps"] = nlohmann::ordered_json::array();
  for (plan_step const& s : p.steps) {
    nlohmann::ordered_json step{{"depth", s.depth}, {"operation", s.operation}};
    step.update(costs(s));
    step["bytes_read"] = s.bytes_read;
    step["memory_busiest"] = s.memory_busiest;
    step["lower_bound_busiest"] = s.lower_bound_busiest;
    for (auto const& [key, value] : s.notes) {
      if (step["notes"].contains(key))  // several rules may have been applied
        step["notes"][key] = step["notes"][key].get<std::string>() + "; " + value;
      else
        step["notes"][key] = value;
    }
    step["rejected"] = nlohmann::ordered_json::array();
    for (auto const& other : s.rejected)
      step["rejected"].push_back({{"algorithm", other.algorithm},
                                  {"bytes_received", other.bytes_received},
                                  {"messages", other.messages},
                                  {"flops", other.flops},
                                  {"bytes_read", other.bytes_read},
                                  {"memory", other.memory},
                                  {"seconds", other.seconds}});
    json["steps"].push_back(step);
  }
  return json.dump(2);
}

}  // namespace pantile
