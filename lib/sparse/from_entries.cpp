#include "assemble.hpp"
#include "elements.hpp"

#include <pantile/base/error.hpp>
#include <pantile/kernel/parallel.hpp>
#include <pantile/sparse/sparse_array.hpp>
#include <pantile/trace/recorder.hpp>

#include <algorithm>
#include <span>

namespace pantile {

namespace {

template <class Entry>
void check_inside(std::vector<Entry> const& entries, extents const& shape, int rank,
                  std::source_location where) {
  for (std::size_t i = 0; i < entries.size(); ++i) {
    auto const& e = entries[i];
    if (e.row >= 0 && e.row < shape[0] && e.column >= 0 && e.column < shape[1]) continue;
    throw index_error("sparse_array: entry " + std::to_string(i) + " of rank " + std::to_string(rank) +
                          " is at (" + std::to_string(e.row) + ", " + std::to_string(e.column) +
                          "), outside the shape " + to_string(shape),
                      where);
  }
}

/// Sorts each row by its columns; those that are equal stay in order. Rows at a time, so that beside the array
/// there is never more than the longest row.
template <class T>
void sort_rows(detail::csr<T>& rows) {
  struct place {
    index_t column, at;
    bool operator<(place const& other) const {
      return column < other.column || (column == other.column && at < other.at);
    }
  };
  auto const sort_these = [&](index_t first, index_t last, int) {
    std::vector<place> order;
    std::vector<T> values;
    for (auto row = static_cast<std::size_t>(first); row < static_cast<std::size_t>(last); ++row) {
      auto const columns = std::span(rows.columns)
                               .subspan(static_cast<std::size_t>(rows.offsets[row]),
                                        static_cast<std::size_t>(rows.offsets[row + 1] - rows.offsets[row]));
      if (std::is_sorted(columns.begin(), columns.end())) continue;
      T* const own = rows.values.get() + rows.offsets[row];
      order.clear();
      for (index_t const column : columns) order.push_back({column, std::ssize(order)});
      std::sort(order.begin(), order.end());
      values.assign(own, own + order.size());
      for (std::size_t i = 0; i < order.size(); ++i) {
        columns[i] = order[i].column;
        own[i] = values[static_cast<std::size_t>(order[i].at)];
      }
    }
  };
  index_t const n = std::ssize(rows.offsets) - 1;
  // In a rehearsal, too, the array is made: whatever comes next reads it.
  if (trace::rehearsing())
    sort_these(0, n, 0);
  else
    kernel::parallel_ranges(n, 8 * std::ssize(rows.columns), sort_these);
}

/// True where an element is stored again right after itself.
bool repeats(std::vector<index_t> const& columns, index_t at, index_t end) {
  return at + 1 < end && columns[static_cast<std::size_t>(at)] == columns[static_cast<std::size_t>(at + 1)];
}

template <class T>
index_t count_repeated(detail::csr<T> const& rows) {
  index_t const n = std::ssize(rows.offsets) - 1;
  index_t repeated = 0;
#pragma omp parallel for reduction(+ : repeated) schedule(static)
  for (index_t row = 0; row < n; ++row) {
    index_t const end = rows.offsets[static_cast<std::size_t>(row + 1)];
    for (index_t i = rows.offsets[static_cast<std::size_t>(row)]; i < end; ++i)
      repeated += repeats(rows.columns, i, end);
  }
  return repeated;
}

/// Keeps the last of equal columns of each row, in place; gives how many it dropped.
template <class T>
index_t drop_repeated(detail::csr<T>& rows) {
  index_t const repeated = count_repeated(rows);
  if (repeated == 0) return 0;
  std::size_t kept = 0;
  index_t begin = 0;
  for (std::size_t row = 0; row + 1 < rows.offsets.size(); ++row) {
    index_t const end = rows.offsets[row + 1];
    for (index_t i = begin; i < end; ++i) {
      if (repeats(rows.columns, i, end)) continue;
      rows.columns[kept] = rows.columns[static_cast<std::size_t>(i)];
      rows.values[kept++] = rows.values[static_cast<std::size_t>(i)];
    }
    begin = end;
    rows.offsets[row + 1] = static_cast<index_t>(kept);
  }
  rows.columns.resize(kept);
  return repeated;
}

}  // namespace

template <element T>
template <class Index>
sparse_array<T> sparse_array<T>::from_entries(communicator const& comm, shape_type const& shape,
                                              tiling_rule const& rule,
                                              std::vector<sparse_entry<T, Index>> entries,
                                              std::source_location where) {
  trace::region const traced("from_entries", where);
  pantile::tiling tiled;
  std::vector<index_t> cuts;
  comm.agree(
      [&] {
        tiled = rule.bind(extents(shape, where), comm.size(), where);
        cuts = detail::row_cuts_of(tiled, where);
        check_inside(entries, tiled.shape(), comm.rank(), where);
      },
      where);
  comm.check_same("sparse_array::from_entries",
                  hash_combine(tiled.fingerprint(), static_cast<std::uint64_t>(dtype_of<T>)), where);
  entries = detail::routed(comm, cuts, std::move(entries), where);
  detail::csr<T> rows;
  index_t dropped = 0;
  comm.agree(
      [&] {
        rows = detail::assemble(entries, detail::rows_of(cuts, comm.rank()));
        entries = {};
        sort_rows(rows);
        dropped = drop_repeated(rows);
      },
      where);
  dropped = comm.allreduce(dropped, reduce_op::sum, where);
  return sparse_array(comm, tiled, std::move(rows), dropped, where);
}

#define PANTILE_INSTANTIATE_INDEX(T, Index)                                                            \
  template sparse_array<T> sparse_array<T>::from_entries(                                              \
      communicator const&, shape_type const&, tiling_rule const&, std::vector<sparse_entry<T, Index>>, \
      std::source_location);
#define PANTILE_INSTANTIATE(T)          \
  PANTILE_INSTANTIATE_INDEX(T, index_t) \
  PANTILE_INSTANTIATE_INDEX(T, std::int32_t)
PANTILE_SPARSE_ELEMENTS(PANTILE_INSTANTIATE)
#undef PANTILE_INSTANTIATE
#undef PANTILE_INSTANTIATE_INDEX

}  // namespace pantile
