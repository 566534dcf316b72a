#include "als_rows.hpp"

#include <pantile/algorithms/als_forecast.hpp>
#include <pantile/ops/machine.hpp>
#include <pantile/plan/index_gather.hpp>
#include <pantile/sparse/counts.hpp>
#include <pantile/sparse/retile.hpp>
#include <pantile/sparse/transpose.hpp>

#include <algorithm>
#include <numeric>

namespace pantile {

namespace {

using detail::balanced;
using index_list = std::vector<index_t>;

index_list cuts_of(tiling_rule const& rule, index_t rows, int ranks) {
  return rule.bind(extents({rows, 1}), ranks).boundaries(0);
}

/// The rows of one side as the ranks of a forecast would own them: in chunks, of each rank equally many.
struct owned_rows {
  index_list cuts;    // of ranks
  index_list chunks;  // of all ranks, one after the other
  index_t each = 1;   // of a rank

  int ranks() const { return static_cast<int>(cuts.size()) - 1; }
  index_t chunk_of(index_t row) const {
    return std::upper_bound(chunks.begin(), chunks.end(), row) - chunks.begin() - 1;
  }
  std::size_t owner_of(index_t chunk) const { return static_cast<std::size_t>(chunk / each); }
};

owned_rows in_chunks(index_list cuts, index_t each, index_list const& counts, als_options const& options) {
  owned_rows rows{std::move(cuts), {}, each};
  for (std::size_t r = 0; r + 1 < rows.cuts.size(); ++r) {
    std::span<index_t const> const own(counts.begin() + rows.cuts[r], counts.begin() + rows.cuts[r + 1]);
    for (index_t const cut : weighted_cuts(detail::als_row_costs(own, options), static_cast<int>(each)))
      rows.chunks.push_back(rows.cuts[r] + cut);
    rows.chunks.pop_back();  // where the next rank begins
  }
  rows.chunks.push_back(rows.cuts.back());
  return rows;
}

/// What readers of the rows of one side get from their owners. A communicator's ranks look at as many readers
/// each, whose ratings they have.
struct traffic_of_rows {
  index_list fetched, given, received, sent;  // of each rank: rows, rows, messages, messages

  explicit traffic_of_rows(int ranks)
      : fetched(static_cast<std::size_t>(ranks)), given(fetched), received(fetched), sent(fetched) {}
  /// A reader takes so many rows of a chunk of another rank.
  void take(std::size_t reader, std::size_t owner, index_t rows, index_t row_bytes) {
    index_t const messages = row_messages(rows, row_bytes);
    fetched[reader] += rows, given[owner] += rows;
    received[reader] += messages, sent[owner] += messages;
  }
  void add_over(communicator const& comm, std::source_location where) {
    for (index_list* list : {&fetched, &given, &received, &sent})
      comm.allreduce(std::span<index_t>(*list), reduce_op::sum, where);
  }
};

/// Which of the readers this rank looks at: from the first, to the second.
std::pair<int, int> readers_of(int rank, int all_ranks, int readers) {
  auto const first = [&](index_t r) { return static_cast<int>(r * readers / all_ranks); };
  return {first(rank), first(rank + 1)};
}

/// The cuts that give every rank the rows of its readers.
index_list cuts_of_readers(index_list const& cuts, int all_ranks) {
  index_list mine;
  for (int r = 0; r <= all_ranks; ++r)
    mine.push_back(
        cuts[static_cast<std::size_t>(readers_of(r, all_ranks, static_cast<int>(cuts.size()) - 1).first)]);
  return mine;
}

/// What readers with these ratings, whose rows are cut by `readers`, take if they take what these name.
template <class T>
traffic_of_rows named_traffic(sparse_array<T> const& ratings, index_list const& readers, owned_rows const& from,
                              index_t row_bytes, std::source_location where) {
  traffic_of_rows traffic(from.ranks());
  std::vector<int> seen_by(static_cast<std::size_t>(ratings.extent(1)), -1);
  auto const [first, last] = readers_of(ratings.comm().rank(), ratings.comm().size(), from.ranks());
  auto const offset = [&](index_t row) {
    return static_cast<std::size_t>(ratings.offsets()[static_cast<std::size_t>(row - ratings.first_row())]);
  };
  // Of as many chunks as there may be, a reader looks only at those of which it takes any.
  index_list taken(from.chunks.size() - 1), met;
  for (int reader = first; reader < last; ++reader) {
    auto const r = static_cast<std::size_t>(reader);
    for (std::size_t e = offset(readers[r]); e < offset(readers[r + 1]); ++e) {
      index_t const row = ratings.columns()[e];
      int& seen = seen_by[static_cast<std::size_t>(row)];
      if (std::exchange(seen, reader) == reader) continue;
      index_t const chunk = from.chunk_of(row);
      if (taken[static_cast<std::size_t>(chunk)]++ == 0) met.push_back(chunk);
    }
    for (index_t const chunk : met) {
      index_t const rows = std::exchange(taken[static_cast<std::size_t>(chunk)], 0);
      std::size_t const owner = from.owner_of(chunk);
      if (owner != r) traffic.take(r, owner, rows, row_bytes);
    }
    met.clear();
  }
  traffic.add_over(ratings.comm(), where);
  return traffic;
}

/// What all readers take if each takes all rows of others.
traffic_of_rows whole_traffic(owned_rows const& from, index_t row_bytes) {
  traffic_of_rows own(from.ranks());
  for (std::size_t c = 0; c + 1 < from.chunks.size(); ++c) {
    std::size_t const owner = from.owner_of(static_cast<index_t>(c));
    own.take(owner, owner, from.chunks[c + 1] - from.chunks[c], row_bytes);
  }
  traffic_of_rows traffic(from.ranks());
  auto const rows_of_all = std::accumulate(own.given.begin(), own.given.end(), index_t{0}),
             messages_of_all = std::accumulate(own.sent.begin(), own.sent.end(), index_t{0});
  for (std::size_t r = 0; r < own.given.size(); ++r) {
    traffic.fetched[r] = rows_of_all - own.given[r];
    traffic.received[r] = messages_of_all - own.sent[r];
    traffic.given[r] = own.given[r] * (from.ranks() - 1);
    traffic.sent[r] = own.sent[r] * (from.ranks() - 1);
  }
  return traffic;
}

/// One side of a forecast: who owns its rows, and what travels of them.
struct forecast_side {
  index_list counts, cuts;
  als_exchange how{};
  index_list named{};  // rows that each rank would fetch by name
  std::vector<als_part> parts{};

