// Alternating least squares for explicit feedback against the objective taken literally: dense matrices on one
// process.
#include "mpi/algorithms/als_cases.hpp"

#include <pantile/algorithms/als_fold_in.hpp>
#include <pantile/algorithms/als_predictors.hpp>
#include <pantile/algorithms/rating_errors.hpp>

#include <catch2/catch.hpp>

#include <cmath>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

using namespace als_cases;
using pantile::als_solver;

namespace {

/// Ratings from -1 to 4, a sixth of them 0, with a NaN where there is none: all of the last user and item.
matrix stored_ratings(index_t users, index_t items) {
  matrix r = small_ratings(users, items);
  for (index_t i = 0; i < r.size(); ++i) {
    double& rating = r.data()[i];
    rating = rating == 0 ? std::nan("") : std::floor(rating) - 1;
  }
  return r;
}

template <class T = double>
pantile::sparse_array<T> spread(matrix const& r) {
  auto const& world = pantile::environment::world();
  std::vector<pantile::sparse_entry<T>> entries;
  for (index_t u = 0; u < r.rows(); ++u)
    for (index_t i = 0; i < r.cols(); ++i)
      if (!std::isnan(r(u, i)) && (u + i) % world.size() == world.rank())
        entries.push_back({u, i, static_cast<T>(r(u, i))});
  return pantile::sparse_array<T>::from_entries(world, {r.rows(), r.cols()}, pantile::tiling::row(),
                                                std::move(entries));
}

/// The objective and its exact halves, row by row. A side is factors and biases; these stay 0 without `biases`.
struct side {
  matrix factors, biases;
};
struct explicit_oracle {
  pantile::als_options o;
  double mean = 0;

  explicit_oracle(pantile::als_options const& options, matrix const& r) : o(options) {
    double sum = 0, count = 0;
    for (index_t i = 0; i < r.size(); ++i)
      if (!std::isnan(r.data()[i])) sum += r.data()[i], ++count;
    if (o.mean) mean = sum / count;
  }
  double lambda(Eigen::VectorXd const& row) const {
    return o.regularization *
           std::pow(static_cast<double>((!row.array().isNaN()).count()), o.regularization_scaling);
  }
  side half(matrix const& r, side const& other) const {
    index_t const k = o.factors, n = k + (o.biases ? 1 : 0);
    side result{matrix::Zero(r.rows(), k), matrix::Zero(r.rows(), 1)};
    for (index_t u = 0; u < r.rows(); ++u) {
      if (r.row(u).array().isNaN().all()) continue;
      matrix a = lambda(r.row(u).transpose()) * matrix::Identity(n, n);
      Eigen::VectorXd b = Eigen::VectorXd::Zero(n);
      for (index_t i = 0; i < r.cols(); ++i) {
        if (std::isnan(r(u, i))) continue;
        Eigen::VectorXd y = Eigen::VectorXd::Ones(n);  // the last one is what multiplies the bias
        y.head(k) = other.factors.row(i).transpose();
        a += y * y.transpose();
        b += (r(u, i) - mean - other.biases(i, 0)) * y;
      }
      Eigen::VectorXd const x = a.ldlt().solve(b);
      result.factors.row(u) = x.head(k).transpose();
      if (o.biases) result.biases(u, 0) = x(k);
    }
    return result;
  }
  double penalty(matrix const& r, side const& s) const {
    double sum = 0;
    for (index_t u = 0; u < r.rows(); ++u)
      if (!r.row(u).array().isNaN().all())
        sum += lambda(r.row(u).transpose()) * (s.factors.row(u).squaredNorm() + s.biases.row(u).squaredNorm());
    return sum;
  }
  matrix predictions(side const& x, side const& y) const {
    matrix p = x.factors * y.factors.transpose();
    p.colwise() += Eigen::VectorXd(x.biases.col(0));
    p.rowwise() += Eigen::RowVectorXd(y.biases.col(0).transpose());
    return p.array() + mean;
  }
  double loss(matrix const& r, side const& x, side const& y) const {
    matrix const error = r - predictions(x, y);
    return error.array().isNaN().select(0, error).array().square().sum() + penalty(r, x) +
           penalty(r.transpose(), y);
  }
};

pantile::als_options explicit_options(index_t factors) {
  return {.factors = factors,
          .iterations = 3,
          .regularization = 0.4,
          .feedback = pantile::als_feedback::explicit_ratings};
}

double distance(std::optional<pantile::array<double, 2>> const& biases, matrix const& expected) {
  return biases ? difference(*biases, expected) : expected.norm();
}

}  // namespace

