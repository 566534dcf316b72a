// Alternating least squares against Listing 4 of the JetLag paper taken literally: dense matrices on one
// process.
#include "mpi/algorithms/als_cases.hpp"

#include <pantile/algorithms/als.hpp>
#include <pantile/comm/environment.hpp>
#include <pantile/io/npy.hpp>
#include <pantile/ops/movement.hpp>
#include <pantile/plan/als.hpp>
#include <pantile/random/generator.hpp>

#include <Eigen/Dense>
#include <catch2/catch.hpp>

#include <cmath>

using namespace als_cases;

TEST_CASE("als does what Listing 4 says, from given factors") {
  index_t const users = 23, items = 17;
  auto const [k, alpha, lambda] = GENERATE(std::tuple<index_t, double, double>{1, 1.0, 10.0},
                                           std::tuple<index_t, double, double>{5, 40.0, 0.1},
                                           std::tuple<index_t, double, double>{8, 1.0, 10.0});
  matrix const r = small_ratings(users, items);
  matrix x = small_factors(users, k, 1), y = small_factors(items, k, 2);
  pantile::als_start<double> start;
  start.user_factors = distributed_factors<double>(x, pantile::tiling::column());
  start.item_factors = distributed_factors<double>(y, pantile::tiling::block());
  std::vector<double> losses;
  for (int i = 0; i < 4; ++i) {
    x = half(r, y, alpha, lambda);
    y = half(r.transpose(), x, alpha, lambda);
    losses.push_back(loss(r, x, y, alpha, lambda));
  }
  index_t calls = 0;
  auto const model = pantile::als(distributed<double>(r),
                                  {.factors = k, .iterations = 4, .alpha = alpha, .regularization = lambda},
                                  start, [&](pantile::als_iteration const& i, auto const&) {
                                    CHECK(i.number == ++calls);
                                    return pantile::next_step::go_on;
                                  });
  CHECK(difference(model.user_factors, x) < 1e-10);
  CHECK(difference(model.item_factors, y) < 1e-10);
  REQUIRE(model.iterations.size() == 4);
  CHECK(calls == 4);
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(model.iterations[i].loss == Approx(losses[i]).epsilon(1e-12));
    CHECK(model.iterations[i].seconds >= 0);
  }
}

namespace {

/// Six factors for each side to start from: solvers that are not exact start from both.
pantile::als_start<double> start_for(matrix const& r) {
  pantile::als_start<double> start;
  start.user_factors = distributed_factors<double>(small_factors(r.rows(), 6, 4), pantile::tiling::row());
  start.item_factors = distributed_factors<double>(small_factors(r.cols(), 6, 3), pantile::tiling::row());
  return start;
}
/// Iterations from that start are those of the dense oracle.
void check_exact(matrix const& r, pantile::als_start<double> const& start,
                 pantile::als_options const& options) {
  matrix x, y = small_factors(r.cols(), options.factors, 3);
  for (index_t i = 0; i < options.iterations; ++i) {
    x = half(r, y, options.alpha, options.regularization);
    y = half(r.transpose(), x, options.alpha, options.regularization);
  }
  auto const model = pantile::als(distributed<double>(r), options, start);
  CHECK(difference(model.user_factors, x) < 1e-9);
  CHECK(difference(model.item_factors, y) < 1e-9);
}

}  // namespace

TEST_CASE("als by conjugate gradients: many steps are exact, few come near") {
  matrix const r = small_ratings(31, 19);
  pantile::als_start<double> const start = start_for(r);
  pantile::als_options options{.factors = 6,
                               .iterations = 3,
                               .alpha = 2,
                               .regularization = 1,
                               .solver = pantile::als_solver::conjugate_gradients,
                               .steps = 40};
  check_exact(r, start, options);
  options.steps = 2;
  options.iterations = 25;
  auto const near = pantile::als(distributed<double>(r), options, start);
  for (std::size_t i = 1; i < near.iterations.size(); ++i)
    CHECK(near.iterations[i].loss < near.iterations[i - 1].loss);
  options.solver = pantile::als_solver::cholesky;
  auto const best = pantile::als(distributed<double>(r), options, start);
  CHECK(near.iterations.back().loss <= 1.02 * best.iterations.back().loss);
}

TEST_CASE("als by subspaces: one block is exact, small ones reach its loss") {
  matrix const r = small_ratings(31, 19);
  pantile::als_start<double> const start = start_for(r);
  pantile::als_options options{.factors = 6,
                               .iterations = 3,
                               .alpha = 2,
                               .regularization = 1,
                               .solver = pantile::als_solver::subspace,
                               .block = 6};
  check_exact(r, start, options);
  options.iterations = 60;
  options.solver = pantile::als_solver::cholesky;
  double const best = pantile::als(distributed<double>(r), options, start).iterations.back().loss;
  options.solver = pantile::als_solver::subspace;
  for (index_t const block : {1, 2, 4, 9}) {
    options.block = block;
    auto const near = pantile::als(distributed<double>(r), options, start);
    for (std::size_t i = 1; i < near.iterations.size(); ++i)
      CHECK(near.iterations[i].loss <= near.iterations[i - 1].loss * (1 + 1e-12));
    INFO("blocks of " << block);
    CHECK(near.iterations.back().loss == Approx(best).epsilon(5e-3));
  }
}

