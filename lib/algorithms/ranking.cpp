#include "ranking_rows.hpp"
#include "top_list.hpp"

#include <pantile/algorithms/ranking.hpp>
#include <pantile/kernel/matrix.hpp>

#include <omp.h>

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

struct quality_of_user {
  double ndcg = 0, recall = 0;
};

/// `list` says recommendation k, `held` ascends.
template <class List>
quality_of_user quality(List const& item_at, std::size_t length, std::span<index_t const> held) {
  double gain = 0, ideal = 0, hits = 0;
  for (std::size_t k = 0; k < length; ++k) {
    double const discount = 1 / std::log2(static_cast<double>(k) + 2);
    if (k < held.size()) ideal += discount;
    index_t const item = item_at(k);
    if (item < 0 || !std::binary_search(held.begin(), held.end(), item)) continue;
    gain += discount;
    ++hits;
  }
  return {ideal > 0 ? gain / ideal : 0, hits / static_cast<double>(held.size())};
}

ranking_quality averaged(communicator const& comm, std::vector<quality_of_user> const& users,
                         std::source_location where) {
  double sums[3] = {0, 0, static_cast<double>(users.size())};
  for (quality_of_user const& q : users) {
    sums[0] += q.ndcg;
    sums[1] += q.recall;
  }
  comm.allreduce(std::span<double>(sums), reduce_op::sum, where);
  double const count = std::max(sums[2], 1.0);
  return {sums[0] / count, sums[1] / count, static_cast<index_t>(sums[2])};
}

void check_fit(extents const& training, extents const& held_out, index_t length, std::source_location where) {
  if (!(training == held_out))
    throw shape_error("ranking: training ratings of shape " + to_string(training) +
                          ", held-out ones of shape " + to_string(held_out),
                      where);
  if (length < 1)
    throw domain_error("ranking: the length must be at least 1, got " + std::to_string(length), where);
}

/// Scores batches of users against all items, a batch per thread at a time.
template <class T>
class scorer {
 public:
  static constexpr index_t batch = 32;
  scorer(array<T, 2> const& own_users, array<T, 2> const& all_items)
      : users_(own_users), items_(all_items), threads_(static_cast<std::size_t>(omp_get_max_threads())) {
    for (buffers& b : threads_) {
      b.users.resize(static_cast<std::size_t>(batch * users_.extent(1)));
      b.scores.resize(static_cast<std::size_t>(batch * items_.extent(0)));
    }
  }

  /// Calls visit(i, score_of) for the i-th of `rows`, on any thread.
  template <class Visit>
  void for_each(std::vector<index_t> const& rows, Visit visit) {
    index_t const count = std::ssize(rows), k = users_.extent(1), items = items_.extent(0);
#pragma omp parallel for schedule(dynamic) num_threads(static_cast <int>(threads_.size()))
    for (index_t begin = 0; begin < count; begin += batch) {
      buffers& b = threads_[static_cast<std::size_t>(omp_get_thread_num())];
      index_t const n = std::min(batch, count - begin);
      for (index_t i = 0; i < n; ++i)
        std::copy_n(users_.data() + rows[static_cast<std::size_t>(begin + i)] * k, k, b.users.data() + i * k);
      kernel::gemm<T>(n, items, k, {b.users.data(), k, false}, {items_.data(), k, true}, b.scores.data(),
                      items);
      for (index_t i = 0; i < n; ++i)
        visit(begin + i, [&, of_user = b.scores.data() + i * items](index_t item) { return of_user[item]; });
    }
  }

 private:
  struct buffers {
    std::vector<T> users, scores;
  };
  array<T, 2> const& users_;
  array<T, 2> const& items_;
  std::vector<buffers> threads_;
};

}  // namespace

template <floating_element T>
ranking_quality evaluate_ranking(array<T, 2> const& user_factors, array<T, 2> const& item_factors,
                                 sparse_array<T> const& training, sparse_array<T> const& held_out,
                                 index_t length, std::source_location where) {
  check_fit(extents(training.shape()), extents(held_out.shape()), length, where);
  check_factors(user_factors, item_factors, training, where);
  communicator const comm = user_factors.comm();
  array<T, 2> const users = by_rows(user_factors, where);
  array<T, 2> const items = retile(item_factors, tiling::replicated(), where);
  auto const seen = beside(training, users, where), held = beside(held_out, users, where);
  std::vector<quality_of_user> qualities;
  comm.agree(
      [&] {
        auto const rows = evaluated_rows(held);
        qualities.resize(rows.size());
        auto const places = static_cast<std::size_t>(std::min(length, items.extent(0)));
        std::vector<detail::top_list> lists(static_cast<std::size_t>(omp_get_max_threads()),
                                            detail::top_list(static_cast<index_t>(places)));
        scorer<T>(users, items).for_each(rows, [&](index_t i, auto const& score_of) {
          detail::top_list& list = lists[static_cast<std::size_t>(omp_get_thread_num())];
          index_t const row = rows[static_cast<std::size_t>(i)];
          list.clear();
          detail::offer_others(list, score_of, items.extent(0), columns_of(seen, row));
          auto const item_at = [&](std::size_t k) { return k < list.best().size() ? list.best()[k].item : -1; };
          qualities[static_cast<std::size_t>(i)] = quality(item_at, places, columns_of(held, row));
        });
      },
      where);
  return averaged(comm, qualities, where);
}

template <floating_element T>
ranking_quality evaluate_popularity(sparse_array<T> const& training, sparse_array<T> const& held_out,
                                    index_t length, std::source_location where) {
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
  std::vector<quality_of_user> qualities;
  for (index_t const row : evaluated_rows(held)) {
    auto const seen = columns_of(training, row);
    list.clear();
    for (index_t const item : order) {
      if (list.size() == places) break;
      if (!std::binary_search(seen.begin(), seen.end(), item)) list.push_back(item);
    }
    auto const item_at = [&](std::size_t k) { return k < list.size() ? list[k] : -1; };
    qualities.push_back(quality(item_at, places, columns_of(held, row)));
  }
  return averaged(comm, qualities, where);
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
