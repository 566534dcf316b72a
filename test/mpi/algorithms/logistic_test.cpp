// Logistic regression against a serial dense oracle.
#include <pantile/algorithms/column_scaling.hpp>
#include <pantile/algorithms/labelled_rows.hpp>
#include <pantile/algorithms/logistic_predict.hpp>
#include <pantile/comm/environment.hpp>
#include <pantile/expr/create.hpp>
#include <pantile/ops/movement.hpp>
#include <pantile/random/generator.hpp>

#include <Eigen/Dense>
#include <catch2/catch.hpp>

#include <cmath>
#include <limits>
#include <support/world.hpp>

using support::world;

namespace {

using pantile::index_t;
using matrix = Eigen::MatrixXd;
using vector = Eigen::VectorXd;

struct problem {
  matrix X;
  vector y;
};

problem make(index_t rows, index_t columns) {
  pantile::random::generator const g(11);
  problem p{matrix(rows, columns), vector(rows)};
  for (index_t i = 0; i < rows; ++i)
    for (index_t j = 0; j < columns; ++j) p.X(i, j) = g.normal(i * columns + j) + 0.1 * static_cast<double>(j);
  for (index_t i = 0; i < rows; ++i) p.y(i) = p.X(i, 0) - p.X(i, columns - 1) + g.normal(-1 - i) > 0 ? 1 : 0;
  return p;
}

vector descend(problem const& p, double alpha, int iterations) {
  vector w = vector::Zero(p.X.cols());
  for (int i = 0; i < iterations; ++i) {
    vector const s = (1 + (-(p.X * w)).array().exp()).inverse();
    w -= alpha * p.X.transpose() * (s - p.y);
  }
  return w;
}

template <class T>
pantile::array<T, 2> on_ranks(matrix const& a, pantile::tiling_rule const& rule) {
  return pantile::from_function<T>(world(), {a.rows(), a.cols()}, rule,
                                   [&](index_t i, index_t j) { return static_cast<T>(a(i, j)); });
}
template <class T>
pantile::array<T, 1> on_ranks(vector const& a, pantile::tiling_rule const& rule) {
  return pantile::from_function<T>(world(), {a.size()}, rule, [&](index_t i) { return static_cast<T>(a(i)); });
}

template <class T>
vector gathered(pantile::array<T, 1> const& a) {
  auto const all = pantile::all_gather(a);
  vector v(a.extent(0));
  for (index_t i = 0; i < v.size(); ++i) v(i) = static_cast<double>(all(i));
  return v;
}

}  // namespace

TEST_CASE("gradient descent does what the papers' two lines say, in every tiling") {
  auto const rule = GENERATE(pantile::tiling::row(), pantile::tiling::column(), pantile::tiling::block(),
                             pantile::tiling::replicated());
  auto const labels = GENERATE(pantile::tiling::row(), pantile::tiling::replicated());
  problem const p = make(53, 7);
  auto const X = on_ranks<double>(p.X, rule);
  auto const y = on_ranks<double>(p.y, labels);
  index_t calls = 0;
  auto const model = pantile::logistic_regression(X, y, {.iterations = 40, .alpha = 0.02, .report_every = 15},
                                                  {}, [&](auto const&, auto const&) {
                                                    ++calls;
                                                    return pantile::next_step::go_on;
                                                  });
  vector const w = descend(p, 0.02, 40);
  CHECK((gathered(model.weights) - w).cwiseAbs().maxCoeff() < 1e-12);
  REQUIRE(model.steps.size() == 3);  // 15, 30, 40
  CHECK(calls == 3);
  CHECK(model.steps[1].iteration == 30);
  vector const z = p.X * w;
  vector const losses = (1 + z.array().exp()).log() - p.y.array() * z.array();
  CHECK(model.steps[2].quality.loss == Approx(losses.mean()).epsilon(1e-12));
  double hits = 0;
  for (index_t i = 0; i < z.size(); ++i) hits += (z(i) >= 0) == (p.y(i) == 1);
  CHECK(model.steps[2].quality.accuracy == Approx(hits / static_cast<double>(z.size())));
  CHECK(pantile::evaluate_logistic(X, y, model).loss == Approx(model.steps[2].quality.loss));
}

