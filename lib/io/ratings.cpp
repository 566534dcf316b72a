#include "shares.hpp"

#include <pantile/io/detail/parse_ratings.hpp>
#include <pantile/io/ratings.hpp>
#include <pantile/trace/recorder.hpp>

#include <algorithm>
#include <limits>
#include <numeric>
#include <string>

namespace pantile {

namespace {

using ids_of_parts = std::vector<std::vector<std::int64_t> const*>;

void sort_unique(std::vector<std::int64_t>& ids) {
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
}

/// Every id of any rank, ascending. Each id first goes to one rank that knows all its copies, so that no rank
/// ever holds more than its share of them and the result.
std::vector<std::int64_t> all_ids(communicator const& comm, ids_of_parts const& parts,
                                  std::source_location where) {
  std::vector<std::int64_t> mine, grouped;
  std::vector<index_t> counts(static_cast<std::size_t>(comm.size()), 0);
  auto const rank_of = [&](std::int64_t id) {
    return hash_combine(1, static_cast<std::uint64_t>(id)) % static_cast<std::uint64_t>(comm.size());
  };
  comm.agree(
      [&] {
        for (auto const* ids : parts) mine.insert(mine.end(), ids->begin(), ids->end());
        sort_unique(mine);
        if (comm.size() == 1) return;
        std::vector<index_t> next(counts.size(), 0);
        for (std::int64_t const id : mine) ++counts[rank_of(id)];
        std::exclusive_scan(counts.begin(), counts.end(), next.begin(), index_t{0});
        grouped.resize(mine.size());
        for (std::int64_t const id : mine) grouped[static_cast<std::size_t>(next[rank_of(id)]++)] = id;
      },
      where);
  if (comm.size() == 1) return mine;
  std::vector<std::int64_t> known = comm.alltoallv<std::int64_t>(grouped, counts, nullptr, where);
  sort_unique(known);
  std::vector<std::int64_t> all = comm.allgatherv<std::int64_t>(known, nullptr, where);
  std::sort(all.begin(), all.end());
  return all;
}

/// Throws where there are more ids than places of 32 bits.
void check_places(std::vector<std::int64_t> const& ids, char const* what, std::string const& path,
                  std::source_location where) {
  if (std::ssize(ids) > std::numeric_limits<std::int32_t>::max())
    throw index_error("'" + path + "' has " + std::to_string(ids.size()) + " " + what + "; at most 2^31 - 1",
                      where);
}

/// For each of `ids` its place in `all`.
std::vector<std::int32_t> places(std::vector<std::int64_t> const& ids, std::vector<std::int64_t> const& all) {
  std::vector<std::int32_t> result(ids.size());
  std::transform(ids.begin(), ids.end(), result.begin(), [&](std::int64_t id) {
    return static_cast<std::int32_t>(std::lower_bound(all.begin(), all.end(), id) - all.begin());
  });
  return result;
}

/// The rank that keeps a user: user * ranks / users without overflow, by the same cuts as [users * r / ranks,
/// ...).
class user_ranges {
 public:
  user_ranges(index_t users, int ranks) : starts_(static_cast<std::size_t>(ranks) + 1) {
    for (int r = 0; r <= ranks; ++r)
      starts_[static_cast<std::size_t>(r)] = users / ranks * r + users % ranks * r / ranks;
  }
  std::size_t rank_of(index_t user) const {
    return static_cast<std::size_t>(std::upper_bound(starts_.begin(), starts_.end(), user) - starts_.begin() -
                                    1);
  }
  index_t first(int rank) const { return starts_[static_cast<std::size_t>(rank)]; }
  index_t count(int rank) const { return first(rank + 1) - first(rank); }

