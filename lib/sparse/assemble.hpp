#pragma once

#include "bucket_sort.hpp"
#include "row_cuts.hpp"

#include <pantile/comm/communicator.hpp>
#include <pantile/sparse/csr.hpp>
#include <pantile/sparse/entry.hpp>

#include <bit>
#include <utility>
#include <vector>

namespace pantile::detail {

/// The entries whose rows this rank owns, from all ranks, in the order of ranks and of their positions
/// (collective).
template <class T>
std::vector<sparse_entry<T>> routed(communicator const& comm, std::vector<index_t> const& cuts,
                                    std::vector<sparse_entry<T>> entries, std::source_location where) {
  if (comm.size() == 1) return entries;
  std::vector<sparse_entry<T>> grouped(entries.size());
  auto const starts = bucket_sort(
      std::ssize(entries), comm.size(),
      [&](index_t i) { return owner_of(cuts, entries[static_cast<std::size_t>(i)].row); },
      [&](index_t i, index_t to) {
        grouped[static_cast<std::size_t>(to)] = entries[static_cast<std::size_t>(i)];
      });
  entries = {};  // memory: the groups and what arrives, never all three
  std::vector<index_t> counts(starts.size() - 1);
  for (std::size_t r = 0; r < counts.size(); ++r) counts[r] = starts[r + 1] - starts[r];
  return comm.alltoallv<sparse_entry<T>>(grouped, counts, nullptr, where);
}

/// Sorts by column, stably: by digits of the column number from the lowest up, each by counting.
template <class T>
void sort_by_column(std::vector<sparse_entry<T>>& entries, index_t columns) {
  constexpr int widest_digit = 18;  // 2 MiB of counters
  auto const bits =
      static_cast<int>(std::bit_width(static_cast<std::uint64_t>(std::max<index_t>(columns - 1, 0))));
  int const passes = (bits + widest_digit - 1) / widest_digit;
  if (passes == 0 || entries.empty()) return;
  int const digit = (bits + passes - 1) / passes;
  std::vector<sparse_entry<T>> sorted(entries.size());
  for (int pass = 0; pass < passes; ++pass) {
    bucket_sort(
        std::ssize(entries), index_t{1} << digit,
        [&](index_t i) {
          return entries[static_cast<std::size_t>(i)].column >> (pass * digit) & ((index_t{1} << digit) - 1);
        },
        [&](index_t i, index_t to) {
          sorted[static_cast<std::size_t>(to)] = entries[static_cast<std::size_t>(i)];
        });
    std::swap(entries, sorted);
  }
}

/// The compressed rows of entries that are in the order of their columns; keeps repeated elements, in their
/// order.
template <class T>
csr<T> assemble(std::vector<sparse_entry<T>> const& entries, row_range rows) {
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
