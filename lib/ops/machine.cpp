#include "../base/file_text.hpp"

#include <pantile/base/bytes.hpp>
#include <pantile/comm/environment.hpp>
#include <pantile/ops/machine.hpp>

#include <nlohmann/json.hpp>

#include <cmath>
#include <limits>
#include <optional>
#include <string>

namespace pantile {

namespace {

void read_number(nlohmann::json const& from, char const* name, double& to, bool may_be_zero,
                 std::string const& path) {
  if (!from.contains(name)) return;
  auto const& value = from[name];
  double const number = value.is_number() ? value.get<double>() : -1;
  if (!std::isfinite(number) || number < 0 || (number == 0 && !may_be_zero))
    throw io_error(path + ": \"" + name + "\" must be a positive number, got " + value.dump(), std::string());
  to = number;
}

void read_part(nlohmann::json const& from, char const* name, machine& to, std::string const& path) {
  if (!from.contains(name)) return;
  auto const& part = from[name];
  if (!part.is_object()) throw io_error(path + ": \"" + name + "\" must be an object", std::string());
  read_number(part, "flops_per_second", to.flops_per_second, false, path);
  read_number(part, "bytes_per_second", to.bytes_per_second, false, path);
  read_number(part, "seconds_per_message", to.seconds_per_message, true, path);
}

machines machines_of(std::string const& text, std::string const& path) {
  auto const all = nlohmann::json::parse(text, nullptr, false);
  if (!all.is_object()) throw io_error(path + " is not what `pantile-bench calibrate` writes", std::string());
  machines m;
  read_part(all, "node", m.node, path);
  read_part(all, "network", m.network, path);
  return m;
}

index_t budget_of_environment() {
  auto const text = environment::agreed_variable("PANTILE_MEMORY_BUDGET");
  if (!text) return std::numeric_limits<index_t>::max();
  auto const bytes = parse_bytes(*text);
  if (!bytes)
    throw domain_error("PANTILE_MEMORY_BUDGET must be a number of bytes such as 4000000000 or 4G, got '" +
                       *text + "'");
  return *bytes;
}

std::optional<index_t> chosen_budget;

}  // namespace

machines read_machines(std::string const& path) {
  auto const text = detail::text_of_file(path);
  if (!text) throw io_error("cannot read " + path);
  return machines_of(*text, path);
}

index_t memory_budget() {
  static index_t const given = budget_of_environment();
  return chosen_budget.value_or(given);
}

void set_memory_budget(index_t bytes) {
  if (bytes < 1) throw domain_error("a memory budget must be at least 1 byte, got " + std::to_string(bytes));
  chosen_budget = bytes;
}

namespace detail {

machine machine_of(communicator const& comm) { return machine_of(comm, comm.size()); }

machine machine_of(communicator const& comm, int ranks) {
  static machines const known = [] {
    auto const path = environment::agreed_variable("PANTILE_MACHINE");
    if (!path) return machines();
    auto const text = environment::agreed_file("PANTILE_MACHINE");
    if (!text) throw io_error("rank 0 cannot read " + *path + ", the file of PANTILE_MACHINE", std::string());
    return machines_of(*text, *path);
  }();
  if (ranks > comm.size()) return known.network;
  for (int r = 1; r < ranks; ++r)
    if (!comm.are_near(0, r)) return known.network;
  return known.node;
}

}  // namespace detail
}  // namespace pantile
