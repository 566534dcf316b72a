#include "ranking_rows.hpp"
#include "top_lists.hpp"

#include <pantile/algorithms/ranking.hpp>
#include <pantile/kernel/matrix.hpp>
#include <pantile/trace/recorder.hpp>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <string>
#include <vector>

namespace pantile {

template <floating_element T>
std::vector<recommendation> recommend(array<T, 2> const& user_factors, array<T, 2> const& item_factors,
                                      sparse_array<T> const& rated, index_t user, index_t count,
                                      std::source_location where) {
  trace::region const traced("recommend", where);
  detail::check_factors(user_factors, item_factors, rated, where);
  if (user < 0 || user >= user_factors.extent(0))
    throw index_error(
        "recommend: user " + std::to_string(user) + " of " + std::to_string(user_factors.extent(0)), where);
  communicator const comm = user_factors.comm();
  array<T, 2> const users = detail::by_rows(user_factors, where);
  array<T, 2> const items = retile(item_factors, tiling::replicated(), where);
  auto const seen = detail::beside(rated, users, where);
  box const own = users.owned_box();
  detail::top_list list(std::clamp<index_t>(count, 0, items.extent(0)));
  bool const mine = own.lo[0] <= user && user < own.hi[0];
  if (mine) {
    index_t const k = users.extent(1);
    std::vector<T> scores(static_cast<std::size_t>(items.extent(0)));
    kernel::gemm<T>(1, items.extent(0), k, {users.data() + (user - own.lo[0]) * k, k, false},
                    {items.data(), k, true}, scores.data(), items.extent(0));
    detail::offer_others(
        list, [&](index_t item) { return scores[static_cast<std::size_t>(item)]; }, items.extent(0),
        detail::columns_of(seen, user - own.lo[0]));
  }
  return comm.allgatherv<recommendation>(list.best(), nullptr, where);
}

template <floating_element T>
recommendation_table<T> recommend_to_all(array<T, 2> const& user_factors, array<T, 2> const& item_factors,
                                         sparse_array<T> const& rated, index_t count,
                                         std::source_location where) {
  trace::region const traced("recommend_to_all", where);
  detail::check_factors(user_factors, item_factors, rated, where);
  communicator const comm = user_factors.comm();
  array<T, 2> const users = detail::by_rows(user_factors, where);
  array<T, 2> const items = retile(item_factors, tiling::replicated(), where);
  auto const seen = detail::beside(rated, users, where);
  index_t const places = std::clamp<index_t>(count, 0, items.extent(0));
  tiling_rule const rows = tiling::cuts({users.tiling().boundaries(0), {}});
  recommendation_table<T> table{{comm, {users.extent(0), places}, rows, where},
                                {comm, {users.extent(0), places}, rows, where}};
  comm.agree(
      [&] {
        std::vector<index_t> own(static_cast<std::size_t>(seen.local_rows()));
        std::iota(own.begin(), own.end(), index_t{0});
        index_t* const item = table.items.data();
        T* const score = table.scores.data();
        detail::for_each_list(
            users, items, seen, own, places, [&](index_t row, std::vector<recommendation> const& best) {
              for (index_t k = 0; k < places; ++k) {
                bool const there = k < std::ssize(best);
                recommendation const r = there ? best[static_cast<std::size_t>(k)] : recommendation{-1, 0};
                item[row * places + k] = r.item;
                score[row * places + k] = static_cast<T>(r.score);
              }
            });
      },
      where);
  return table;
}

template <floating_element T>
std::vector<recommendation> similar_items(array<T, 2> const& item_factors, index_t item, index_t count,
                                          std::source_location where) {
  trace::region const traced("similar_items", where);
  index_t const all = item_factors.extent(0), k = item_factors.extent(1);
  if (item < 0 || item >= all)
    throw index_error("similar_items: item " + std::to_string(item) + " of " + std::to_string(all), where);
  communicator const comm = item_factors.comm();
  array<T, 2> const rows = detail::by_rows(item_factors, where);
  box const own = rows.owned_box();
  auto const product = [&](T const* a, T const* b) {
    return std::inner_product(a, a + k, b, 0.0, std::plus<>(),
                              [](T x, T y) { return static_cast<double>(x) * static_cast<double>(y); });
  };
  std::vector<T> wanted;
  if (own.lo[0] <= item && item < own.hi[0])
    wanted.assign(rows.data() + (item - own.lo[0]) * k, rows.data() + (item - own.lo[0] + 1) * k);
  wanted = comm.allgatherv<T>(wanted, nullptr, where);
  double const length = std::sqrt(product(wanted.data(), wanted.data()));
  if (!(length > 0))
    throw domain_error("similar_items: the factors of item " + std::to_string(item) +
                           " are 0, as those of items without ratings are: nothing is similar to it",
                       where);
  index_t const most = std::clamp<index_t>(count, 0, all);
  detail::top_list list(most);
  for (index_t i = own.lo[0]; i < own.hi[0]; ++i) {
    T const* const factors = rows.data() + (i - own.lo[0]) * k;
    double const norm = std::sqrt(product(factors, factors));
    if (i != item && norm > 0) list.offer(i, product(factors, wanted.data()) / (norm * length));
  }
  // Ranks have ascending items: lower ones still come first among equals.
  detail::top_list best(most);
  for (recommendation const& r : comm.allgatherv<recommendation>(list.best(), nullptr, where))
    best.offer(r.item, r.score);
  return best.best();
}

#define PANTILE_INSTANTIATE(T)                                                                                 \
  template std::vector<recommendation> recommend(                                                              \
      array<T, 2> const&, array<T, 2> const&, sparse_array<T> const&, index_t, index_t, std::source_location); \
  template recommendation_table<T> recommend_to_all(array<T, 2> const&, array<T, 2> const&,                    \
                                                    sparse_array<T> const&, index_t, std::source_location);    \
  template std::vector<recommendation> similar_items(array<T, 2> const&, index_t, index_t,                     \
                                                     std::source_location);
PANTILE_INSTANTIATE(float)
PANTILE_INSTANTIATE(double)
#undef PANTILE_INSTANTIATE

}  // namespace pantile
