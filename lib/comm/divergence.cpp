#include "state.hpp"

#include <pantile/base/element_text.hpp>
#include <pantile/comm/environment.hpp>
#include <pantile/comm/value_checks.hpp>

#include <algorithm>
#include <cstring>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

namespace pantile {

bool communicator::alike(char const* operation, std::uint64_t hash, where_t where) const {
  detail::call_region const here("compare", where);
  here.tell(*state_, trace::communication_kind::allreduce, {});
  std::uint64_t h = hash_combine(hash, 0);
  for (char const* c = operation; *c; ++c) h = hash_combine(h, static_cast<std::uint64_t>(*c));
  std::uint64_t const pair[2] = {h, ~h};
  std::uint64_t largest[2] = {};
  detail::call_mpi(operation, where,
                   [&] { return MPI_Allreduce(pair, largest, 2, MPI_UINT64_T, MPI_MAX, state_->checks); });
  return largest[0] == ~largest[1];
}

void communicator::diverge(char const* operation, std::string const& problem, std::string what, where_t where,
                           std::function<bool(int)> const& listed, bool no_memory) const {
  constexpr std::size_t width = 320, longest = 200;
  std::vector<char> mine(width, '\0'), all(width * static_cast<std::size_t>(size()));
  if (what.size() > longest) what.replace(longest, std::string::npos, "...");
  std::string const text =
      std::string(operation) + what + (where.line() == 0 ? "" : " at " + short_location(where));
  mine[0] = no_memory ? 'm' : '-';
  std::memcpy(mine.data() + 1, text.data(), std::min(text.size(), width - 2));
  detail::call_mpi(operation, where, [&] {
    return MPI_Allgather(mine.data(), width, MPI_CHAR, all.data(), width, MPI_CHAR, state_->checks);
  });
  auto const said_by = [&](int r) { return &all[width * static_cast<std::size_t>(r)]; };
  std::string table = problem;
  for (int r = 0; r < size(); ++r) {
    if (*said_by(r) == 'm')  // not another operation: this one could not begin there
      throw memory_error("rank " + std::to_string(r) + ": " + (said_by(r) + 1), std::string());
    if (!listed || listed(r)) table += "\n  rank " + std::to_string(r) + ": " + (said_by(r) + 1);
  }
  throw divergence_error(table, std::string());
}

namespace {
constexpr char const* other_operations =
    "the ranks are not in the same operation, or call it with different types, counts or roots:";
}

void communicator::check_same(char const* operation, std::uint64_t hash, where_t where,
                              std::function<std::string()> const& describe) const {
  compare(operation, hash, where, describe, false);
}

void communicator::compare(char const* operation, std::uint64_t hash, where_t where,
                           std::function<std::string()> const& describe, bool no_memory) const {
  if (size() == 1 || environment::check_level() < 1 || trace::rehearsing()) return;
  if (alike(operation, hash, where)) return;
  // The ranks differ, and all of them know it: each says where it is, and all throw the same table.
  if (environment::check_level() > 1) common_values(0, operation, where);
  std::string const what = describe ? describe() : std::string();
  diverge(operation, other_operations, what.empty() ? what : " of " + what, where, {}, no_memory);
}

void communicator::check_values(char const* operation, std::span<checked_value const> values,
                                where_t where) const {
  if (size() == 1 || !checks_values()) return;
  std::uint64_t all = 0;
  for (checked_value const& v : values) all = hash_combine(all, v.print);
  if (alike(operation, all, where)) return;
  index_t const common = common_values(std::ssize(values), operation, where);
  std::size_t first = 0;
  while (std::cmp_less(first, common) && alike("value", values[first].print, where)) ++first;
  if (std::cmp_equal(first, common)) diverge(operation, other_operations, {}, where);
  diverge(operation,
          "the ranks have different values where they must have the same:", " with " + values[first].describe(),
          where);
}

index_t communicator::common_values(index_t count, char const* operation, where_t where) const {
  index_t least = 0;
  detail::call_mpi(operation, where,
                   [&] { return MPI_Allreduce(&count, &least, 1, MPI_INT64_T, MPI_MIN, state_->checks); });
  return least;
}

void communicator::check_replicas(char const* operation, std::uint64_t part, checked_value const& elements,
                                  where_t where) const {
  if (size() == 1 || !checks_values()) return;
  std::uint64_t const mine[2] = {part, elements.print};
  std::vector<std::uint64_t> all(2 * static_cast<std::size_t>(size()));
  detail::call_mpi(operation, where, [&] {
    return MPI_Allgather(mine, 2, MPI_UINT64_T, all.data(), 2, MPI_UINT64_T, state_->checks);
  });
  std::map<std::uint64_t, std::uint64_t> seen;
  for (std::size_t i = 0; i < all.size(); i += 2)
    if (seen.emplace(all[i], all[i + 1]).first->second != all[i + 1])
      diverge(operation, "ranks that hold the same part of an array have different elements of it:",
              " of " + elements.describe(), where,
              [&](int r) { return all[2 * static_cast<std::size_t>(r)] == all[i]; });
}

namespace {

checked_value as_checked(argument const& a) {
  return std::visit(
      [&]<class T>(T const& value) -> checked_value {
        std::uint64_t const print = hash_combine(hash_bytes(a.name, std::ssize(std::string_view(a.name))),
                                                 hash_bytes(&value, sizeof value));
        return {print, [&] {
                  std::string text = a.name + std::string(" ");
                  if constexpr (std::is_same_v<T, std::uint64_t>)
                    return text + std::to_string(value);
                  else
                    return text + element_text(dtype_of<T>, reinterpret_cast<std::byte const*>(&value), true);
                }};
      },
      a.value);
}

}  // namespace

std::vector<checked_value> checked_values(std::span<argument const> arguments) {
  std::vector<checked_value> values;
  for (argument const& a : arguments) values.push_back(as_checked(a));
  return values;
}

bool checks_values() noexcept { return environment::check_level() > 1 && !trace::rehearsing(); }

void check_arguments(std::optional<communicator> const& comm, char const* operation,
                     std::initializer_list<argument> arguments, std::source_location where) {
  if (comm && checks_values()) comm->check_values(operation, checked_values(arguments), where);
}

}  // namespace pantile
