#pragma once

#include <pantile/algorithms/next_step.hpp>
#include <pantile/array/array.hpp>
#include <pantile/plan/als.hpp>
#include <pantile/sparse/sparse_array.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <source_location>
#include <span>
#include <type_traits>
#include <vector>

namespace pantile {

/// What ratings tell.
enum class als_feedback {
  implicit_ratings,  ///< interest: who has rated likes what was rated rather than what was not
  explicit_ratings,  ///< themselves: they are to be predicted, and pairs without one tell nothing
};

/// What a stored rating r != 0 counts as, of implicit feedback.
enum class als_confidence {
  ratings,  ///< r
  binary,   ///< 1
  log,      ///< log(1 + r)
};

/// How to factorise ratings.
struct als_options {
  index_t factors = 40;
  index_t iterations = 10;
  double alpha = 1;            ///< a rating r has the confidence 1 + alpha r
  double regularization = 10;  ///< lambda
  /// nu: the weight of |x_u|^2 is lambda (n_u + W items)^nu for a user with n_u ratings != 0, and likewise that
  /// of |y_i|^2 with the users; plain lambda for nu = 0. S. Rendle, W. Krichene, L. Zhang, Y. Koren,
  /// "Revisiting the Performance of iALS on Item Recommendation Benchmarks", RecSys 2022, section 3. With
  /// explicit feedback lambda n_u^nu for n_u stored ratings: nu = 1 is ALS-WR, where lambda is about 0.05.
  double regularization_scaling = 0;
  double unobserved_weight = 1;  ///< W: what the error of a pair without a rating weighs
  als_confidence weights = als_confidence::ratings;
  std::uint64_t seed = 0;  ///< of the initial factors
  bool with_loss = true;   ///< evaluate the objective after every iteration
  als_solver solver = als_solver::cholesky;
  index_t steps = 3;   ///< of conjugate gradients
  index_t block = 16;  ///< factors in a subspace
  als_feedback feedback = als_feedback::implicit_ratings;
  bool biases = true;  ///< explicit feedback: a number of every user and every item is added to predictions
  bool mean = true;    ///< explicit feedback: the mean of the ratings is added to predictions
  als_transfer transfer = als_transfer::automatic;
  /// In so many the rows of a rank are solved, and sent while the next ones are solved; 0: where that is
  /// predicted to be faster (between nodes, where sending takes long).
  index_t chunks = 0;
  /// What messages call users and items; their row numbers where empty.
  std::span<std::int64_t const> user_ids{};
  std::span<std::int64_t const> item_ids{};
};

/// One iteration of alternating least squares.
struct als_iteration {
  index_t number = 0;  ///< from 1
  double loss = 0;     ///< the objective after it; NaN without `with_loss`
  double seconds = 0;  ///< the time both halves took on the slowest rank, without the objective
};

/// True where the loss has fallen by less than `tolerance` times itself in each of the last `patience` of these
/// iterations, which follow one another: no reason to go on. With patience < 1 that of one is asked for. False
/// where there are not more iterations than that, or without losses.
bool als_has_converged(std::span<als_iteration const> iterations, double tolerance, index_t patience = 1);

/// Where to start: users x factors and items x factors in any tiling; random where empty.
template <element T>
struct als_start {
  std::optional<array<T, 2>> user_factors{}, item_factors{};
  /// How many iterations the factors have behind them: that of a model that was kept. The next one is the one
  /// after it, and the last one still `als_options::iterations`.
  index_t iteration = 0;
  std::optional<array<T, 2>> user_biases{};  ///< users x 1, of explicit feedback; zeros where empty
  std::optional<array<T, 2>> item_biases{};  ///< items x 1, likewise
};

/// The factors: what is predicted of a user and an item is the product of their rows, and where there are
/// biases b and c and a mean m, X Y' + b + c' + m (als_predictors.hpp).
template <element T>
struct als_model {
  array<T, 2> user_factors;  ///< users x factors, tiled by rows so that the ratings of all ranks cost the same
  array<T, 2> item_factors;  ///< items x factors, likewise
  std::vector<als_iteration> iterations;  ///< those that were carried out, without what lies before the start
  std::optional<array<T, 2>> user_biases{};  ///< users x 1, tiled as their factors: of explicit feedback
  std::optional<array<T, 2>> item_biases{};  ///< items x 1, likewise
  double mean = 0;                           ///< of the ratings, where it was taken off them
};

/// What hears of every iteration, on every rank, and says on all of them alike what is next. The function that
/// it is given makes a copy of the model so far (collective).
template <element T>
using als_progress = std::function<next_step(als_iteration const&, std::function<als_model<T>()> const&)>;

/// Factorises ratings by alternating least squares (collective). For implicit feedback: Y. Hu, Y. Koren, C.
/// Volinsky, "Collaborative Filtering for Implicit Feedback Datasets", ICDM 2008, in the order of Listing 4 of
/// S. R. Brandt et al., "JetLag: An Interactive, Asynchronous Array Computing Environment", PEARC 2020. With
/// the preference p = 1 where a rating r != 0 is stored and 0 elsewhere, it minimises
///   sum over all users u and items i of (1 + alpha r_ui) (p_ui - x_u . y_i)^2 + lambda (|X|^2 + |Y|^2)
/// (other weights of pairs without a rating, of ratings and of the squares of factors: see als_options) over X,
/// then over Y, in every iteration; so the first X depends on the initial Y only, unless conjugate gradients or
/// subspaces start from it (kernel::als_conjugate_gradients, kernel::als_subspace). Ratings are users x items,
/// not negative, in any tiling by rows. T: float or double.
///
/// For explicit feedback it minimises, over the stored ratings alone, which may have any sign and may be zero,
///   sum of (r_ui - m - b_u - c_i - x_u . y_i)^2
///     + sum over users of lambda n_u^nu (|x_u|^2 + b_u^2) + sum over items of lambda n_i^nu (|y_i|^2 + c_i^2)
/// over X and b, then over Y and c: Y. Zhou, D. Wilkinson, R. Schreiber, R. Pan, "Large-scale Parallel
/// Collaborative Filtering for the Netflix Prize", AAIM 2008 (nu = 1, without biases), with the biases of
/// Y. Koren, R. Bell, C. Volinsky, "Matrix Factorization Techniques for Recommender Systems", Computer 2009. A
/// bias is one more unknown of its row, the factor beside a 1, and is solved for together with the others; m is
/// the mean of the ratings, and never changes. Alpha, weights and the unobserved weight do not count, and there
/// is no Gram matrix. A user or an item without ratings has the factors and the bias 0.
///
/// Neither the ratings nor a Gram matrix of users or items is ever dense. Users and items are tiled by rows of
/// equal cost. Per half-iteration: the Gram matrix of the fixed side (factors^2 elements, one allreduce), those
/// of its factors that the ratings of a rank name, or all of them where that is predicted to be faster (see
/// plan/als.hpp; which rows travel is planned once), and one small system per own row. A rank keeps its own
/// factors and those that come to it, no others. The objective is exact, from
///   sum over all pairs of (x_u . y_i)^2 = sum of the elementwise product of X'X and Y'Y
/// and the stored ratings. Initial factors are normal with variance 1 / factors, the same for every number of
/// ranks.
///
/// `progress` is called on every rank after every iteration. With a model that it was given, and the number of
/// its iteration, as the start, the iterations left end where they would have ended, for any number of ranks.
///
/// Throws on every rank: domain_error for options out of range (factors < 1, iterations < 0, steps < 1, block <
/// 1, chunks < 0, a negative or infinite alpha, regularization, scaling or weight; a start beyond the last
/// iteration), shape_error for initial factors of another shape, index_error beyond 2^31 - 1 users or items,
/// linalg_error where the matrix of a row is not positive definite in the precision of T, and where there is no
/// regularization and a row has fewer explicit ratings than unknowns: it names the user or item;
/// divergence_error where `progress` goes on here and stops there.
template <floating_element T>
als_model<T> als(sparse_array<T> ratings, als_options const& options = {}, als_start<T> start = {},
                 std::type_identity_t<als_progress<T>> const& progress = {},
                 std::source_location where = std::source_location::current());

extern template als_model<float> als(sparse_array<float>, als_options const&, als_start<float>,
                                     als_progress<float> const&, std::source_location);
extern template als_model<double> als(sparse_array<double>, als_options const&, als_start<double>,
                                      als_progress<double> const&, std::source_location);

}  // namespace pantile
