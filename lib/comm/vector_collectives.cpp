#include "state.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <numeric>

namespace pantile {

using detail::call_mpi;

namespace {

constexpr int exchange_tag = 32000;  // of the messages that large vector collectives and gather run as

std::vector<index_t> offsets_of(std::span<index_t const> counts) {
  std::vector<index_t> offsets(counts.size() + 1, 0);
  std::partial_sum(counts.begin(), counts.end(), offsets.begin() + 1);
  return offsets;
}

/// MPI's vector collectives take counts and displacements as int.
bool fits_int(std::span<index_t const> offsets, index_t limit) {
  return offsets.back() <= std::min<index_t>(limit, std::numeric_limits<int>::max());
}

std::vector<int> as_int(std::span<index_t const> values, std::size_t n) {
  std::vector<int> result(n);
  std::transform(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(n), result.begin(),
                 [](index_t v) { return static_cast<int>(v); });
  return result;
}

}  // namespace

std::vector<index_t> communicator::share_count(char const* operation, std::uint64_t hash, index_t own,
                                               where_t where) const {
  trace::needs_other_ranks(operation);
  detail::call_region const here("counts", where);
  check_same(operation, hash, where);
  here.tell(*state_, trace::communication_kind::allgather, {});
  std::vector<index_t> counts(static_cast<std::size_t>(size()));
  call_mpi(operation, where,
           [&] { return MPI_Allgather(&own, 1, MPI_INT64_T, counts.data(), 1, MPI_INT64_T, state_->handle); });
  return counts;
}

std::vector<index_t> communicator::swap_counts(char const* operation, std::uint64_t hash,
                                               std::span<index_t const> counts, index_t elements,
                                               where_t where) const {
  trace::needs_other_ranks(operation);
  detail::call_region const here("counts", where);
  check_same(operation, where,
             [&] {
               check_counts(operation, counts, elements, where);
               return hash;
             },
             {});
  here.tell(*state_, trace::communication_kind::alltoall, {});
  std::vector<index_t> incoming(counts.size());
  call_mpi(operation, where, [&] {
    return MPI_Alltoall(counts.data(), 1, MPI_INT64_T, incoming.data(), 1, MPI_INT64_T, state_->handle);
  });
  return incoming;
}

void communicator::check_counts(char const* operation, std::span<index_t const> counts, index_t elements,
                                where_t where) const {
  bool const negative = std::any_of(counts.begin(), counts.end(), [](index_t n) { return n < 0; });
  if (std::ssize(counts) != size() || negative || detail::sum_of(counts) != elements)
    throw shape_error(std::string(operation) + ": got " + std::to_string(counts.size()) +
                          " counts that add up to " + std::to_string(detail::sum_of(counts)) +
                          (negative ? ", some negative," : "") + " for " + std::to_string(elements) +
                          " elements and " + std::to_string(size()) + " ranks",
                      where);
}

void communicator::allgatherv_bytes(void const* data, void* all, std::span<index_t const> counts,
                                    where_t where) const {
  std::vector<index_t> const offsets = offsets_of(counts);
  auto const ranks = static_cast<std::size_t>(size());
  auto* bytes = static_cast<std::byte*>(all);
  index_t const own = counts[static_cast<std::size_t>(rank())];
  traffic const volume{own * (size() - 1), offsets.back() - own, size() - 1, size() - 1};
  detail::call_region const here("allgatherv", where);
  here.tell(*state_, trace::communication_kind::allgather, volume);
  if (fits_int(offsets, chunk_limit())) {
    call_mpi("allgatherv", where, [&] {
      return MPI_Allgatherv(data, static_cast<int>(own), MPI_BYTE, all, as_int(counts, ranks).data(),
                            as_int(offsets, ranks).data(), MPI_BYTE, state_->handle);
    });
  } else {  // one broadcast per rank, in pieces
    if (own > 0)
      std::memcpy(bytes + offsets[static_cast<std::size_t>(rank())], data, static_cast<std::size_t>(own));
    for (int root = 0; root < size(); ++root) {
      auto const r = static_cast<std::size_t>(root);
      detail::in_pieces(counts[r], chunk_limit(), [&](index_t offset, int n) {
        call_mpi("allgatherv", where,
                 [&] { return MPI_Bcast(bytes + offsets[r] + offset, n, MPI_BYTE, root, state_->handle); });
      });
    }
  }
  count(volume);
}

void communicator::gather_bytes(void const* data, void* all, std::span<index_t const> counts, int root,
                                where_t where) const {
  detail::call_region const here("gather", where);
  index_t const own = counts[static_cast<std::size_t>(rank())];
  if (rank() != root) {
    if (own > 0) isend_bytes(data, own, root, exchange_tag, where).wait();
    return;
  }
  std::vector<index_t> const offsets = offsets_of(counts);
  auto* bytes = static_cast<std::byte*>(all);
  trace::predicted(offsets.back() - own, state_->seconds(offsets.back() - own, size() - 1));
  std::vector<request> incoming;
  for (int peer = 0; peer < size(); ++peer) {
    auto const p = static_cast<std::size_t>(peer);
    if (counts[p] == 0) continue;
    if (peer == root)
      std::memcpy(bytes + offsets[p], data, static_cast<std::size_t>(own));
    else
      incoming.push_back(ireceive_bytes(bytes + offsets[p], counts[p], peer, exchange_tag, where));
  }
  for (request& r : incoming) r.wait();
}

void communicator::alltoallv_bytes(void const* data, std::span<index_t const> counts, void* received,
                                   std::span<index_t const> received_counts, where_t where) const {
  detail::call_region const here("alltoallv", where);
  std::vector<index_t> const out = offsets_of(counts), in = offsets_of(received_counts);
  auto const ranks = static_cast<std::size_t>(size());
  auto const me = static_cast<std::size_t>(rank());
  auto const* from = static_cast<std::byte const*>(data);
  auto* to = static_cast<std::byte*>(received);
  // Which way to go must be the same on all ranks: it hangs on the largest total of any rank.
  std::int64_t largest = std::max(out.back(), in.back());
  if (trace::rehearsing() && largest > chunk_limit()) trace::needs_other_ranks("alltoallv");
  call_mpi("alltoallv", where,
           [&] { return MPI_Allreduce(MPI_IN_PLACE, &largest, 1, MPI_INT64_T, MPI_MAX, state_->checks); });
  if (largest <= std::min<index_t>(chunk_limit(), std::numeric_limits<int>::max())) {
    index_t const sent = out.back() - counts[me], got = in.back() - received_counts[me];
    traffic const volume{sent, got, size() - 1, size() - 1};
    here.tell(*state_, trace::communication_kind::alltoall, volume);
    call_mpi("alltoallv", where, [&] {
      return MPI_Alltoallv(data, as_int(counts, ranks).data(), as_int(out, ranks).data(), MPI_BYTE, received,
                           as_int(received_counts, ranks).data(), as_int(in, ranks).data(), MPI_BYTE,
                           state_->handle);
    });
    count(volume);
    return;
  }
  index_t const incoming_bytes = in.back() - received_counts[me], outgoing_bytes = out.back() - counts[me];
  trace::predicted(incoming_bytes, state_->seconds(std::max(incoming_bytes, outgoing_bytes), size() - 1));
  if (counts[me] > 0) std::memcpy(to + in[me], from + out[me], static_cast<std::size_t>(counts[me]));
  for (int step = 1; step < size(); ++step) {  // pairwise: one partner out, one in, at a time
    auto const next = static_cast<std::size_t>((rank() + step) % size());
    auto const previous = static_cast<std::size_t>((rank() + size() - step) % size());
    request incoming = ireceive_bytes(to + in[previous], received_counts[previous], static_cast<int>(previous),
                                      exchange_tag, where);
    isend_bytes(from + out[next], counts[next], static_cast<int>(next), exchange_tag, where).wait();
    incoming.wait();
  }
}

}  // namespace pantile
