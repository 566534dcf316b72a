#include <pantile/comm/memory.hpp>
#include <pantile/random/shuffle.hpp>
#include <pantile/trace/recorder.hpp>

#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

namespace pantile::random::detail {

void fill_permutation(index_t* out, index_t first, index_t count, index_t n, std::uint64_t seed) {
  if (trace::rehearsing()) return;
  permutation const order(n, seed);
#pragma omp parallel for schedule(static) if (count > 8192)
  for (index_t i = 0; i < count; ++i) out[i] = order(first + i);
}

void check_permutation_extent(index_t n, std::source_location where) {
  if (n < 0)
    throw shape_error("permuted_indices: got the extent " + std::to_string(n) + "; extents are 0 or more",
                      where);
}

void shuffle_rows(index_t n, std::uint64_t seed, index_t row_bytes, std::byte const* from, std::byte* to) {
  if (row_bytes == 0 || trace::rehearsing()) return;
  permutation const order(n, seed);
  for (index_t i = 0; i < n; ++i)
    std::memcpy(to + i * row_bytes, from + order(i) * row_bytes, static_cast<std::size_t>(row_bytes));
}

void shuffle_rows(communicator const& comm, index_t n, std::uint64_t seed, index_t row_bytes,
                  std::byte const* from, std::byte* to, std::source_location where) {
  if (row_bytes == 0) return;
  permutation const order(n, seed);
  auto const cuts = even_cuts(n, comm.size());
  auto const owner = [&](index_t row) {
    return static_cast<std::size_t>(std::upper_bound(cuts.begin(), cuts.end(), row) - cuts.begin() - 1);
  };
  auto const me = static_cast<std::size_t>(comm.rank());
  index_t const first = cuts[me], mine = cuts[me + 1] - first;
  auto const bytes = static_cast<std::size_t>(row_bytes);

  // Every row goes out in the order of its places, so that the receiver, who asks for its places in that order,
  // finds the rows of each sender one after the other.
  std::vector<std::pair<index_t, index_t>> places(static_cast<std::size_t>(mine));
  for (index_t i = 0; i < mine; ++i) places[static_cast<std::size_t>(i)] = {order.inverse(first + i), i};
  std::sort(places.begin(), places.end());
  // All know the permutation, and so how much goes and comes.
  auto const outgoing = allocate_tile(mine * row_bytes, memory_kind::local);
  std::vector<index_t> counts(static_cast<std::size_t>(comm.size()), 0), coming(counts);
  std::byte* next = outgoing.get();
  for (auto const& [place, row] : places) {
    if (!trace::rehearsing()) std::memcpy(next, from + row * row_bytes, bytes);
    next += row_bytes;
    counts[owner(place)] += row_bytes;
  }
  std::vector<std::size_t> giver(static_cast<std::size_t>(mine));  // of each row that comes
  for (index_t i = 0; i < mine; ++i) {
    std::size_t& from_rank = giver[static_cast<std::size_t>(i)];
    from_rank = owner(order(first + i));
    coming[from_rank] += row_bytes;
  }
  auto const incoming = allocate_tile(mine * row_bytes, memory_kind::local);
  auto const all = static_cast<std::size_t>(mine * row_bytes);
  comm.alltoallv(std::span<std::byte const>(outgoing.get(), all), counts, std::span(incoming.get(), all),
                 coming, where);
  if (trace::rehearsing()) return;
  std::vector<index_t> cursor(coming.size(), 0);
  for (std::size_t r = 1; r < coming.size(); ++r) cursor[r] = cursor[r - 1] + coming[r - 1];
  for (index_t i = 0; i < mine; ++i) {
    index_t& at = cursor[giver[static_cast<std::size_t>(i)]];
    std::memcpy(to + i * row_bytes, incoming.get() + at, bytes);
    at += row_bytes;
  }
}

}  // namespace pantile::random::detail
