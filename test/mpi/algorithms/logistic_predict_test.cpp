// What models of logistic regression say, and how well, against definitions by the letter.
#include "logistic_cases.hpp"

#include <pantile/algorithms/class_labels.hpp>
#include <pantile/algorithms/classification.hpp>
#include <pantile/algorithms/labelled_rows.hpp>
#include <pantile/algorithms/logistic_predict.hpp>

#include <catch2/catch.hpp>

#include <limits>

namespace logistic_cases {

using pantile::tiling;
using support::world;

TEST_CASE("probabilities, labels and quality of new rows, with the scaling of the old ones") {
  int const classes = GENERATE(2, 3);
  terms const t{.lambda = 0.3, .intercept = true, .standardize = true, .class_weights = {}};
  problem const p = make(50, 5, classes), fresh = make(21, 5, classes);
  pantile::logistic_regression_options const o{.solver = pantile::logistic_solver::newton,
                                               .regularization = t.lambda,
                                               .tolerance = 1e-10,
                                               .intercept = true,
                                               .standardize = true};
  matrix const W = solved(p, t, classes == 2 ? 1 : classes);
  // The old means and deviations.
  matrix Z(21, 6);
  for (index_t j = 0; j < 5; ++j) {
    vector const centred = p.X.col(j).array() - p.X.col(j).mean();
    double const deviation = centred.norm() / std::sqrt(50.0);
    Z.col(j) = (fresh.X.col(j).array() - p.X.col(j).mean()) / (deviation == 0 ? 1 : deviation);
  }
  Z.col(5).setOnes();
  matrix const P = probabilities(Z, W);
  double loss = 0, hits = 0;
  vector best(21);
  for (index_t i = 0; i < 21; ++i) {
    auto const label = static_cast<index_t>(fresh.y(i));
    loss -= std::log(classes > 2 ? P(i, label) : label == 1 ? P(i, 0) : 1 - P(i, 0));
    index_t most = P(i, 0) >= 0.5;
    if (classes > 2) P.row(i).maxCoeff(&most);
    best(i) = static_cast<double>(most);
    hits += most == label;
  }
  auto const y = on_ranks<double>(p.y, tiling::row()), fresh_y = on_ranks<double>(fresh.y, tiling::row());
  auto const check = [&](auto const& model, auto const& X) {
    auto const chances = pantile::predict_probabilities(X, model);
    CHECK((gathered(chances) - P).cwiseAbs().maxCoeff() < 1e-7);
    auto const labels = pantile::most_probable_labels(chances, model.classes);
    CHECK(gathered(labels) == matrix(best));
    auto const quality = pantile::evaluate_logistic(X, fresh_y, model);
    CHECK(quality.loss == Approx(loss / 21).epsilon(1e-6));
    CHECK(quality.accuracy == Approx(hits / 21));
  };
  auto const learn = on_ranks<double>(p.X, tiling::row());
  auto const everywhere = [&](auto const& model) {
    for (auto const& rule : {tiling::row(), tiling::column(), tiling::block(), tiling::replicated()})
      check(model, on_ranks<double>(fresh.X, rule));
    check(model, sparse_on_ranks<double>(fresh.X, tiling::row()));
    CHECK_THROWS_AS(pantile::predict_probabilities(on_ranks<double>(matrix(3, 4), tiling::row()), model),
                    pantile::shape_error);
  };
  if (classes == 2) {
    everywhere(pantile::logistic_regression(learn, y, o));
  } else {
    auto const model = pantile::multinomial_regression(learn, y, o);
    everywhere(model);
    auto const unknown = on_ranks<double>(vector(vector::Constant(21, 77)), tiling::row());
    auto const quality = pantile::evaluate_logistic(on_ranks<double>(fresh.X, tiling::row()), unknown, model);
    CHECK(quality.loss == std::numeric_limits<double>::infinity());
    CHECK(quality.accuracy == 0);
  }
}

TEST_CASE("the area under the ROC counts pairs, ties by half, however they are cut") {
  auto const rule = GENERATE(tiling::row(), tiling::replicated());
  index_t const n = GENERATE(2, 9, 83);
  int const values = GENERATE(1, 4, 1000);
  pantile::random::generator const g(5);
  vector y(n), s(n);
  for (index_t i = 0; i < n; ++i) {
    y(i) = i == 0 || (i > 1 && g.normal(i) > 0.4);
    s(i) = std::floor(g.uniform(n + i) * values) / values - 0.25 * (1 - y(i));
    if (values == 1) s(i) = i % 2 == 0 ? 0.0 : -0.0;
  }
  double pairs = 0, higher = 0;
  for (index_t i = 0; i < n; ++i)
    for (index_t j = 0; j < n; ++j)
      if (y(i) == 1 && y(j) == 0) {
        ++pairs;
        higher += s(i) > s(j) ? 1 : s(i) == s(j) ? 0.5 : 0;
      }
  CHECK(pantile::roc_auc(on_ranks<double>(y, tiling::row()), on_ranks<double>(s, rule)) ==
        Approx(higher / pairs).epsilon(1e-14));
}

TEST_CASE("there is no ROC of one label, and none of scores that are no numbers") {
  auto const row = tiling::row();
  auto const scores = on_ranks<double>(vector(vector::LinSpaced(5, 0, 1)), row);
  auto const ones = on_ranks<double>(vector(vector::Ones(5)), row);
  CHECK(std::isnan(pantile::roc_auc(ones, scores)));
  vector mixed(5);
  mixed << 0, 1, 0, 1, 1;
  auto const y = on_ranks<double>(mixed, row);
  CHECK_THROWS_AS(pantile::roc_auc(y, on_ranks<double>(vector(vector::Constant(5, std::nan(""))), row)),
                  pantile::domain_error);
  CHECK_THROWS_AS(pantile::roc_auc(y, on_ranks<double>(vector(vector::Ones(4)), row)), pantile::shape_error);
}

TEST_CASE("what was taken for what is counted over all labels that occur") {
  vector actual(8), predicted(8);
  actual << 4, -1, 4, 4, 2, 2, -1, 4;
  predicted << 4, -1, 7, 4, 2, 4, 4, 4;
  auto const table = pantile::confusion(on_ranks<float>(actual, tiling::row()),
                                        on_ranks<float>(predicted, tiling::replicated()));
  CHECK(table.classes == std::vector<std::int64_t>{-1, 2, 4, 7});
  index_t const expected[4][4] = {{1, 0, 1, 0}, {0, 1, 1, 0}, {0, 0, 3, 1}, {0, 0, 0, 0}};
  for (index_t i = 0; i < 4; ++i)
    for (index_t j = 0; j < 4; ++j) CHECK(table.counts(i, j) == expected[i][j]);
}

TEST_CASE("labels -1 and 1 are labels 0 and 1; other mixtures are refused") {
  auto const labels = [](std::vector<double> const& values) {
    return on_ranks<double>(vector(Eigen::Map<vector const>(values.data(), std::ssize(values))), tiling::row());
  };
  matrix expected(4, 1);
  expected << 0, 1, 1, 0;
  CHECK(gathered(pantile::binary_labels(labels({-1, 1, 1, -1}))) == expected);
  CHECK(gathered(pantile::binary_labels(labels({0, 1, 1, 0}))) == expected);
  CHECK_THROWS_WITH(pantile::binary_labels(labels({1, 1, -1, 0})), Catch::Contains("row 4 of the data"));
  CHECK_THROWS_WITH(pantile::binary_labels(labels({1, 2})), Catch::Contains("row 2 of the data"));
}

TEST_CASE("sparse rows are split, and their columns scaled, as dense ones are") {
  problem const p = make(40, 5, 2);
  auto const y = on_ranks<double>(p.y, tiling::row());
  pantile::labelled_rows<double> const dense{on_ranks<double>(p.X, tiling::row()), y};
  pantile::labelled_rows<double, pantile::sparse_array<double>> const sparse{
      sparse_on_ranks<double>(p.X, tiling::row()), y};
  auto const one = pantile::split_rows(dense, 0.3, 5);
  auto const other = pantile::split_rows(sparse, 0.3, 5);
  for (auto const& [a, b] : {std::pair(one.first, other.first), std::pair(one.second, other.second)}) {
    CHECK(gathered(a.labels) == gathered(b.labels));
    auto const sums = pantile::scaling_of(a.features), same = pantile::scaling_of(b.features);
    for (index_t j = 0; j < 5; ++j) {
      CHECK(sums.mean(j) == Approx(same.mean(j)).margin(1e-14));
      CHECK(sums.deviation(j) == Approx(same.deviation(j)));
      CHECK(sums.constant(j) == same.constant(j));
    }
    CHECK(sums.constant(4));
  }
}

}  // namespace logistic_cases
