#include "assemble.hpp"
#include "elements.hpp"

#include <pantile/sparse/transpose.hpp>
#include <pantile/trace/recorder.hpp>

#include <omp.h>

#include <algorithm>
#include <bit>
#include <iterator>
#include <numeric>
#include <span>

namespace pantile {

namespace {

/// Which row a stored element is in, for elements that are asked for one after the other.
class row_finder {
 public:
  explicit row_finder(std::span<index_t const> offsets) : offsets_(offsets) {}
  index_t operator()(index_t element) {
    if (!(begin_ <= element && element < end_)) {
      auto const after = std::upper_bound(offsets_.begin(), offsets_.end(), element);
      begin_ = *std::prev(after), end_ = *after;
      row_ = after - offsets_.begin() - 1;
    }
    return row_;
  }

 private:
  std::span<index_t const> offsets_;
  index_t row_ = 0, begin_ = 0, end_ = 0;
};

/// Where nobody else has any rows: out of the array into its transpose, with nothing between.
template <class T>
detail::csr<T> transposed_here(sparse_array<T> const& s) {
  auto const count = static_cast<std::size_t>(s.local_stored());
  detail::csr<T> result;
  result.columns.resize(count);
  result.values = std::make_unique_for_overwrite<T[]>(count);
  struct alignas(64) finder_of_thread : row_finder {
    using row_finder::row_finder;
  };
  std::vector<finder_of_thread> row_of(static_cast<std::size_t>(omp_get_max_threads()),
                                       finder_of_thread(s.offsets()));
  result.offsets = detail::bucket_sort(
      s.local_stored(), s.extent(1), [&](index_t i) { return s.columns()[static_cast<std::size_t>(i)]; },
      [&](index_t i, index_t to) {
        auto const place = static_cast<std::size_t>(to);
        result.columns[place] = row_of[static_cast<std::size_t>(omp_get_thread_num())](i);
        result.values[place] = s.values()[static_cast<std::size_t>(i)];
      });
  return result;
}

/// Rows that come column by column: in every round those of every so-manieth column, so that never all elements
/// are under way, as entries that are twice as large.
template <class T>
class exchanged_transpose {
 public:
  exchanged_transpose(sparse_array<T> const& s, std::vector<index_t> const& cuts, std::source_location where)
      : s_(s), cuts_(cuts), where_(where) {
    comm().agree([&] { count_own(); }, where_);
    auto const counts = comm().template alltoallv<index_t>(own_counts_, columns_of_ranks(), nullptr, where_);
    comm().agree([&] { make_room(counts); }, where_);
    constexpr index_t bytes_of_round = index_t{8} << 20, most_rounds = 8;
    index_t const wanted = s_.stored() / comm().size() * index_t{sizeof(sparse_entry<T>)} / bytes_of_round + 1;
    auto const rounds =
        static_cast<index_t>(std::bit_ceil(static_cast<std::size_t>(std::min(wanted, most_rounds))));
    for (index_t round = 0; round < rounds; ++round) carry_out(round, rounds);
  }
  detail::csr<T> take() { return std::move(rows_); }

 private:
  communicator const& comm() const { return s_.comm(); }

  void count_own() {
    own_counts_.assign(static_cast<std::size_t>(s_.extent(1)), 0);
    for (index_t const column : s_.columns()) ++own_counts_[static_cast<std::size_t>(column)];
  }

  std::vector<index_t> columns_of_ranks() const {
    std::vector<index_t> sizes;
    for (std::size_t r = 0; r + 1 < cuts_.size(); ++r) sizes.push_back(cuts_[r + 1] - cuts_[r]);
    return sizes;
  }

  /// `counts`: of each rank, how many elements of each of the new rows it has.
  void make_room(std::vector<index_t> const& counts) {
    own_counts_ = {};
    auto const mine = detail::rows_of(cuts_, comm().rank());
    auto const rows = static_cast<std::size_t>(mine.count());
    rows_.offsets.assign(rows + 1, 0);
    for (std::size_t i = 0; i < counts.size(); ++i) rows_.offsets[i % rows + 1] += counts[i];
    std::partial_sum(rows_.offsets.begin(), rows_.offsets.end(), rows_.offsets.begin());
    next_.assign(rows_.offsets.begin(), rows_.offsets.end() - 1);
    auto const stored = static_cast<std::size_t>(rows_.offsets.back());
    rows_.columns.resize(stored);
    rows_.values = std::make_unique_for_overwrite<T[]>(stored);
  }

  /// A rank's entries leave in the order of its rows, and the ranks have these one after the other: what
  /// arrives is in the order of the new columns already.
  void carry_out(index_t round, index_t rounds) {
    auto const entries_of_round = [&] {
      std::vector<sparse_entry<T>> entries;
      row_finder row_of(s_.offsets());
      entries.reserve(static_cast<std::size_t>(s_.local_stored() / rounds));
      for (index_t i = 0; i < s_.local_stored(); ++i)
        if (index_t const column = s_.columns()[static_cast<std::size_t>(i)]; (column & (rounds - 1)) == round)
          entries.push_back({column, s_.first_row() + row_of(i), s_.values()[static_cast<std::size_t>(i)]});
      return entries;
    };
    auto const entries = detail::sent_to_owners(comm(), cuts_, entries_of_round, where_);
    index_t const first = detail::rows_of(cuts_, comm().rank()).first;
    for (auto const& e : entries) {
      auto const to = static_cast<std::size_t>(next_[static_cast<std::size_t>(e.row - first)]++);
      rows_.columns[to] = e.column;
      rows_.values[to] = e.value;
    }
  }

  sparse_array<T> const& s_;
  std::vector<index_t> const& cuts_;
  std::source_location where_;
  std::vector<index_t> own_counts_;
  std::vector<index_t> next_;
  detail::csr<T> rows_;
};

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
  if (comm.size() > 1)
    return sparse_array<T>(comm, tiled, exchanged_transpose<T>(s, cuts, where).take(), 0, where);
  detail::csr<T> rows;
  comm.agree([&] { rows = transposed_here(s); }, where);
  return sparse_array<T>(comm, tiled, std::move(rows), 0, where);
}

#define PANTILE_INSTANTIATE(T) \
  template sparse_array<T> transpose(sparse_array<T> const&, tiling_rule const&, std::source_location);
PANTILE_SPARSE_ELEMENTS(PANTILE_INSTANTIATE)
#undef PANTILE_INSTANTIATE

}  // namespace pantile
