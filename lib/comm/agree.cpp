#include "state.hpp"

#include <exception>
#include <functional>
#include <new>
#include <string>

namespace pantile {

std::string communicator::bcast(std::string text, int root, where_t where) const {
  index_t length = std::ssize(text);
  traffic const before = counters();
  bcast(std::span<index_t>(&length, 1), root, where);
  uncount(before);  // the length is no payload
  text.resize(static_cast<std::size_t>(length));
  bcast(std::span<char>(text), root, where);
  return text;
}

void communicator::check_same(char const* operation, where_t where, function_ref<std::uint64_t()> attempt,
                              std::function<std::string()> const& describe) const {
  std::exception_ptr failure;
  std::string problem;
  std::uint64_t print = 0;
  bool no_memory = false;
  try {
    print = attempt();
  } catch (error const& e) {
    failure = std::current_exception();
    problem = e.message();
    no_memory = e.kind() == error_kind::memory;
  } catch (std::bad_alloc const&) {
    failure = std::current_exception();
    problem = "the system has no more memory";
    no_memory = true;
  }
  // Tiles differ in size: what is too much for all of them is said with other numbers on every rank.
  if (failure) print = no_memory ? 0 : std::hash<std::string>{}(problem);
  auto const say = [&] { return failure ? problem : describe ? describe() : std::string(); };
  compare(operation, hash_combine(print, failure ? 1 : 0), where, say, no_memory);
  if (failure) std::rethrow_exception(failure);
}

std::shared_ptr<std::byte> communicator::allocate_part(index_t all, index_t count, index_t element_bytes,
                                                       memory_kind kind, where_t where) const {
  constexpr index_t large = index_t{1} << 30;
  if (all < large / element_bytes) return allocate_tile(count * element_bytes, kind);
  std::shared_ptr<std::byte> memory;
  agree([&] { memory = allocate_tile(checked_product(count, element_bytes), kind); }, where);
  return memory;
}

void communicator::agree(function_ref<void()> work, where_t where) const {
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
  detail::call_region const here("agree", where);
  check_same("agree", 0, where);
  here.tell(*state_, trace::communication_kind::allreduce, {});
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
