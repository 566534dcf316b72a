#include "../base/file_text.hpp"

#include <pantile/base/bytes.hpp>
#include <pantile/comm/environment.hpp>
#include <pantile/ops/machine.hpp>

#include <limits>
#include <optional>
#include <string>

namespace pantile {

namespace {

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
  return machines_from_text(*text, path);
}

index_t memory_budget() {
  static index_t const given = budget_of_environment();
  return chosen_budget.value_or(given);
}

void set_memory_budget(index_t bytes) {
  if (bytes < 1) throw domain_error("a memory budget must be at least 1 byte, got " + std::to_string(bytes));
  chosen_budget = bytes;
}

}  // namespace pantile
