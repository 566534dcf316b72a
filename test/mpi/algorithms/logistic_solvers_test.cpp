// Solvers of logistic regression against Newton's method with the whole Hessian, serially.
#include "logistic_cases.hpp"

#include <catch2/catch.hpp>

namespace logistic_cases {

using pantile::convergence_reason;
using pantile::logistic_solver;
using pantile::tiling;
using support::world;

namespace {

using options_t = pantile::logistic_regression_options;

options_t options_of(terms const& t, logistic_solver solver) {
  options_t o;
  o.solver = solver;
  o.iterations = 300;
  o.tolerance = 1e-9;
  o.regularization = t.lambda;
  o.intercept = t.intercept;
  o.standardize = t.standardize;
  o.class_weights = t.class_weights;
  return o;
}

double difference(matrix const& a, matrix const& b) { return (a - b).cwiseAbs().maxCoeff(); }

/// Grids of both kinds, boxes without a grid, a halo, and tiles without elements.
std::vector<pantile::tiling_rule> tilings(index_t rows, index_t columns) {
  std::vector<pantile::tiling_rule> rules{tiling::row(), tiling::column(), tiling::block(),
                                          tiling::replicated(), tiling::row().halo(1)};
  int const p = world().size();
  std::vector<index_t> late(static_cast<std::size_t>(p) + 1, 0);
  late.back() = rows;
  rules.push_back(tiling::cuts({late, {}}));
  std::vector<pantile::box> boxes;
  for (int r = 0; r < p; ++r) {  // each rank a few columns, the last ones first
    pantile::box b(pantile::extents(std::array{rows, columns}));
    b.lo[1] = columns * (p - 1 - r) / p;
    b.hi[1] = columns * (p - r) / p;
    boxes.push_back(b);
  }
  rules.push_back(tiling::custom(boxes));
  return rules;
}

}  // namespace

TEST_CASE("lbfgs and newton find the least F in every tiling, dense and sparse") {
  terms const t{.lambda = 0.3, .intercept = true, .standardize = true, .class_weights = {}};
  auto const solver = GENERATE(logistic_solver::lbfgs, logistic_solver::newton);
  problem const p = make(47, 6, 2);
  matrix const expected = solved(p, t, 1);
  auto const y = on_ranks<double>(p.y, tiling::row());
  auto const check = [&](auto const& X) {
    auto const model = pantile::logistic_regression(X, y, options_of(t, solver));
    CHECK(difference(weights_of(model), expected) < 1e-6);
    CHECK(model.convergence.converged);
    CHECK(model.convergence.reason == convergence_reason::tolerance);
    CHECK(model.convergence.gradient_norm <= 1e-9 * model.convergence.first_gradient_norm);
    CHECK(model.convergence.first_gradient_norm ==
          Approx(gradient(p, t, matrix::Zero(7, 1)).norm()).epsilon(1e-12));
    CHECK(model.convergence.iterations == model.steps.back().iteration);
    CHECK(model.convergence.evaluations >= model.convergence.iterations);
    CHECK((model.convergence.hessian_products > 0) == (solver == logistic_solver::newton));
    matrix const P = probabilities(design(p.X, t), expected);
    double loss = 0;
    for (index_t i = 0; i < P.rows(); ++i) loss -= std::log(p.y(i) == 1 ? P(i, 0) : 1 - P(i, 0));
    CHECK(model.steps.back().quality.loss == Approx(loss / 47).epsilon(1e-8));
    CHECK(model.convergence.objective ==
          Approx(loss + 0.15 * expected.topRows(6).squaredNorm()).epsilon(1e-10));
  };
  if (solver == logistic_solver::lbfgs)
    for (auto const& rule : tilings(47, 6)) check(on_ranks<double>(p.X, rule));
  else
    check(on_ranks<double>(p.X, tiling::block()));
  check(sparse_on_ranks<double>(p.X, tiling::row()));
}

TEST_CASE("every term of F is what it should be, for two and for more classes") {
  struct row {
    terms t;
    int classes;
    logistic_solver solver;
  };
  constexpr auto lbfgs = logistic_solver::lbfgs, newton = logistic_solver::newton;
  auto const [t, classes, solver] =
      GENERATE_COPY(row{{0.5, false, false, {}}, 2, newton}, row{{0.1, true, false, {2, 0.5}}, 2, lbfgs},
                    row{{0.2, false, true, {}}, 3, newton}, row{{0.1, true, false, {1, 3, 0.5}}, 3, newton},
                    row{{0.5, false, false, {}}, 3, lbfgs}, row{{0.2, true, true, {}}, 4, newton});
  problem const p = make(60, 5, classes);
  bool const two = classes == 2;
  matrix const expected = solved(p, t, two ? 1 : classes);
  vector labels = p.y;
  if (!two) labels = (7 * p.y.array() - 9).matrix();  // any integers, in their order
  auto const y = on_ranks<double>(labels, tiling::replicated());
  auto const check = [&](auto const& X) {
    if (two) {
      auto const model = pantile::logistic_regression(X, y, options_of(t, solver));
      CHECK(difference(weights_of(model), expected) < 1e-6);
    } else {
      auto const model = pantile::multinomial_regression(X, y, options_of(t, solver));
      CHECK(difference(weights_of(model), expected) < 1e-6);
      REQUIRE(std::ssize(model.classes) == classes);
      CHECK(model.classes[1] == -2);
      CHECK(model.convergence.converged);
    }
  };
  check(on_ranks<double>(p.X, tiling::block()));
  check(sparse_on_ranks<double>(p.X, tiling::cuts({pantile::even_cuts(60, world().size()), {}})));
}

TEST_CASE("gradient descent takes the same terms, steps of its own and sparse features") {
  terms const t{.lambda = 0.4, .intercept = true, .standardize = true, .class_weights = {1, 2, 0.5}};
  problem const p = make(40, 4, 3);
  matrix W = matrix::Zero(5, 3);
  for (int i = 0; i < 15; ++i) W -= 0.03 * gradient(p, t, W);
  auto o = options_of(t, logistic_solver::gradient_descent);
  o.iterations = 15;
  o.alpha = 0.03;
  o.report_every = 4;
  auto const y = on_ranks<double>(p.y, tiling::row());
  auto const model = pantile::multinomial_regression(sparse_on_ranks<double>(p.X, tiling::row()), y, o);
  CHECK(difference(weights_of(model), W) < 1e-12);
  CHECK(model.convergence.evaluations == 16);  // what is reported is the next iteration's pass
  CHECK(model.convergence.reason == convergence_reason::iterations);
  CHECK(model.convergence.gradient_norm == Approx(gradient(p, t, W).norm()).epsilon(1e-10));
  CHECK(difference(weights_of(pantile::multinomial_regression(on_ranks<double>(p.X, tiling::column()), y, o)),
                   W) < 1e-12);
}

TEST_CASE("solvers go on from weights that were kept, and end where they would have ended") {
  terms const t{.lambda = 0.2, .intercept = true, .standardize = false, .class_weights = {}};
  auto const solver = GENERATE(logistic_solver::lbfgs, logistic_solver::newton);
  problem const p = make(60, 5, 3);
  auto const X = on_ranks<double>(p.X, tiling::row());
  auto const y = on_ranks<double>(p.y, tiling::row());
  auto o = options_of(t, solver);
  o.tell_every = true;
  pantile::logistic_start<double, 2> kept;
  auto const stopped = pantile::multinomial_regression(X, y, o, {}, [&](auto const& step, auto const& so_far) {
    if (step.iteration < 3) return pantile::next_step::go_on;
    auto const now = so_far();
    kept = {now.weights, step.iteration, now.intercept};
    return pantile::next_step::stop;
  });
  CHECK(stopped.convergence.reason == convergence_reason::stopped);
  CHECK(stopped.convergence.iterations == 3);
  auto const rest = pantile::multinomial_regression(on_ranks<double>(p.X, tiling::column()), y, o, kept);
  CHECK(rest.convergence.converged);
  CHECK(rest.convergence.iterations > 3);
  if (solver == logistic_solver::newton) {  // as if it had not stopped
    auto const whole = pantile::multinomial_regression(X, y, o);
    CHECK(rest.convergence.iterations == whole.convergence.iterations);
    CHECK(difference(weights_of(rest), weights_of(whole)) < 1e-9);
  }
  CHECK(difference(weights_of(rest), solved(p, t, 3)) < 1e-6);
  // Where the end has been reached, nothing is left to do.
  kept = {rest.weights, rest.convergence.iterations, rest.intercept};
  auto const again = pantile::multinomial_regression(X, y, o, kept);
  CHECK(again.convergence.converged);
  CHECK(again.steps.empty());
  CHECK(difference(weights_of(again), weights_of(rest)) < 1e-6);
}

TEST_CASE("single precision comes as near as it can, and says so") {
  terms const t{.lambda = 0.3, .intercept = true, .standardize = true, .class_weights = {}};
  auto const solver = GENERATE(logistic_solver::lbfgs, logistic_solver::newton);
  problem const p = make(50, 5, 2);
  auto o = options_of(t, solver);
  o.tolerance = 0;
  o.iterations = 40;
  auto const model =
      pantile::logistic_regression(on_ranks<float>(p.X, tiling::row()), on_ranks<float>(p.y, tiling::row()), o);
  CHECK(difference(weights_of(model), solved(p, t, 1)) < 1e-3);
  CHECK(!model.convergence.converged);
  CHECK(model.convergence.reason != convergence_reason::tolerance);
}

TEST_CASE("balanced classes weigh rows / (classes * their rows); flat losses end well") {
  problem const p = make(50, 4, 2);
  auto const X = on_ranks<double>(p.X, tiling::row());
  auto const y = on_ranks<double>(p.y, tiling::row());
  double const ones = p.y.sum();
  terms const t{0.1, true, false, {50 / (2 * (50 - ones)), 50 / (2 * ones)}};
  auto o = options_of(t, logistic_solver::newton);
  o.class_weights.clear();
  o.balanced = true;
  CHECK(difference(weights_of(pantile::logistic_regression(X, y, o)), solved(p, t, 1)) < 1e-6);
  // Features that say nothing: the gradient is 0 from the beginning.
  auto const flat = pantile::logistic_regression(on_ranks<double>(matrix(matrix::Zero(50, 4)), tiling::row()),
                                                 y, {.solver = logistic_solver::lbfgs});
  CHECK(flat.convergence.converged);
  CHECK(gathered(flat.weights).norm() == 0);
  // Separable rows without regularization: the weights grow until the gradient is small enough.
  matrix line(6, 1);
  line << -3, -2, -1, 1, 2, 3;
  auto const apart =
      pantile::logistic_regression(on_ranks<double>(line, tiling::row()),
                                   on_ranks<double>(vector((line.array() > 0).cast<double>()), tiling::row()),
                                   {.solver = logistic_solver::newton});
  CHECK(apart.convergence.converged);
  CHECK(gathered(apart.weights)(0, 0) > 5);
}

TEST_CASE("what cannot be solved is refused on every rank") {
  problem const p = make(30, 4, 3);
  auto const X = on_ranks<double>(p.X, tiling::row());
  auto const y = on_ranks<double>(p.y, tiling::row());
  auto const two = on_ranks<double>(vector((p.y.array() > 0).cast<double>()), tiling::row());
  auto const refused = [&](options_t const& o) {
    CHECK_THROWS_AS(pantile::logistic_regression(X, two, o), pantile::domain_error);
  };
  refused({.regularization = -1});
  refused({.tolerance = std::nan("")});
  refused({.memory = 0});
  refused({.inner_iterations = 0});
  refused({.balanced = true, .class_weights = {1, 1}});
  refused({.class_weights = {1, -1}});
  CHECK_THROWS_AS(pantile::logistic_regression(X, two, {.class_weights = {1, 1, 1}}), pantile::shape_error);
  CHECK_THROWS_AS(pantile::logistic_regression(X, y, {}), pantile::domain_error);  // label 2
  auto const halves = on_ranks<double>(vector(p.y / 2), tiling::row());
  CHECK_THROWS_AS(pantile::multinomial_regression(X, halves, {}), pantile::domain_error);
  auto const same = on_ranks<double>(vector(vector::Constant(30, 4)), tiling::row());
  CHECK_THROWS_AS(pantile::multinomial_regression(X, same, {}), pantile::domain_error);
  matrix hole = p.X;
  hole(29, 1) = std::nan("");
  CHECK_THROWS_AS(pantile::logistic_regression(on_ranks<double>(hole, tiling::row()), two,
                                               {.solver = logistic_solver::lbfgs}),
                  pantile::domain_error);
  pantile::logistic_start<double> start;
  start.intercept = pantile::local_array<double, 1>({1}, 0.0);
  CHECK_THROWS_AS(pantile::logistic_regression(X, two, {.intercept = true}, start), pantile::shape_error);
}

}  // namespace logistic_cases
