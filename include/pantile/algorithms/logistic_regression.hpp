#pragma once

#include <pantile/algorithms/next_step.hpp>
#include <pantile/array/array.hpp>

#include <functional>
#include <optional>
#include <source_location>
#include <type_traits>
#include <vector>

namespace pantile {

/// How to descend.
struct logistic_regression_options {
  index_t iterations = 750;
  double alpha = 1e-5;  ///< the step
  index_t report_every =
      0;                    ///< evaluate loss and accuracy after so many iterations; 0: after the last one only
  bool tell_every = false;  ///< progress hears of every iteration, not only of those that are evaluated
};

/// How well weights explain labels.
struct logistic_quality {
  double loss = 0;      ///< mean cross-entropy, in nats
  double accuracy = 0;  ///< part of the rows whose label is the more probable one
};

/// Where the descent stands.
struct logistic_regression_step {
  index_t iteration = 0;       ///< from 1
  logistic_quality quality{};  ///< NaN where it was not evaluated
  double seconds = 0;  ///< mean time of an iteration since the step before, on the slowest rank; NaN likewise
  bool evaluated = true;  ///< false for those of which progress hears by tell_every alone
};

/// The weights, and how they came about.
template <element T>
struct logistic_regression_model {
  array<T, 1> weights;                          ///< one per column of X; cut as the columns of X are
  std::vector<logistic_regression_step> steps;  ///< that were evaluated, without what lies before the start
  double seconds_per_iteration = 0;             ///< of all iterations up to the last of these
};

/// Where to start: from weights, one per column of X in any tiling, that have so many iterations behind them;
/// from 0 where empty. The next iteration is the one after those, the last one still `options.iterations`.
template <element T>
struct logistic_start {
  std::optional<array<T, 1>> weights{};
  index_t iteration = 0;
};

/// What hears of steps, on every rank, and says on all of them alike what is next. The function that it is
/// given makes a copy of the model so far (collective); it throws domain_error for weights that are not finite.
template <element T>
using logistic_progress = std::function<next_step(logistic_regression_step const&,
                                                  std::function<logistic_regression_model<T>()> const&)>;

/// Logistic regression by gradient descent, as in B. Wagle et al. and S. R. Brandt et al. (JetLag, PEARC 2020):
/// from w = 0, `w = w - alpha * dot(transpose(X), sigmoid(dot(X, w)) - y)`, the gradient of the sum over all
/// rows (collective). X is rows x columns, tiled by rows, by columns or replicated (others are retiled to
/// rows); y is one label per row, 0 or 1, in any tiling. T: float or double.
///
/// Communication per iteration: one allreduce, of as many elements as X has columns where it is tiled by rows,
/// as it has rows where it is tiled by columns. `progress` is called on every rank after every step that is
/// evaluated, with `tell_every` after every iteration. The times are those of iterations without what it takes.
///
/// Throws on every rank: shape_error where X, y and the start do not fit, domain_error for negative iterations,
/// a start beyond the last iteration, a step that is not finite, labels other than 0 and 1, and where the
/// weights do not stay finite (the step is too large), as seen where they are evaluated; divergence_error where
/// `progress` goes on here and stops there.
template <floating_element T>
logistic_regression_model<T> logistic_regression(
    array<T, 2> const& X, array<T, 1> const& y, logistic_regression_options const& options = {},
    std::type_identity_t<logistic_start<T>> const& start = {},
    std::type_identity_t<logistic_progress<T>> const& progress = {},
    std::source_location where = std::source_location::current());

/// Loss and accuracy of weights on rows (collective): shapes and tilings as above. No rows: NaN.
template <floating_element T>
logistic_quality evaluate_logistic(array<T, 2> const& X, array<T, 1> const& y, array<T, 1> const& weights,
                                   std::source_location where = std::source_location::current());

}  // namespace pantile
