#include "assemble.hpp"
#include "elements.hpp"

#include <pantile/sparse/transpose.hpp>
#include <pantile/trace/recorder.hpp>

namespace pantile {

namespace {

template <class T>
std::vector<sparse_entry<T>> mirrored(sparse_array<T> const& s) {
  auto const offsets = s.offsets(), columns = s.columns();
  auto const values = s.values();
  std::vector<sparse_entry<T>> entries(columns.size());
#pragma omp parallel for schedule(static)
  for (index_t row = 0; row < s.local_rows(); ++row)
    for (auto i = static_cast<std::size_t>(offsets[static_cast<std::size_t>(row)]);
         i < static_cast<std::size_t>(offsets[static_cast<std::size_t>(row + 1)]); ++i)
      entries[i] = {columns[i], s.first_row() + row, values[i]};
  return entries;
}

}  // namespace

template <element T>
sparse_array<T> transpose(sparse_array<T> const& s, tiling_rule const& rule, std::source_location where) {
  trace::region const traced("sparse transpose", where);
  communicator const& comm = s.comm();
  tiling tiled;
  std::vector<index_t> cuts;
  comm.agree(
      [&] {
        tiled = rule.bind(extents({s.extent(1), s.extent(0)}), comm.size(), where);
        cuts = detail::row_cuts_of(tiled, where);
      },
      where);
  comm.check_same("transpose(sparse_array)", tiled.fingerprint(), where);
  // A rank's entries leave in the order of the old rows, and the ranks have these one after the other: what
  // arrives is in the order of the new columns already.
  auto const entries = detail::routed(comm, cuts, mirrored(s), where);
  return sparse_array<T>(comm, tiled, detail::assemble(entries, detail::rows_of(cuts, comm.rank())), 0, where);
}

#define PANTILE_INSTANTIATE(T) \
  template sparse_array<T> transpose(sparse_array<T> const&, tiling_rule const&, std::source_location);
PANTILE_SPARSE_ELEMENTS(PANTILE_INSTANTIATE)
#undef PANTILE_INSTANTIATE

}  // namespace pantile