TEST_CASE("logistic regression goes on from weights that were kept, and ends where it would have ended") {
  auto const rule = GENERATE(pantile::tiling::row(), pantile::tiling::column());
  problem const p = make(37, 6);
  auto const X = on_ranks<double>(p.X, rule);
  auto const y = on_ranks<double>(p.y, pantile::tiling::row());
  pantile::logistic_regression_options const options{.iterations = 12, .alpha = 0.02, .report_every = 5};
  auto const whole = pantile::logistic_regression(X, y, options);
  pantile::logistic_start<double> kept;
  index_t calls = 0;
  auto every = options;
  every.tell_every = true;
  auto const stopped = pantile::logistic_regression(
      X, y, every, {}, [&](pantile::logistic_regression_step const& step, auto const& model) {
        CHECK(step.iteration == ++calls);
        CHECK(step.evaluated == (step.iteration == 5));
        CHECK(std::isnan(step.quality.loss) == !step.evaluated);
        if (step.iteration < 7) return pantile::next_step::go_on;
        auto const now = model();
        CHECK(now.steps.size() == 1);
        kept = {retile(now.weights, pantile::tiling::row()), step.iteration, {}};
        return pantile::next_step::stop;
      });
  CHECK(calls == 7);
  CHECK(stopped.steps.size() == 1);
  CHECK((gathered(stopped.weights) - descend(p, 0.02, 7)).cwiseAbs().maxCoeff() < 1e-12);
  auto const rest = pantile::logistic_regression(X, y, options, kept);
  CHECK((gathered(rest.weights) - gathered(whole.weights)).cwiseAbs().maxCoeff() < 1e-13);
  REQUIRE(rest.steps.size() == 2);  // 10, 12
  CHECK(rest.steps[0].iteration == 10);
  CHECK(rest.steps[1].quality.loss == Approx(whole.steps[2].quality.loss).epsilon(1e-12));
  kept.iteration = 13;
  CHECK_THROWS_AS(pantile::logistic_regression(X, y, options, kept), pantile::domain_error);
  kept = {pantile::ones<double>(world(), {7}, pantile::tiling::row()), 1, {}};
  CHECK_THROWS_AS(pantile::logistic_regression(X, y, options, kept), pantile::shape_error);
}

TEST_CASE("logistic regression in single precision") {
  problem const p = make(40, 3);
  auto const model = pantile::logistic_regression(on_ranks<float>(p.X, pantile::tiling::row()),
                                                  on_ranks<float>(p.y, pantile::tiling::row()),
                                                  {.iterations = 20, .alpha = 0.02});
  CHECK((gathered(model.weights) - descend(p, 0.02, 20)).cwiseAbs().maxCoeff() < 1e-4);
  CHECK(model.steps.size() == 1);
}

TEST_CASE("the loss of certain predictions neither overflows nor vanishes") {
  auto const X = on_ranks<double>(matrix(matrix::Constant(3, 1, 5000)), pantile::tiling::row());
  auto const y = on_ranks<double>(vector(vector::Zero(3)), pantile::tiling::row());
  pantile::logistic_regression_model<double> model;
  model.weights = pantile::ones<double>(world(), {1}, pantile::tiling::replicated());
  auto const q = pantile::evaluate_logistic(X, y, model);
  CHECK(q.loss == Approx(5000));
  CHECK(q.accuracy == 0);
}

TEST_CASE("logistic_regression says what is wrong, on every rank") {
  problem const p = make(20, 3);
  auto const X = on_ranks<double>(p.X, pantile::tiling::row());
  auto const y = on_ranks<double>(p.y, pantile::tiling::row());
  auto const twos = on_ranks<double>(vector(vector::Constant(20, 2)), pantile::tiling::row());
  auto const few = on_ranks<double>(vector(vector::Zero(19)), pantile::tiling::row());
  CHECK_THROWS_AS(pantile::logistic_regression(X, few), pantile::shape_error);
  CHECK_THROWS_AS(pantile::logistic_regression(X, twos), pantile::domain_error);
  CHECK_THROWS_AS(pantile::logistic_regression(X, y, {.iterations = -1}), pantile::domain_error);
  CHECK_THROWS_AS(pantile::logistic_regression(X, y, {.alpha = std::nan("")}), pantile::domain_error);
  CHECK_THROWS_AS(pantile::logistic_regression(X, y, {.iterations = 3, .alpha = 1e308}), pantile::domain_error);
}

TEST_CASE("weights that are not finite are given to nobody, however seldom they are evaluated") {
  problem const p = make(20, 3);
  auto const X = on_ranks<double>(p.X, pantile::tiling::row());
  auto const y = on_ranks<double>(p.y, pantile::tiling::row());
  index_t last = 0;
  CHECK_THROWS_AS(
      pantile::logistic_regression(X, y, {.iterations = 50, .alpha = 1e308, .tell_every = true}, {},
                                   [&](pantile::logistic_regression_step const& step, auto const& model) {
                                     auto const weights = pantile::all_gather(model().weights);
                                     for (index_t i = 0; i < 3; ++i) CHECK(std::isfinite(weights(i)));
                                     last = step.iteration;
                                     return pantile::next_step::go_on;
                                   }),
      pantile::domain_error);
  CHECK(last < 49);
}

