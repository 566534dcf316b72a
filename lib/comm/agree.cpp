#include "state.hpp"

#include <pantile/comm/environment.hpp>

#include <algorithm>
#include <cstring>
#include <exception>
#include <functional>
#include <new>
#include <vector>

namespace pantile {

std::string communicator::bcast(std::string text, int root, where_t where) const {
  index_t length = std::ssize(text);
  traffic const before = counters();
  bcast(std::span<index_t>(&length, 1), root, where);
  count(before - counters());  // the length is no payload
  text.resize(static_cast<std::size_t>(length));
  bcast(std::span<char>(text), root, where);
  return text;
}

void communicator::check_same(char const* operation, std::uint64_t hash, where_t where,
                              std::function<std::string()> const& describe) const {
  if (size() == 1 || environment::check_level() < 1 || trace::rehearsing()) return;
  std::uint64_t h = hash_combine(hash, 0);
  for (char const* c = operation; *c; ++c) h = hash_combine(h, static_cast<std::uint64_t>(*c));
  std::uint64_t const pair[2] = {h, ~h};
  std::uint64_t largest[2] = {};
  detail::call_mpi(operation, where,
                   [&] { return MPI_Allreduce(pair, largest, 2, MPI_UINT64_T, MPI_MAX, state_->checks); });
  if (largest[0] == ~largest[1]) return;
  // The ranks differ, and all of them know it: each says where it is, and all throw the same table.
  constexpr std::size_t width = 320, longest = 200;
  std::vector<char> mine(width, '\0'), all(width * static_cast<std::size_t>(size()));
  std::string what = describe ? describe() : std::string();
  if (what.size() > longest) what.replace(longest, std::string::npos, "...");
  std::string const text = std::string(operation) + (what.empty() ? "" : " of " + what) +
                           (where.line() == 0 ? "" : " at " + short_location(where));
  std::memcpy(mine.data(), text.data(), std::min(text.size(), width - 1));
  detail::call_mpi(operation, where, [&] {
    return MPI_Allgather(mine.data(), width, MPI_CHAR, all.data(), width, MPI_CHAR, state_->checks);
  });
  std::string table =
      "the ranks are not in the same operation, or call it with different types, counts or roots:";
  for (int r = 0; r < size(); ++r)
    table += "\n  rank " + std::to_string(r) + ": " + &all[width * static_cast<std::size_t>(r)];
  throw divergence_error(table, std::string());
}

void communicator::check_same(char const* operation, where_t where,
                              std::function<std::uint64_t()> const& attempt,
                              std::function<std::string()> const& describe) const {
  std::exception_ptr failure;
  std::string problem;
  std::uint64_t print = 0;
  try {
    print = attempt();
  } catch (error const& e) {
    failure = std::current_exception();
    problem = e.message();
  } catch (std::bad_alloc const&) {
    failure = std::current_exception();
    problem = "the system has no more memory";
  }
  if (failure) print = std::hash<std::string>{}(problem);
  check_same(operation, hash_combine(print, failure ? 1 : 0), where, [&] {
    return failure ? problem : describe ? describe() : std::string();
  });
  if (failure) std::rethrow_exception(failure);
}

void communicator::agree(std::function<void()> const& work, where_t where) const {
  if (trace::rehearsing()) return work();
  struct failure {
    int kind = 0;
    std::string message, location;
  } mine;
  bool failed = false;
  try {
    work();
  } catch (divergence_error const&) {
    throw;
  } catch (error const& e) {
    failed = true;
    mine = {static_cast<int>(e.kind()), e.message(), e.location()};
  } catch (std::bad_alloc const&) {
    failed = true;
    mine = {static_cast<int>(error_kind::memory), "the system has no more memory", short_location(where)};
  } catch (std::exception const& e) {
    failed = true;
    mine = {static_cast<int>(error_kind::general), e.what(), short_location(where)};
  } catch (...) {
    failed = true;
    mine = {static_cast<int>(error_kind::general), "an exception that is not a std::exception",
            short_location(where)};
  }
  check_same("agree", 0, where);
  int const vote = failed ? size() - rank() : 0;
  int highest = 0;
  detail::call_mpi("agree", where,
                   [&] { return MPI_Allreduce(&vote, &highest, 1, MPI_INT, MPI_MAX, state_->checks); });
  if (highest == 0) return;
  int const root = size() - highest;
  auto share = [&](std::string& text) {
    int length = static_cast<int>(text.size());
    detail::call_mpi("agree", where, [&] { return MPI_Bcast(&length, 1, MPI_INT, root, state_->checks); });
    text.resize(static_cast<std::size_t>(length));
    detail::call_mpi("agree", where,
                     [&] { return MPI_Bcast(text.data(), length, MPI_CHAR, root, state_->checks); });
  };
  detail::call_mpi("agree", where, [&] { return MPI_Bcast(&mine.kind, 1, MPI_INT, root, state_->checks); });
  share(mine.message);
  share(mine.location);
  throw_error(static_cast<error_kind>(mine.kind), mine.message, mine.location);
}

}  // namespace pantile