TEST_CASE("als for explicit feedback does what its objective says, by every solver") {
  auto const [k, scaling, biases, mean] = GENERATE(std::tuple<index_t, double, bool, bool>{5, 1, true, true},
                                                   std::tuple<index_t, double, bool, bool>{8, 0, true, false},
                                                   std::tuple<index_t, double, bool, bool>{1, 0.5, false, true},
                                                   std::tuple<index_t, double, bool, bool>{7, 1, false, false});
  matrix const r = stored_ratings(23, 17);
  auto options = explicit_options(k);
  options.regularization_scaling = scaling;
  options.biases = biases;
  options.mean = mean;
  options.alpha = 3;  // what explicit feedback does not look at
  options.unobserved_weight = 0.3;
  options.weights = pantile::als_confidence::log;
  explicit_oracle const oracle(options, r);
  side x, y{small_factors(17, k, 2), small_factors(17, 1, 3) * (biases ? 1 : 0)};
  pantile::als_start<double> start;
  start.item_factors = distributed_factors<double>(y.factors, pantile::tiling::block());
  if (biases) start.item_biases = distributed_factors<double>(y.biases, pantile::tiling::row());
  std::vector<double> losses;
  for (int i = 0; i < 3; ++i) {
    x = oracle.half(r, y);
    y = oracle.half(r.transpose(), x);
    losses.push_back(oracle.loss(r, x, y));
  }
  for (auto const solver : {als_solver::cholesky, als_solver::conjugate_gradients, als_solver::subspace}) {
    options.solver = solver;
    options.steps = 60;
    options.block = k + 1;
    auto const model = pantile::als(spread(r), options, start);
    CHECK(difference(model.user_factors, x.factors) < 1e-8);
    CHECK(difference(model.item_factors, y.factors) < 1e-8);
    CHECK(model.user_biases.has_value() == biases);
    CHECK(distance(model.user_biases, x.biases) < 1e-8);
    CHECK(distance(model.item_biases, y.biases) < 1e-8);
    CHECK(model.mean == Approx(oracle.mean).epsilon(1e-14));
    for (std::size_t i = 0; i < 3; ++i) CHECK(model.iterations[i].loss == Approx(losses[i]).epsilon(1e-10));
  }
}

TEST_CASE("solvers of explicit feedback that are not exact let the loss fall to that of the exact one") {
  matrix const r = stored_ratings(31, 19);
  auto options = explicit_options(6);
  options.regularization_scaling = 1;
  options.iterations = 20;
  double const best = pantile::als(spread(r), options).iterations.back().loss;
  for (auto const solver : {als_solver::conjugate_gradients, als_solver::subspace}) {
    options.solver = solver;
    options.steps = 2;
    options.block = 2;
    auto const near = pantile::als(spread(r), options);
    for (std::size_t i = 1; i < near.iterations.size(); ++i)
      CHECK(near.iterations[i].loss <= near.iterations[i - 1].loss * (1 + 1e-12));
    CHECK(near.iterations.back().loss == Approx(best).epsilon(3e-2));
  }
}

TEST_CASE("als for explicit feedback in single precision is near to it, and random starts have no biases") {
  matrix const r = stored_ratings(30, 11);
  auto options = explicit_options(4);
  explicit_oracle const oracle(options, r);
  side x, y{small_factors(11, 4, 3), matrix::Zero(11, 1)};
  pantile::als_start<float> start;
  start.item_factors = distributed_factors<float>(y.factors, pantile::tiling::row());
  for (int i = 0; i < 3; ++i) {
    x = oracle.half(r, y);
    y = oracle.half(r.transpose(), x);
  }
  auto const model = pantile::als(spread<float>(r), options, start);
  CHECK(difference(model.user_factors, x.factors) < 1e-3);
  CHECK(difference(*model.item_biases, y.biases) < 1e-3);
  options.iterations = 0;
  auto const begun = pantile::als(spread<float>(r), options);
  CHECK(difference(*begun.user_biases, matrix::Zero(30, 1)) == 0);
  CHECK(difference(begun.user_factors, matrix::Zero(30, 4)) > 0.1);
}

