#include "ranking_rows.hpp"
#include "top_list.hpp"

#include <pantile/algorithms/ranking.hpp>
#include <pantile/kernel/matrix.hpp>

#include <algorithm>
#include <string>
#include <vector>

namespace pantile {

template <floating_element T>
std::vector<recommendation> recommend(array<T, 2> const& user_factors, array<T, 2> const& item_factors,
                                      sparse_array<T> const& rated, index_t user, index_t count,
                                      std::source_location where) {
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

template std::vector<recommendation> recommend(array<float, 2> const&, array<float, 2> const&,
                                               sparse_array<float> const&, index_t, index_t,
                                               std::source_location);
template std::vector<recommendation> recommend(array<double, 2> const&, array<double, 2> const&,
                                               sparse_array<double> const&, index_t, index_t,
                                               std::source_location);

}  // namespace pantile
