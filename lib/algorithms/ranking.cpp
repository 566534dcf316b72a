#include "ranking_rows.hpp"
#include "top_lists.hpp"

#include <pantile/algorithms/ranking.hpp>
#include <pantile/trace/recorder.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>
#include <string>
#include <vector>

namespace pantile {

namespace {

using namespace detail;

/// Users with held-out items are evaluated; these are their local rows.
template <class T>
std::vector<index_t> evaluated_rows(sparse_array<T> const& held_out) {
  std::vector<index_t> rows;
  for (index_t row = 0; row < held_out.local_rows(); ++row)
    if (!columns_of(held_out, row).empty()) rows.push_back(row);
  return rows;
}

/// The sums that become means: of one user, or of many.
struct qualities {
  double ndcg = 0, recall = 0, map = 0, auc = 0;
};

/// `list` says recommendation k, `held` and `seen` ascend.
template <class List>
qualities quality(List const& item_at, std::size_t length, std::span<index_t const> held,
                  std::span<index_t const> seen, index_t items) {
  double gain = 0, ideal = 0, hits = 0, misses = 0, precisions = 0, pairs = 0;
  for (std::size_t k = 0; k < length; ++k) {
    double const place = static_cast<double>(k) + 1, discount = 1 / std::log2(place + 1);
    if (k < held.size()) ideal += discount;
    index_t const item = item_at(k);
    if (item < 0) continue;
    if (!std::binary_search(held.begin(), held.end(), item)) {
      ++misses;
      pairs += hits;
      continue;
    }
    gain += discount;
    precisions += ++hits / place;
  }
  auto const all = static_cast<double>(held.size());
  auto const known = std::count_if(held.begin(), held.end(), [&](index_t item) {
    return std::binary_search(seen.begin(), seen.end(), item);
  });
  double const relevant = all - static_cast<double>(known),
               others = static_cast<double>(items - std::ssize(seen)) - relevant;
  pairs += (hits + relevant) / 2 * (others - misses);
  return {ideal > 0 ? gain / ideal : 0, hits / all, precisions / std::min(all, static_cast<double>(length)),
          relevant > 0 && others > 0 ? pairs / (relevant * others) : 0.5};
}

ranking_quality averaged(communicator const& comm, std::vector<qualities> const& users,
                         std::source_location where) {
  double sums[5] = {0, 0, 0, 0, static_cast<double>(users.size())};
  for (qualities const& q : users) {
    sums[0] += q.ndcg;
    sums[1] += q.recall;
    sums[2] += q.map;
    sums[3] += q.auc;
  }
  comm.allreduce(std::span<double>(sums), reduce_op::sum, where);
  double const count = std::max(sums[4], 1.0);
  return {sums[0] / count, sums[1] / count, sums[2] / count, sums[3] / count, static_cast<index_t>(sums[4])};
}

void check_fit(extents const& training, extents const& held_out, index_t length, std::source_location where) {
  if (!(training == held_out))
    throw shape_error("ranking: training ratings of shape " + to_string(training) +
                          ", held-out ones of shape " + to_string(held_out),
                      where);
  if (length < 1)
    throw domain_error("ranking: the length must be at least 1, got " + std::to_string(length), where);
}

}  // namespace

template <floating_element T>
ranking_quality evaluate_ranking(array<T, 2> const& user_factors, array<T, 2> const& item_factors,
                                 sparse_array<T> const& training, sparse_array<T> const& held_out,
                                 index_t length, std::source_location where) {
  trace::region const traced("evaluate_ranking", where);
  check_fit(extents(training.shape()), extents(held_out.shape()), length, where);
  check_factors(user_factors, item_factors, training, where);
  communicator const comm = user_factors.comm();
  array<T, 2> const users = by_rows(user_factors, where);
  array<T, 2> const items = retile(item_factors, tiling::replicated(), where);
  auto const seen = beside(training, users, where), held = beside(held_out, users, where);
  std::vector<qualities> of_users;
  comm.agree(
      [&] {
        auto const rows = evaluated_rows(held);
        of_users.resize(rows.size());
        auto const places = static_cast<std::size_t>(std::min(length, items.extent(0)));
        for_each_list(users, items, seen, rows, static_cast<index_t>(places),
                      [&](index_t i, std::vector<recommendation> const& best) {
                        index_t const row = rows[static_cast<std::size_t>(i)];
                        auto const item_at = [&](std::size_t k) { return k < best.size() ? best[k].item : -1; };
                        of_users[static_cast<std::size_t>(i)] = quality(
                            item_at, places, columns_of(held, row), columns_of(seen, row), training.extent(1));
                      });
      },
      where);
  return averaged(comm, of_users, where);
}

template <floating_element T>
ranking_quality evaluate_popularity(sparse_array<T> const& training, sparse_array<T> const& held_out,
                                    index_t length, std::source_location where) {
  trace::region const traced("evaluate_popularity", where);
  check_fit(extents(training.shape()), extents(held_out.shape()), length, where);
  communicator const comm = training.comm();
  auto const held =
      training.tiling() == held_out.tiling() ? held_out : retile(held_out, training.tiling(), where);
  auto const items = static_cast<std::size_t>(training.extent(1));
  std::vector<index_t> counts(items, 0), order(items), list;
  for (std::size_t i = 0; i < training.columns().size(); ++i)
    if (training.values()[i] != 0) ++counts[static_cast<std::size_t>(training.columns()[i])];
  comm.allreduce(std::span<index_t>(counts), reduce_op::sum, where);
  std::iota(order.begin(), order.end(), index_t{0});
  std::stable_sort(order.begin(), order.end(), [&](index_t a, index_t b) {
    return counts[static_cast<std::size_t>(a)] > counts[static_cast<std::size_t>(b)];
  });
  auto const places = std::min(static_cast<std::size_t>(length), items);
  std::vector<qualities> of_users;
  for (index_t const row : evaluated_rows(held)) {
    auto const seen = columns_of(training, row);
    list.clear();
    for (index_t const item : order) {
      if (list.size() == places) break;
      if (!std::binary_search(seen.begin(), seen.end(), item)) list.push_back(item);
    }
    auto const item_at = [&](std::size_t k) { return k < list.size() ? list[k] : -1; };
    of_users.push_back(quality(item_at, places, columns_of(held, row), seen, training.extent(1)));
  }
  return averaged(comm, of_users, where);
}

#define PANTILE_INSTANTIATE(T)                                                                              \
  template ranking_quality evaluate_ranking(array<T, 2> const&, array<T, 2> const&, sparse_array<T> const&, \
                                            sparse_array<T> const&, index_t, std::source_location);         \
  template ranking_quality evaluate_popularity(sparse_array<T> const&, sparse_array<T> const&, index_t,     \
                                               std::source_location);
PANTILE_INSTANTIATE(float)
PANTILE_INSTANTIATE(double)
#undef PANTILE_INSTANTIATE

}  // namespace pantile