TEST_CASE("predictors multiply to what the model predicts, and its errors are those of that") {
  matrix const r = stored_ratings(23, 17);
  auto options = explicit_options(4);
  options.biases = GENERATE(true, false);
  options.mean = GENERATE(true, false);
  auto const model = pantile::als(spread(r), options);
  explicit_oracle const oracle(options, r);
  auto const whole = [](pantile::array<double, 2> const& a) { return matrix(pantile::all_gather(a).local()); };
  auto const side_of = [&](pantile::array<double, 2> const& f,
                           std::optional<pantile::array<double, 2>> const& b) {
    return side{whole(f), b ? whole(*b) : matrix::Zero(f.extent(0), 1)};
  };
  matrix const expected = oracle.predictions(side_of(model.user_factors, model.user_biases),
                                             side_of(model.item_factors, model.item_biases));
  auto const [users, items] = predictors_of(model);
  CHECK((whole(users) * whole(items).transpose() - expected).cwiseAbs().maxCoeff() < 1e-12);
  // Other ratings than those that were learned, in another order of ranks.
  matrix const others = stored_ratings(17, 23).transpose();
  matrix error = others - expected;
  error = matrix(error.array().isNaN().select(0, error));
  auto const count = static_cast<double>((!others.array().isNaN()).count());
  auto const found = evaluate_ratings(
      users, pantile::array<double, 2>(retile(items, pantile::tiling::column())), spread(others));
  CHECK(found.rmse == Approx(std::sqrt(error.squaredNorm() / count)).epsilon(1e-12));
  CHECK(found.mae == Approx(error.cwiseAbs().sum() / count).epsilon(1e-12));
  CHECK(found.ratings == static_cast<index_t>(count));
  double const mean = mean_rating(spread(r));
  CHECK((!options.mean || mean == Approx(oracle.mean).epsilon(1e-14)));
  matrix rest = others.array() - mean;
  rest = matrix(rest.array().isNaN().select(0, rest));
  CHECK(evaluate_mean(mean, spread(others)).rmse ==
        Approx(std::sqrt(rest.squaredNorm() / count)).epsilon(1e-12));
  matrix const none = matrix::Constant(23, 17, std::nan(""));
  CHECK(evaluate_ratings(users, items, spread(none)).rmse == 0);
  CHECK_THROWS_AS(evaluate_ratings(users, items, spread(r.transpose())), pantile::shape_error);
}

TEST_CASE("explicit feedback goes on from a model that was kept, and folds users in") {
  matrix const r = stored_ratings(29, 18);
  auto options = explicit_options(6);
  options.iterations = 5;
  options.solver = GENERATE(als_solver::cholesky, als_solver::conjugate_gradients, als_solver::subspace);
  options.steps = 2;
  options.block = 4;
  auto const whole = pantile::als(spread(r), options);
  options.iterations = 2;
  auto const part = pantile::als(spread(r), options);
  options.iterations = 5;
  auto const rest = pantile::als<double>(
      spread(r), options, {part.user_factors, part.item_factors, 2, part.user_biases, part.item_biases});
  CHECK(rest.iterations.back().loss == Approx(whole.iterations.back().loss).epsilon(1e-12));
  CHECK(difference(*rest.user_biases, pantile::all_gather(*whole.user_biases).local()) < 1e-10);

  matrix const others = stored_ratings(9, 18);
  auto const folded = pantile::als_fold_in(spread(others), whole, options);
  explicit_oracle oracle(options, r);  // with the mean of the model, not of the new ratings
  side const y{pantile::all_gather(whole.item_factors).local(),
               pantile::all_gather(*whole.item_biases).local()};
  side const expected = oracle.half(others, y);
  CHECK(difference(folded.user_factors, expected.factors) < 1e-9);
  CHECK(difference(*folded.user_biases, expected.biases) < 1e-9);
  CHECK(folded.mean == whole.mean);
}

TEST_CASE("without regularization a user with fewer ratings than unknowns is named on every rank") {
  matrix r = matrix::Constant(12, 9, std::nan(""));
  pantile::random::generator const g(3);
  for (index_t i = 0; i < 11 * 9; ++i) r(i / 9, i % 9) = g.normal(i);
  for (index_t i = 3; i < 9; ++i) r(7, i) = std::nan("");
  auto options = explicit_options(3);
  options.regularization = 0;
  std::string message;
  try {
    pantile::als(spread(r), options);
  } catch (pantile::linalg_error const& e) {
    message = e.message();
  }
  CHECK_THAT(message, Catch::Matchers::Contains("user row 7 has 3 ratings for 4 unknowns"));
  options.biases = false;  // three are enough, and the user without any has no factors
  auto const model = pantile::als(spread(r), options);
  CHECK(std::isfinite(model.iterations.back().loss));
  auto const x = pantile::all_gather(model.user_factors);
  for (index_t f = 0; f < 3; ++f) CHECK(x(11, f) == 0);
}

TEST_CASE("biases that do not fit are refused on every rank") {
  matrix const r = stored_ratings(12, 9);
  pantile::als_start<double> start;
  start.item_biases = distributed_factors<double>(small_factors(9, 2, 1), pantile::tiling::row());
  CHECK_THROWS_AS(pantile::als(spread(r), explicit_options(3), start), pantile::shape_error);
  auto model = pantile::als(spread(r), explicit_options(3));
  model.user_biases = distributed_factors<double>(small_factors(9, 1, 1), pantile::tiling::row());
  CHECK_THROWS_AS(predictors_of(model), pantile::shape_error);
}
