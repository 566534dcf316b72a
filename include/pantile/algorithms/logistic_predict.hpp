#pragma once

#include <pantile/algorithms/logistic_regression.hpp>

#include <cstdint>
#include <source_location>
#include <type_traits>
#include <vector>

// What a model of logistic regression says of rows. All functions are collective; X has the columns of the rows
// that the model was made of, not standardized, in any tiling; T: float or double. They throw shape_error where
// X, the labels and the model do not fit.
namespace pantile {

/// The probability of label 1 for every row (N = 1), of every class in the order of `model.classes`: rows x
/// classes (N = 2). Tiled as the rows of X are; where ranks cut the columns of X, all of those have it.
template <feature_matrix Features, int N>
array<typename Features::value_type, N> predict_probabilities(
    Features const& X, logistic_regression_model<typename Features::value_type, N> const& model,
    std::source_location where = std::source_location::current());

/// The most probable label of every row, in the tiling of the probabilities (by rows where their columns are
/// cut, and of custom tilings and halos): label 1 for a half and more (N = 1), the first of equals (N = 2).
template <floating_element T, int N>
array<T, 1> most_probable_labels(array<T, N> const& probabilities, std::vector<std::int64_t> const& classes,
                                 std::source_location where = std::source_location::current());

/// Loss and accuracy. A label that the model does not know has probability 0: the loss is infinite, then. Rows
/// whose probabilities are NaN are no hits. No rows: NaN. Throws domain_error for labels other than 0 and 1
/// (N = 1), or that are no integers (N = 2).
template <feature_matrix Features, int N>
logistic_quality evaluate_logistic(Features const& X, array<typename Features::value_type, 1> const& y,
                                   logistic_regression_model<typename Features::value_type, N> const& model,
                                   std::source_location where = std::source_location::current());

}  // namespace pantile