TEST_CASE("labels are any column") {
  matrix table(5, 3);
  table << 1, 0, 10, 2, 1, 20, 3, 0, 30, 4, 1, 40, 5, 0, 50;
  auto const t = on_ranks<double>(table, pantile::tiling::row());
  auto const middle = pantile::separate_labels(t, 1);
  CHECK(gathered(middle.labels) == table.col(1));
  CHECK(gathered(pantile::separate_labels(t).labels) == table.col(2));
  CHECK_THROWS_AS(pantile::separate_labels(t, 3), pantile::index_error);
  if (world().size() > 1)
    CHECK_THROWS_AS(pantile::separate_labels(on_ranks<double>(table, pantile::tiling::column())),
                    pantile::tiling_error);
}

TEST_CASE("columns are scaled by what makes their mean 0 and their deviation 1; constant ones are known") {
  problem const p = make(37, 4);
  matrix a = p.X;
  a.col(2).setConstant(0.1);
  auto const rule = GENERATE(pantile::tiling::row(), pantile::tiling::column());
  auto const scaling = pantile::scaling_of(on_ranks<double>(a, rule));
  for (index_t j = 0; j < 4; ++j) {
    vector const centred = a.col(j).array() - a.col(j).mean();
    CHECK(scaling.mean(j) == Approx(a.col(j).mean()).epsilon(1e-13));
    CHECK(scaling.deviation(j) == (j == 2 ? Approx(1) : Approx(centred.norm() / std::sqrt(37)).epsilon(1e-12)));
    CHECK(scaling.constant(j) == (j == 2));
  }
}

TEST_CASE("columns whose mean or deviation no number holds are not standardized") {
  for (double const large : {1e308, std::numeric_limits<double>::infinity()}) {
    auto const X = pantile::full<double>(support::world(), {40, 3}, large, pantile::tiling::row());
    CHECK_THROWS_AS(pantile::scaling_of(X), pantile::domain_error);
  }
}

TEST_CASE("deviations may be far below their means, or below what T can square") {
  problem const p = make(300, 3);
  matrix far = p.X;
  far.col(1).array() = far.col(1).array() / 4 + 30'000;
  far.col(2) *= 1e-25;
  auto const rule = GENERATE(pantile::tiling::row(), pantile::tiling::block());
  auto const fitted = [&]<class T>(T) {
    // What T has of them: no more can be known.
    matrix const rounded = far.cast<T>().template cast<double>();
    pantile::logistic_regression_options options{.iterations = 30, .regularization = 1};
    options.solver = pantile::logistic_solver::newton;
    options.tolerance = 1e-4;
    options.standardize = options.intercept = true;
    auto const X = on_ranks<T>(rounded, rule);
    auto const y = on_ranks<T>(p.y, pantile::tiling::row());
    auto const model = pantile::logistic_regression(X, y, options);
    return std::pair{gathered(model.weights), gathered(pantile::predict_probabilities(X, model))};
  };
  auto const [weights, chances] = fitted(float{});
  // In double, of the same numbers.
  matrix const in_float = far.cast<float>().cast<double>();
  far = in_float;
  auto const [right_weights, right_chances] = fitted(double{});
  CHECK((weights - right_weights).cwiseAbs().maxCoeff() < 2e-3);
  CHECK((chances - right_chances).cwiseAbs().maxCoeff() < 2e-3);
}

TEST_CASE("rows are split by their number") {
  problem const p = make(200, 2);
  pantile::labelled_rows<double> const rows{on_ranks<double>(p.X, pantile::tiling::row()),
                                            on_ranks<double>(p.y, pantile::tiling::row())};
  auto const [learn, test] = pantile::split_rows(rows, 0.25, 3);
  CHECK(learn.features.extent(0) + test.features.extent(0) == 200);
  CHECK(test.labels.extent(0) == 50);
  auto const [most, held] = pantile::split_rows(test, 0.999, 3);
  CHECK(most.labels.extent(0) == 1);  // one always stays
  CHECK(held.labels.extent(0) == 49);
  // On one rank alone the same rows are held out.
  auto const alone = *world().split(world().rank(), 0);
  pantile::labelled_rows<double> const serial_rows{
      pantile::from_function<double>(alone, {200, 2}, pantile::tiling::row(),
                                     [&](index_t i, index_t j) { return p.X(i, j); }),
      pantile::from_function<double>(alone, {200}, pantile::tiling::row(), [&](index_t i) { return p.y(i); })};
  auto const serial = pantile::split_rows(serial_rows, 0.25, 3);
  CHECK(pantile::all_gather(test.features).local() == pantile::all_gather(serial.second.features).local());
  CHECK(gathered(learn.labels) == gathered(serial.first.labels));
  CHECK_THROWS_AS(pantile::split_rows(rows, 1, 3), pantile::domain_error);
}