namespace {

/// The objective and its exact halves with every option, on dense matrices.
struct weighted_oracle {
  pantile::als_options o;

  matrix counted(matrix const& r) const {
    if (o.weights == pantile::als_confidence::binary) return (r.array() != 0).cast<double>();
    if (o.weights == pantile::als_confidence::log) return (1 + r.array()).log();
    return r;
  }
  double lambda(Eigen::VectorXd const& row) const {
    double const rated = static_cast<double>((row.array() != 0).count());
    return o.regularization *
           std::pow(rated + o.unobserved_weight * static_cast<double>(row.size()), o.regularization_scaling);
  }
  matrix weights(matrix const& r) const {
    matrix const p = (r.array() != 0).cast<double>();
    return o.unobserved_weight * (1 - p.array()) + p.array() * (1 + o.alpha * counted(r).array());
  }
  matrix half(matrix const& r, matrix const& y) const {
    matrix const w = weights(r);
    matrix x(r.rows(), y.cols());
    for (index_t u = 0; u < r.rows(); ++u) {
      Eigen::VectorXd const p = (r.row(u).transpose().array() != 0).cast<double>();
      matrix const a = y.transpose() * w.row(u).asDiagonal() * y +
                       lambda(r.row(u).transpose()) * matrix::Identity(y.cols(), y.cols());
      x.row(u) = p.isZero() ? Eigen::VectorXd(Eigen::VectorXd::Zero(y.cols()))
                            : Eigen::VectorXd(a.llt().solve(y.transpose() * w.row(u).asDiagonal() * p));
    }
    return x;
  }
  double penalty(matrix const& r, matrix const& x) const {
    double sum = 0;
    for (index_t u = 0; u < r.rows(); ++u) sum += lambda(r.row(u).transpose()) * x.row(u).squaredNorm();
    return sum;
  }
  double loss(matrix const& r, matrix const& x, matrix const& y) const {
    matrix const p = (r.array() != 0).cast<double>();
    return (weights(r).array() * (p - x * y.transpose()).array().square()).sum() + penalty(r, x) +
           penalty(r.transpose(), y);
  }
};

}  // namespace

TEST_CASE("every solver honours scaled regularization, the unobserved weight and what ratings count as") {
  using pantile::als_confidence;
  auto const [scaling, unobserved, weights] =
      GENERATE(std::tuple{0.0, 0.1, als_confidence::ratings}, std::tuple{1.0, 1.0, als_confidence::binary},
               std::tuple{0.5, 0.0, als_confidence::log}, std::tuple{0.7, 1.5, als_confidence::ratings});
  index_t const k = 5;
  matrix const r = small_ratings(23, 17);
  weighted_oracle const oracle{{.factors = k,
                                .iterations = 3,
                                .alpha = 2,
                                .regularization = 0.8,
                                .regularization_scaling = scaling,
                                .unobserved_weight = unobserved,
                                .weights = weights}};
  matrix x, y = small_factors(17, k, 2);
  pantile::als_start<double> start;
  start.item_factors = distributed_factors<double>(y, pantile::tiling::row());
  std::vector<double> losses;
  for (int i = 0; i < 3; ++i) {
    x = oracle.half(r, y);
    y = oracle.half(r.transpose(), x);
    losses.push_back(oracle.loss(r, x, y));
  }
  auto options = oracle.o;
  for (auto const solver : {pantile::als_solver::cholesky, pantile::als_solver::conjugate_gradients,
                            pantile::als_solver::subspace}) {
    options.solver = solver;
    options.steps = 60;
    options.block = k;
    auto const model = pantile::als(distributed<double>(r), options, start);
    CHECK(difference(model.user_factors, x) < 1e-8);
    CHECK(difference(model.item_factors, y) < 1e-8);
    for (std::size_t i = 0; i < 3; ++i) CHECK(model.iterations[i].loss == Approx(losses[i]).epsilon(1e-10));
  }
}

TEST_CASE("als in single precision is near to it") {
  matrix const r = small_ratings(30, 11);
  matrix x, y = small_factors(11, 4, 3);
  pantile::als_start<float> start;
  start.item_factors = distributed_factors<float>(y, pantile::tiling::row());
  y = y.cast<float>().cast<double>();
  for (int i = 0; i < 3; ++i) {
    x = half(r, y, 1, 10);
    y = half(r.transpose(), x, 1, 10);
  }
  auto const model = pantile::als(distributed<float>(r), {.factors = 4, .iterations = 3}, start);
  CHECK(difference(model.user_factors, x) < 1e-4);
  CHECK(difference(model.item_factors, y) < 1e-4);
}