 private:
  std::vector<index_t> starts_;
};

/// All entries, by then with global indices, one rank's after the other's: of each so many. The order of the
/// file stays.
template <class T>
std::vector<detail::rating_entry<T>> by_ranks(int comm_size, std::vector<detail::ratings_part<T>>& parts,
                                              ratings<T> const& table, user_ranges const& ranges,
                                              std::vector<index_t>& counts) {
  counts.assign(static_cast<std::size_t>(comm_size), 0);
  for (auto& part : parts) {
    std::vector<std::int32_t> const users = places(part.user_ids, table.user_ids);
    std::vector<std::int32_t> const items = places(part.item_ids, table.item_ids);
    std::vector<std::size_t> ranks(users.size());
    std::transform(users.begin(), users.end(), ranks.begin(), [&](index_t u) { return ranges.rank_of(u); });
    for (auto& e : part.entries) {
      ++counts[ranks[static_cast<std::size_t>(e.row)]];
      e = {users[static_cast<std::size_t>(e.row)], items[static_cast<std::size_t>(e.column)], e.value};
    }
  }
  if (comm_size == 1 && parts.size() == 1) return std::move(parts.front().entries);
  std::vector<index_t> next(counts.size(), 0);
  std::exclusive_scan(counts.begin(), counts.end(), next.begin(), index_t{0});
  std::vector<detail::rating_entry<T>> grouped(static_cast<std::size_t>(detail::sum_of(counts)));
  for (auto& part : parts) {
    std::size_t rank = 0;
    index_t last = -1;
    for (auto const& e : part.entries) {
      if (e.row != last) rank = ranges.rank_of(last = e.row);
      grouped[static_cast<std::size_t>(next[rank]++)] = e;
    }
    std::vector<detail::rating_entry<T>>().swap(part.entries);
  }
  return grouped;
}

/// Sends each entry to the rank that keeps its user; the order of the file stays.
template <class T>
std::vector<detail::rating_entry<T>> exchange(communicator const& comm,
                                              std::vector<detail::ratings_part<T>>& parts,
                                              ratings<T> const& table, user_ranges const& ranges,
                                              std::source_location where) {
  std::vector<index_t> counts;
  std::vector<detail::rating_entry<T>> grouped;
  comm.agree([&] { grouped = by_ranks(comm.size(), parts, table, ranges, counts); }, where);
  if (comm.size() == 1) return grouped;
  return comm.alltoallv<detail::rating_entry<T>>(grouped, counts, nullptr, where);
}

}  // namespace

template <class T>
ratings<T> read_ratings(communicator const& comm, std::string const& path, ratings_options options,
                        std::source_location where) {
  trace::region const traced("read_ratings", where);
  detail::open_table const table = detail::open_shared_table(comm, path, detail::table_kind::ratings,
                                                             options.separator, options.header, where);
  auto const parse_share = [&](auto const&... share) {
    try {
      return detail::parse_ratings<T>(share...);
    } catch (index_error const& e) {  // knows no file
      throw index_error("'" + path + "' has " + e.message(), where);
    }
  };
  auto parts = detail::parse_shares<detail::ratings_part<T>>(comm, table, where, parse_share);
  ids_of_parts users, items;
  index_t rows = 0;
  for (auto const& part : parts) {
    users.push_back(&part.user_ids);
    items.push_back(&part.item_ids);
    rows += std::ssize(part.entries);
  }
  ratings<T> result;
  result.had_header = table.layout.had_header;
  result.user_ids = all_ids(comm, users, where);
  result.item_ids = all_ids(comm, items, where);
  check_places(result.user_ids, "users", path, where);
  check_places(result.item_ids, "items", path, where);
  user_ranges const ranges(std::ssize(result.user_ids), comm.size());
  result.entries = exchange(comm, parts, result, ranges, where);
  index_t totals[2] = {rows, 0};
  comm.agree(
      [&] {
        totals[1] = detail::drop_duplicates(result.entries, ranges.first(comm.rank()),
                                            ranges.count(comm.rank()), std::ssize(result.item_ids));
      },
      where);
  comm.allreduce(std::span<index_t>(totals), reduce_op::sum, where);
  result.lines = totals[0];
  result.duplicates = totals[1];
  return result;
}

template ratings<float> read_ratings(communicator const&, std::string const&, ratings_options,
                                     std::source_location);
template ratings<double> read_ratings(communicator const&, std::string const&, ratings_options,
                                      std::source_location);

}  // namespace pantile
