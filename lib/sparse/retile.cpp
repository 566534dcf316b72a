#include "elements.hpp"
#include "row_cuts.hpp"
#include "sparse_access.hpp"

#include <pantile/sparse/retile.hpp>
#include <pantile/trace/recorder.hpp>

#include <cstring>
#include <numeric>

namespace pantile {

namespace {

/// How many rows and how many stored elements go to each rank.
struct shares {
  std::vector<index_t> rows;
  std::vector<index_t> elements;
  std::vector<index_t> bytes;
};

template <class T>
shares shares_of(sparse_array<T> const& s, std::vector<index_t> const& cuts) {
  shares to;
  for (int rank = 0; rank + 1 < std::ssize(cuts); ++rank) {
    auto const wanted = detail::rows_of(cuts, rank);
    auto const local = [&](index_t row) { return std::clamp<index_t>(row - s.first_row(), 0, s.local_rows()); };
    index_t const first = local(wanted.first), last = local(wanted.last);
    index_t const elements =
        s.offsets()[static_cast<std::size_t>(last)] - s.offsets()[static_cast<std::size_t>(first)];
    to.rows.push_back(last - first);
    to.elements.push_back(elements);
    to.bytes.push_back(elements * index_t{sizeof(T)});
  }
  return to;
}

template <class T>
std::vector<index_t> row_lengths(sparse_array<T> const& s) {
  std::vector<index_t> lengths(static_cast<std::size_t>(s.local_rows()));
  for (std::size_t i = 0; i < lengths.size(); ++i) lengths[i] = s.offsets()[i + 1] - s.offsets()[i];
  return lengths;
}

}  // namespace

template <element T>
sparse_array<T> retile(sparse_array<T> const& s, tiling_rule const& rule, std::source_location where) {
  trace::region const traced("sparse retile", where);
  communicator const& comm = s.comm();
  tiling tiled;
  std::vector<index_t> cuts;
  comm.agree(
      [&] {
        tiled = rule.bind(extents(s.shape()), comm.size(), where);
        cuts = detail::row_cuts_of(tiled, where);
      },
      where);
  comm.check_same("retile(sparse_array)", tiled.fingerprint(), where);
  // Where every row stays where it is nothing moves.
  if (cuts == detail::row_cuts_of(s.tiling(), where)) return detail::sparse_access::tiled_alike(s, tiled);
  shares const to = shares_of(s, cuts);
  detail::csr<T> rows;
  auto const lengths = comm.alltoallv<index_t>(row_lengths(s), to.rows, nullptr, where);
  rows.offsets.resize(lengths.size() + 1);
  std::partial_sum(lengths.begin(), lengths.end(), rows.offsets.begin() + 1);
  rows.columns = comm.alltoallv<index_t>(s.columns(), to.elements, nullptr, where);
  auto const bytes = comm.alltoallv<std::byte>(std::as_bytes(s.values()), to.bytes, nullptr, where);
  rows.values = std::make_unique_for_overwrite<T[]>(rows.columns.size());
  if (!bytes.empty()) std::memcpy(rows.values.get(), bytes.data(), bytes.size());
  return sparse_array<T>(comm, tiled, std::move(rows), 0, where);
}

#define PANTILE_INSTANTIATE(T) \
  template sparse_array<T> retile(sparse_array<T> const&, tiling_rule const&, std::source_location);
PANTILE_SPARSE_ELEMENTS(PANTILE_INSTANTIATE)
#undef PANTILE_INSTANTIATE

}  // namespace pantile
