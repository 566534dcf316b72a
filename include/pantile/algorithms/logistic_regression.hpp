#pragma once

#include <pantile/array/array.hpp>

#include <functional>
#include <source_location>
#include <vector>

namespace pantile {

/// How to descend.
struct logistic_regression_options {
  index_t iterations = 750;
  double alpha = 1e-5;  ///< the step
  index_t report_every =
      0;  ///< evaluate loss and accuracy after so many iterations; 0: after the last one only
};

/// How well weights explain labels.
struct logistic_quality {
  double loss = 0;      ///< mean cross-entropy, in nats
  double accuracy = 0;  ///< part of the rows whose label is the more probable one
};

/// Where the descent stands.
struct logistic_regression_step {
  index_t iteration = 0;  ///< from 1
  logistic_quality quality{};
  double seconds = 0;  ///< mean time of an iteration since the step before, on the slowest rank
};

/// The weights, and how they came about.
template <element T>
struct logistic_regression_model {
  array<T, 1> weights;  ///< one per column of X; cut as the columns of X are
  std::vector<logistic_regression_step> steps;
  double seconds_per_iteration = 0;
};

/// Logistic regression by gradient descent, as in B. Wagle et al. and S. R. Brandt et al. (JetLag, PEARC 2020):
/// from w = 0, `w = w - alpha * dot(transpose(X), sigmoid(dot(X, w)) - y)`, the gradient of the sum over all
/// rows (collective). X is rows x columns, tiled by rows, by columns or replicated (others are retiled to
/// rows); y is one label per row, 0 or 1, in any tiling. T: float or double.
///
/// Communication per iteration: one allreduce, of as many elements as X has columns where it is tiled by rows,
/// as it has rows where it is tiled by columns. `progress` is called on every rank after every reported step.
///
/// Throws on every rank: shape_error where X and y do not fit, domain_error for negative iterations, a step
/// that is not finite, labels other than 0 and 1, and where the weights do not stay finite (the step is too
/// large).
template <floating_element T>
logistic_regression_model<T> logistic_regression(
    array<T, 2> const& X, array<T, 1> const& y, logistic_regression_options const& options = {},
    std::function<void(logistic_regression_step const&)> const& progress = {},
    std::source_location where = std::source_location::current());

/// Loss and accuracy of weights on rows (collective): shapes and tilings as above. No rows: NaN.
template <floating_element T>
logistic_quality evaluate_logistic(array<T, 2> const& X, array<T, 1> const& y, array<T, 1> const& weights,
                                   std::source_location where = std::source_location::current());

}  // namespace pantile
