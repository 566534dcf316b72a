#include "ranking_rows.hpp"

#include <pantile/algorithms/rating_errors.hpp>
#include <pantile/trace/recorder.hpp>

#include <cmath>
#include <numeric>
#include <span>

namespace pantile {

namespace {

/// The means of what predicted(local row, item) is wrong by.
template <class T, class Predicted>
rating_errors errors_of(sparse_array<T> const& ratings, Predicted predicted, std::source_location where) {
  double sums[2] = {0, 0};
  for (index_t row = 0; row < ratings.local_rows(); ++row) {
    auto const first = static_cast<std::size_t>(ratings.offsets()[static_cast<std::size_t>(row)]);
    auto const items = detail::columns_of(ratings, row);
    for (std::size_t i = 0; i < items.size(); ++i) {
      double const error = static_cast<double>(ratings.values()[first + i]) - predicted(row, items[i]);
      sums[0] += error * error;
      sums[1] += std::abs(error);
    }
  }
  ratings.comm().allreduce(std::span<double>(sums), reduce_op::sum, where);
  if (ratings.stored() == 0) return {};
  auto const count = static_cast<double>(ratings.stored());
  return {std::sqrt(sums[0] / count), sums[1] / count, ratings.stored()};
}

}  // namespace

template <floating_element T>
rating_errors evaluate_ratings(array<T, 2> const& user_factors, array<T, 2> const& item_factors,
                               sparse_array<T> const& ratings, std::source_location where) {
  trace::region const traced("evaluate_ratings", where);
  detail::check_factors(user_factors, item_factors, ratings, where);
  array<T, 2> const users = detail::by_rows(user_factors, where);
  array<T, 2> const items = retile(item_factors, tiling::replicated(), where);
  index_t const k = users.extent(1);
  return errors_of(
      detail::beside(ratings, users, where),
      [&](index_t row, index_t item) {
        T const* const x = users.data() + row * k;
        T const* const y = items.data() + item * k;
        double product = 0;
        for (index_t f = 0; f < k; ++f) product += static_cast<double>(x[f]) * static_cast<double>(y[f]);
        return product;
      },
      where);
}

template <floating_element T>
rating_errors evaluate_mean(double mean, sparse_array<T> const& ratings, std::source_location where) {
  return errors_of(
      ratings, [&](index_t, index_t) { return mean; }, where);
}

template <floating_element T>
double mean_rating(sparse_array<T> const& ratings, std::source_location where) {
  if (ratings.stored() == 0) return 0;
  auto const values = ratings.values();
  double const sum = std::accumulate(values.begin(), values.end(), 0.0);
  return ratings.comm().allreduce(sum, reduce_op::sum, where) / static_cast<double>(ratings.stored());
}

#define PANTILE_INSTANTIATE(T)                                                                            \
  template rating_errors evaluate_ratings(array<T, 2> const&, array<T, 2> const&, sparse_array<T> const&, \
                                          std::source_location);                                          \
  template rating_errors evaluate_mean(double, sparse_array<T> const&, std::source_location);             \
  template double mean_rating(sparse_array<T> const&, std::source_location);
PANTILE_INSTANTIATE(float)
PANTILE_INSTANTIATE(double)
#undef PANTILE_INSTANTIATE

}  // namespace pantile