  forecast_side(index_list ratings_of_rows, als_options const& options, int ranks)
      : counts(std::move(ratings_of_rows)),
        cuts(cuts_of(balanced(counts, options), std::ssize(counts), ranks)) {}

  /// `readers` have the rows of `other`, and this side as columns.
  template <class T>
  void plan(als_problem const& p, als_options const& options, sparse_array<T> const& readers,
            forecast_side const& other, machine const& on, std::source_location where) {
    traffic_of_rows traffic =
        named_traffic(readers, other.cuts, in_chunks(cuts, 1, counts, options), p.row_bytes(), where);
    named = traffic.fetched;
    how = choose_exchange(p, std::ssize(counts), *std::max_element(named.begin(), named.end()), on);
    owned_rows const rows = in_chunks(cuts, how.chunks, counts, options);
    if (!how.named || how.chunks > 1)
      traffic = how.named ? named_traffic(readers, other.cuts, rows, p.row_bytes(), where)
                          : whole_traffic(rows, p.row_bytes());
    for (std::size_t r = 0; r + 1 < cuts.size(); ++r) {
      auto const begin = counts.begin() + cuts[r], end = counts.begin() + cuts[r + 1];
      parts.push_back({end - begin, (end - begin) - std::count(begin, end, 0),
                       std::accumulate(begin, end, index_t{0}), traffic.fetched[r], traffic.given[r],
                       traffic.received[r], traffic.sent[r]});
    }
  }
};

double balance_of(std::vector<als_cost> const& ranks, int half) {
  double sum = 0, most = 0;
  for (als_cost const& c : ranks) {
    sum += c.solving_seconds[half];
    most = std::max(most, c.solving_seconds[half]);
  }
  return most > 0 ? sum / static_cast<double>(ranks.size()) / most : 1;
}

}  // namespace

template <floating_element T>
als_forecast forecast_als(sparse_array<T> const& ratings, als_options const& options, int ranks,
                          std::source_location where) {
  detail::check_als_options(options, where);
  communicator const& comm = ratings.comm();
  if (ranks < 1) ranks = comm.size();
  als_forecast result;
  als_problem& p = result.problem;
  p = detail::problem_of(ratings, options, ranks, where);
  machine const on = detail::machine_of(comm, ranks);

  forecast_side users(row_counts(ratings, where), options, ranks),
      items(column_counts(ratings, where), options, ranks);
  auto const rows_of_readers = [&](forecast_side const& side) {
    return tiling_rule::cuts({cuts_of_readers(side.cuts, comm.size()), {}});
  };
  users.plan(p, options, transpose(ratings, rows_of_readers(items), where), items, on, where);
  items.plan(p, options, retile(ratings, rows_of_readers(users), where), users, on, where);

  result.users = users.how;
  result.items = items.how;
  for (std::size_t r = 0; r < users.parts.size(); ++r) {
    als_cost cost = cost_of(p, {users.parts[r], items.parts[r]}, users.how, items.how, on);
    cost.lower_bound = (users.named[r] + items.named[r]) * p.unknowns() * p.element_bytes;
    result.ranks.push_back(cost);
  }
  result.most = busiest(result.ranks);
  for (int half = 0; half < 2; ++half) result.balance[half] = balance_of(result.ranks, half);
  return result;
}

template als_forecast forecast_als(sparse_array<float> const&, als_options const&, int, std::source_location);
template als_forecast forecast_als(sparse_array<double> const&, als_options const&, int, std::source_location);

}  // namespace pantile
