#pragma once

#include "bucket_sort.hpp"
#include "row_cuts.hpp"

#include <pantile/comm/communicator.hpp>
#include <pantile/sparse/csr.hpp>
#include <pantile/sparse/entry.hpp>

#include <algorithm>
#include <utility>
#include <vector>

namespace pantile::detail {

/// The entries whose rows this rank owns, out of those that `make` gives each rank, in the order of ranks and
/// of their positions (collective).
template <class Make>
auto sent_to_owners(communicator const& comm, std::vector<index_t> const& cuts, Make make,
                    std::source_location where) {
  using entry = typename decltype(make())::value_type;
  std::vector<entry> grouped;
  std::vector<index_t> counts;
  comm.agree(
      [&] {
        std::vector<entry> const entries = make();  // memory: the groups and what arrives, never all three
        grouped.resize(entries.size());
        auto const starts = bucket_sort(
            std::ssize(entries), comm.size(),
            [&](index_t i) { return owner_of(cuts, entries[static_cast<std::size_t>(i)].row); },
            [&](index_t i, index_t to) {
              grouped[static_cast<std::size_t>(to)] = entries[static_cast<std::size_t>(i)];
            });
        counts.resize(starts.size() - 1);
        for (std::size_t r = 0; r < counts.size(); ++r) counts[r] = starts[r + 1] - starts[r];
      },
      where);
  return comm.alltoallv<entry>(grouped, counts, nullptr, where);
}

/// The same of entries that are there; where all of them are where they belong, nothing moves.
template <class Entry>
std::vector<Entry> routed(communicator const& comm, std::vector<index_t> const& cuts,
                          std::vector<Entry> entries, std::source_location where) {
  if (comm.size() == 1) return entries;
  bool const stays = std::all_of(
      entries.begin(), entries.end(),
      [rows = rows_of(cuts, comm.rank())](Entry const& e) { return rows.first <= e.row && e.row < rows.last; });
  traffic const before = comm.counters();
  bool const all_stay = comm.allreduce(index_t{stays}, reduce_op::min, where) != 0;
  comm.uncount(before);  // nothing of the entries
  if (all_stay) return entries;
  return sent_to_owners(
      comm, cuts, [&] { return std::move(entries); }, where);
}

/// The compressed rows of entries, in the order in which these come.
template <class T, class Index>
csr<T> assemble(std::vector<sparse_entry<T, Index>> const& entries, row_range rows) {
  csr<T> result;
  result.columns.resize(entries.size());
  result.values = std::make_unique_for_overwrite<T[]>(entries.size());
  result.offsets = bucket_sort(
      std::ssize(entries), rows.count(),
      [&](index_t i) { return entries[static_cast<std::size_t>(i)].row - rows.first; },
      [&](index_t i, index_t to) {
        result.columns[static_cast<std::size_t>(to)] = entries[static_cast<std::size_t>(i)].column;
        result.values[static_cast<std::size_t>(to)] = entries[static_cast<std::size_t>(i)].value;
      });
  return result;
}

}  // namespace pantile::detail
