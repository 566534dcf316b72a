#pragma once

#include <pantile/array/array.hpp>
#include <pantile/sparse/sparse_array.hpp>

#include <source_location>

namespace pantile {

/// How far predictions are from ratings.
struct rating_errors {
  double rmse = 0;      ///< the root of the mean of the squares of the errors
  double mae = 0;       ///< the mean of their absolute values
  index_t ratings = 0;  ///< how many ratings these are means over; both are 0 where there are none
};

/// The errors of predictions of stored ratings, zeros among them (collective): a rating is predicted to be the
/// product of its user's and its item's factors, users x factors and items x factors in any tiling
/// (`predictors_of` gives those of a model with biases). Every rank predicts the ratings of its own users, in
/// double precision; all item factors are gathered on every rank. T: float or double. Throws shape_error where
/// the three shapes do not fit.
template <floating_element T>
rating_errors evaluate_ratings(array<T, 2> const& user_factors, array<T, 2> const& item_factors,
                               sparse_array<T> const& ratings,
                               std::source_location where = std::source_location::current());

/// The errors where every rating is predicted to be `mean`: what a model has to beat (collective).
template <floating_element T>
rating_errors evaluate_mean(double mean, sparse_array<T> const& ratings,
                            std::source_location where = std::source_location::current());

/// The mean of the stored ratings, 0 where there are none (collective).
template <floating_element T>
double mean_rating(sparse_array<T> const& ratings,
                   std::source_location where = std::source_location::current());

}  // namespace pantile