TEST_CASE("the loss falls in every iteration, and users and items without ratings have no factors") {
  matrix const r = small_ratings(40, 25);
  auto const model = pantile::als(distributed<double>(r), {.factors = 6, .iterations = 8, .seed = 3});
  for (std::size_t i = 1; i < model.iterations.size(); ++i)
    CHECK(model.iterations[i].loss < model.iterations[i - 1].loss);
  auto const x = pantile::all_gather(model.user_factors), y = pantile::all_gather(model.item_factors);
  for (index_t f = 0; f < 6; ++f) {
    CHECK(x(39, f) == 0);
    CHECK(y(24, f) == 0);
  }
}

TEST_CASE("random starts depend on the seed alone, and no iteration leaves them as they are") {
  auto const r = distributed<double>(small_ratings(12, 9));
  auto const start_of = [&](std::uint64_t seed) {
    return pantile::all_gather(pantile::als(r, {.factors = 3, .iterations = 0, .seed = seed}).item_factors);
  };
  auto const a = start_of(1), b = start_of(1), c = start_of(2);
  CHECK(a.local() == b.local());
  CHECK(a.local() != c.local());
  // The variance of a factor is 1 / factors: the same numbers for every number of ranks.
  CHECK(a(0, 0) == Approx(start_of(1)(0, 0)).epsilon(0));
}

TEST_CASE("an iteration moves what its plan says") {
  auto const& world = pantile::environment::world();
  index_t const users = 36 * 3, items = 36;  // even for every number of ranks that tests use
  matrix const r = matrix::Ones(users, items);
  pantile::als_problem p{users, items, users * items, 5, 4, world.size()};
  p.transfer = pantile::als_transfer::all;
  p.chunks = 1;
  auto const received = [&](index_t iterations) {
    auto const ratings = distributed<float>(r);
    pantile::als_options options{.factors = 5, .iterations = iterations, .with_loss = false};
    options.transfer = p.transfer;
    options.chunks = p.chunks;
    pantile::traffic const before = world.counters();
    pantile::als(ratings, options);
    pantile::traffic const moved = world.counters() - before;
    return std::array<index_t, 2>{world.allreduce(moved.bytes_received, pantile::reduce_op::sum),
                                  world.allreduce(moved.messages_received, pantile::reduce_op::sum)};
  };
  auto const once = received(1), twice = received(2);
  auto const plan = cost_of(p, {});
  CHECK(twice[0] - once[0] == world.size() * plan.bytes);
  CHECK(twice[1] - once[1] == world.size() * plan.messages);
}

TEST_CASE("als says what is wrong, on every rank") {
  auto const r = distributed<double>(small_ratings(12, 9));
  CHECK_THROWS_AS(pantile::als(r, {.factors = 0}), pantile::domain_error);
  CHECK_THROWS_AS(pantile::als(r, {.block = 0}), pantile::domain_error);
  CHECK_THROWS_AS(pantile::als(r, {.iterations = -1}), pantile::domain_error);
  CHECK_THROWS_AS(pantile::als(r, {.alpha = -1}), pantile::domain_error);
  CHECK_THROWS_AS(pantile::als(r, {.regularization = std::nan("")}), pantile::domain_error);
  CHECK_THROWS_AS(pantile::als(r, {.regularization_scaling = -1}), pantile::domain_error);
  CHECK_THROWS_AS(pantile::als(r, {.unobserved_weight = std::nan("")}), pantile::domain_error);
  pantile::als_start<double> start;
  start.item_factors = distributed_factors<double>(small_factors(9, 4, 1), pantile::tiling::row());
  CHECK_THROWS_AS(pantile::als(r, {.factors = 3}, start), pantile::shape_error);
}

TEST_CASE("a matrix that is not positive definite is named on every rank") {
  // Without regularization and with all items alike the matrices have rank 1.
  auto const r = distributed<double>(small_ratings(12, 9));
  pantile::als_start<double> start;
  start.item_factors = pantile::ones<double>(pantile::environment::world(), {9, 3}, pantile::tiling::row());
  std::vector<std::int64_t> ids(12);
  for (std::size_t i = 0; i < ids.size(); ++i) ids[i] = 1000 + static_cast<std::int64_t>(i);
  std::string message;
  try {
    pantile::als(r, {.factors = 3, .regularization = 0, .user_ids = ids}, start);
  } catch (pantile::linalg_error const& e) {
    message = e.message();
  }
  CHECK_THAT(message, Catch::Matchers::Contains("user 1000 "));
}
