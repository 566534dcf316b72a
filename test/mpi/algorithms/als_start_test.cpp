// Where als begins and ends: models that were kept, users folded in, convergence.
#include "mpi/algorithms/als_cases.hpp"

#include <pantile/algorithms/als_fold_in.hpp>

#include <catch2/catch.hpp>

#include <cmath>
#include <string>

using namespace als_cases;

TEST_CASE("als goes on from a model that was kept, and ends where it would have ended") {
  using solver = pantile::als_solver;
  matrix const r = small_ratings(29, 18);
  pantile::als_options options{
      .factors = 6,
      .iterations = 7,
      .regularization = 2,
      .regularization_scaling = 0.3,
      .seed = 5,
      .solver = GENERATE(solver::cholesky, solver::conjugate_gradients, solver::subspace),
      .steps = 2,
      .block = 4};
  auto const whole = pantile::als(distributed<double>(r), options);
  pantile::als_start<double> kept;
  auto const stopped = pantile::als<double>(
      distributed<double>(r), options, {}, [&](pantile::als_iteration const& i, auto const& model) {
        if (i.number < 3) return pantile::next_step::go_on;
        pantile::als_model<double> const now = model();
        CHECK(now.iterations.size() == 3);
        kept = {retile(now.user_factors, pantile::tiling::column()), now.item_factors, i.number};
        return pantile::next_step::stop;
      });
  CHECK(stopped.iterations.size() == 3);
  CHECK(stopped.iterations.back().loss == Approx(whole.iterations[2].loss).epsilon(1e-12));
  CHECK(pantile::all_gather(stopped.item_factors).local() == pantile::all_gather(*kept.item_factors).local());
  auto const rest = pantile::als(distributed<double>(r), options, kept);
  REQUIRE(rest.iterations.size() == 4);
  CHECK(rest.iterations.front().number == 4);
  CHECK(rest.iterations.back().loss == Approx(whole.iterations.back().loss).epsilon(1e-12));
  CHECK(difference(rest.user_factors, pantile::all_gather(whole.user_factors).local()) < 1e-10);
  kept.iteration = 8;
  CHECK_THROWS_AS(pantile::als(distributed<double>(r), options, kept), pantile::domain_error);
}

TEST_CASE("users folded in get what half an iteration gives them") {
  matrix const r = small_ratings(27, 16), y = small_factors(16, 5, 8);
  auto const rule = GENERATE(pantile::tiling::row(), pantile::tiling::column(), pantile::tiling::replicated());
  auto const items = distributed_factors<double>(y, rule);
  pantile::als_options options{.factors = 99, .alpha = 3, .regularization = 0.4};
  options.solver = pantile::als_solver::conjugate_gradients;  // neither matters
  pantile::als_model<double> known;
  known.item_factors = items;
  auto const found = pantile::als_fold_in(distributed<double>(r), known, options);
  CHECK(difference(found.user_factors, half(r, y, 3, 0.4)) < 1e-10);
  // Where weights depend on how many ratings a user has, the last half of als itself is the oracle.
  options = {.factors = 5,
             .iterations = 1,
             .regularization = 0.2,
             .regularization_scaling = 0.7,
             .unobserved_weight = 0.3,
             .weights = pantile::als_confidence::log};
  pantile::als_start<double> start;
  start.item_factors = items;
  auto const model = pantile::als(distributed<double>(r), options, start);
  auto const again = pantile::als_fold_in(distributed<double>(r), known, options);
  CHECK(difference(again.user_factors, pantile::all_gather(model.user_factors).local()) < 1e-10);
  CHECK_THROWS_AS(pantile::als_fold_in(distributed<double>(small_ratings(4, 15)), known, options),
                  pantile::shape_error);
  options.alpha = -1;
  CHECK_THROWS_AS(pantile::als_fold_in(distributed<double>(r), known, options), pantile::domain_error);
}

TEST_CASE("a factorisation has converged where its loss hardly falls any more") {
  auto const of = [](std::vector<double> const& losses) {
    std::vector<pantile::als_iteration> iterations;
    for (double const loss : losses) iterations.push_back({.loss = loss});
    return iterations;
  };
  auto const falling = of({100, 50, 49.9, 49.8});
  CHECK_FALSE(pantile::als_has_converged({}, 0.1));
  CHECK_FALSE(pantile::als_has_converged(of({100}), 0.1));
  CHECK(pantile::als_has_converged(falling, 0.01, 2));
  CHECK_FALSE(pantile::als_has_converged(falling, 0.01, 3));
  CHECK_FALSE(pantile::als_has_converged(falling, 0.001));
  CHECK_FALSE(pantile::als_has_converged(falling, 0));
  CHECK(pantile::als_has_converged(of({3, 4}), 0));
  CHECK_FALSE(pantile::als_has_converged(of({3, std::nan("")}), 0.5));
}

TEST_CASE("ranks that disagree about going on are told so") {
  auto const& world = pantile::environment::world();
  if (world.size() == 1) return;
  auto const here = [&](pantile::als_iteration const&, auto const&) {
    return world.rank() == 0 ? pantile::next_step::stop : pantile::next_step::go_on;
  };
  CHECK_THROWS_AS(pantile::als<double>(distributed<double>(small_ratings(8, 5)), {.factors = 2}, {}, here),
                  pantile::divergence_error);
}
