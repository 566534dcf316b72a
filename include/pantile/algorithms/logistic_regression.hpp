#pragma once

#include <pantile/algorithms/column_scaling.hpp>
#include <pantile/algorithms/feature_matrix.hpp>
#include <pantile/algorithms/next_step.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <source_location>
#include <type_traits>
#include <vector>

// Logistic regression for two classes and for any number of them. With F the sum over all rows of the
// cross-entropy -log p(label), each times the weight of its class, plus lambda / 2 |w|^2 over all weights but
// the intercept, every solver looks for the w with the least F.
namespace pantile {

/// How to find the weights.
enum class logistic_solver : std::uint8_t {
  /// `w = w - alpha * dF/dw`, all iterations, as in B. Wagle et al. and S. R. Brandt et al. (JetLag, PEARC
  /// 2020)
  gradient_descent,
  /// limited-memory BFGS (Nocedal & Wright, Numerical Optimization, 2006, algorithm 7.5), started along the
  /// gradient
  lbfgs,
  /// truncated Newton (the same, algorithm 7.1; Lin, Weng and Keerthi, JMLR 9, 2008): conjugate gradients with
  /// products of the Hessian until the residual is below min(0.5, sqrt(|g| / |g0|)) |g|
  newton
};

/// What to fit, and how to get there.
struct logistic_regression_options {
  index_t iterations = 750;  ///< at most; gradient descent takes all of them
  double alpha = 1e-5;       ///< the step of gradient descent
  index_t report_every =
      0;                    ///< evaluate loss and accuracy after so many iterations; 0: after the last one only
  bool tell_every = false;  ///< progress hears of every iteration, not only of those that are evaluated
  logistic_solver solver = logistic_solver::gradient_descent;  ///< the way down
  double regularization = 0;                                   ///< lambda
  double tolerance = 1e-6;  ///< lbfgs, newton: end where |dF/dw| is at most so much of what it is for w = 0
  index_t memory = 10;      ///< lbfgs: how many steps it remembers
  index_t inner_iterations = 100;       ///< newton: products of the Hessian in an iteration, at most
  bool intercept = false;               ///< a weight that belongs to no column
  bool standardize = false;             ///< as if every column had mean 0 and deviation 1; the model keeps both
  bool balanced = false;                ///< a class weighs rows / (classes * its rows)
  std::vector<double> class_weights{};  ///< or this, one for each class; empty: 1
};

/// How well a model explains labels.
struct logistic_quality {
  double loss = 0;      ///< mean cross-entropy of the rows, in nats, without the weights of the classes
  double accuracy = 0;  ///< part of the rows whose label is the most probable one
};

/// Where the descent stands.
struct logistic_regression_step {
  index_t iteration = 0;       ///< from 1
  logistic_quality quality{};  ///< NaN where it was not evaluated
  double seconds = 0;  ///< mean time of an iteration since the step before, on the slowest rank; NaN likewise
  bool evaluated = true;  ///< false for those of which progress hears by tell_every alone
};

/// Why a descent has ended.
enum class convergence_reason : std::uint8_t {
  iterations,  ///< all of them are done
  tolerance,   ///< the gradient is small enough
  precision,   ///< no lower F is found along the way down: the numbers have no more digits
  stopped      ///< progress said so
};

/// How a descent has ended.
struct convergence_report {
  convergence_reason reason = convergence_reason::iterations;
  bool converged = false;          ///< by tolerance
  index_t iterations = 0;          ///< the last one, those before the start included
  index_t evaluations = 0;         ///< of F with its gradient since the start, one pass over X each
  index_t hessian_products = 0;    ///< of the Hessian with a vector, likewise
  double objective = 0;            ///< F of the model; NaN where it was not evaluated there
  double gradient_norm = 0;        ///< |dF/dw| likewise
  double first_gradient_norm = 0;  ///< |dF/dw| for w = 0; 0 with gradient descent, which does not ask
};

/// The weights, and how they came about. N = 1: for labels 0 and 1; N = 2: for any number of classes.
template <element T, int N = 1>
struct logistic_regression_model {
  /// one per column of X (N = 2: columns x classes), of standardized columns where there is a scaling; cut as
  /// the columns of X are
  array<T, N> weights;
  local_array<T, 1> intercept;                  ///< one (N = 2: one per class); empty where there is none
  std::optional<column_scaling<T>> scaling;     ///< with `standardize`
  std::vector<std::int64_t> classes{0, 1};      ///< the labels, ascending
  std::vector<logistic_regression_step> steps;  ///< that were evaluated, without what lies before the start
  double seconds_per_iteration = 0;             ///< of all iterations up to the last of these
  convergence_report convergence;               ///< how it ended
};

/// Where to start: from weights, one per column of X in any tiling, and intercept that have so many iterations
/// behind them; from 0 where empty. The next iteration is the one after those, the last one still
/// `options.iterations`. Gradient descent and newton go on as if they had not stopped, lbfgs without its
/// memory.
template <element T, int N = 1>
struct logistic_start {
  std::optional<array<T, N>> weights{};          ///< as the model has them
  index_t iteration = 0;                         ///< behind them
  std::optional<local_array<T, 1>> intercept{};  ///< as the model has it; 0 where empty
};

/// What hears of steps, on every rank, and says on all of them alike what is next. The function that it is
/// given makes a copy of the model so far (collective); it throws domain_error for weights that are not finite.
template <element T, int N = 1>
using logistic_progress = std::function<next_step(logistic_regression_step const&,
                                                  std::function<logistic_regression_model<T, N>()> const&)>;

/// Logistic regression of labels 0 and 1 (collective). X is rows x columns: dense, in any tiling (those that
/// are no grid of rows and columns, or have a halo, are retiled to rows first), or sparse; y is one label per
/// row in any tiling.
///
/// Cost: F with its gradient takes one pass over X, as does a product of the Hessian; where ranks cut the
/// columns they read their parts twice. Communication of a pass: one allreduce of as many elements as a rank
/// has columns, among the ranks that cut the rows, one of as many as it has rows, among those that cut the
/// columns, and a few numbers. Columns are standardized inside of the pass, and sparse X stays sparse,
/// whatever its means. Of dense X a standardized copy is made where the mean of a column is so large that
/// scores would cancel in T: |mean| > deviation / (1e4 epsilon of T). The line search of lbfgs and newton
/// satisfies the strong Wolfe conditions (Nocedal & Wright, algorithms 3.5 and 3.6), c1 = 1e-4, c2 = 0.9, from
/// step 1, up to rounding.
///
/// `progress` is called on every rank after every step that is evaluated, with `tell_every` after every
/// iteration. The times are those of iterations without what it takes.
///
/// Throws on every rank: shape_error where X, y, the start and the class weights do not fit, domain_error for
/// options out of range, a start beyond the last iteration, a step that is not finite, labels other than 0 and
/// 1, features that cannot be standardized or have no finite F, and where the weights do not stay finite (the
/// step is too large), as seen where they are evaluated; divergence_error where `progress` goes on here and
/// stops there.
template <feature_matrix Features>
logistic_regression_model<typename Features::value_type> logistic_regression(
    Features const& X, array<typename Features::value_type, 1> const& y,
    logistic_regression_options const& options = {},
    std::type_identity_t<logistic_start<typename Features::value_type>> const& start = {},
    std::type_identity_t<logistic_progress<typename Features::value_type>> const& progress = {},
    std::source_location where = std::source_location::current());

/// The same for two or more classes, whose labels are any integers: p(class c) is proportional to
/// exp(X w_c) (softmax), with weights for every class. Throws domain_error for labels that are no integers,
/// fewer than two classes and more than 100,000.
template <feature_matrix Features>
logistic_regression_model<typename Features::value_type, 2> multinomial_regression(
    Features const& X, array<typename Features::value_type, 1> const& y,
    logistic_regression_options const& options = {},
    std::type_identity_t<logistic_start<typename Features::value_type, 2>> const& start = {},
    std::type_identity_t<logistic_progress<typename Features::value_type, 2>> const& progress = {},
    std::source_location where = std::source_location::current());

}  // namespace pantile
