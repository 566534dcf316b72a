#pragma once

#include <pantile/algorithms/als.hpp>

#include <source_location>

namespace pantile {

/// Two matrices whose products are what a model predicts.
template <element T>
struct als_predictors {
  array<T, 2> user_factors;  ///< users x columns, tiled by rows
  array<T, 2> item_factors;  ///< items x columns, tiled by rows
};

/// Those of a model, for whatever ranks or compares items by products of factors (ranking.hpp,
/// rating_errors.hpp): its factors, and where it has biases b and c or a mean m two columns more, rows of users
/// then being [m + b_u, x_u, 1] and those of items [1, y_i, c_i] (collective; nothing is sent where the factors
/// are tiled by rows). T: float or double. Throws shape_error where there is not one bias for each row.
template <floating_element T>
als_predictors<T> predictors_of(als_model<T> const& model,
                                std::source_location where = std::source_location::current());

extern template als_predictors<float> predictors_of(als_model<float> const&, std::source_location);
extern template als_predictors<double> predictors_of(als_model<double> const&, std::source_location);

}  // namespace pantile
