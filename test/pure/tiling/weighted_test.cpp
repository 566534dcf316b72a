#include <pantile/base/error.hpp>
#include <pantile/tiling/tiling.hpp>

#include <catch2/catch.hpp>

#include <cmath>
#include <limits>
#include <support/tilings.hpp>

using support::dice;
using support::index_t;
using support::tiling;

namespace {

/// The weight of each tile; checks on the way that the cuts ascend from 0 to the number of weights.
std::vector<double> tile_weights(std::vector<double> const& weights, std::vector<index_t> const& cuts) {
  REQUIRE(cuts.front() == 0);
  REQUIRE(cuts.back() == static_cast<index_t>(weights.size()));
  REQUIRE(std::is_sorted(cuts.begin(), cuts.end()));
  std::vector<double> sums;
  for (std::size_t i = 0; i + 1 < cuts.size(); ++i)
    sums.push_back(std::accumulate(weights.begin() + cuts[i], weights.begin() + cuts[i + 1], 0.));
  return sums;
}

}  // namespace

TEST_CASE("no tile weighs more than its share and the heaviest element") {
  dice d(31);
  for (int i = 0; i < 2000; ++i) {
    int const parts = 1 + d.below(20);
    std::vector<double> weights(static_cast<std::size_t>(d.between(1, 60)));
    for (double& w : weights)
      w = d.one_in(4) ? 0 : std::pow(2., static_cast<double>(d.between(-8, d.one_in(9) ? 30 : 4)));
    auto const sums = tile_weights(weights, pantile::weighted_cuts(weights, parts));
    REQUIRE(sums.size() == static_cast<std::size_t>(parts));
    double const total = std::accumulate(weights.begin(), weights.end(), 0.);
    double const bound = total / parts + *std::max_element(weights.begin(), weights.end());
    CHECK(*std::max_element(sums.begin(), sums.end()) <= bound * (1 + 1e-12));
  }
}

TEST_CASE("equal weights give even tiles, weightless indices too") {
  for (double w : {0., 1., 0.1}) {
    auto const cuts = pantile::weighted_cuts(std::vector<double>(12, w), 4);
    CHECK(cuts == std::vector<index_t>{0, 3, 6, 9, 12});
  }
  CHECK(pantile::weighted_cuts({}, 3) == std::vector<index_t>{0, 0, 0, 0});
}

TEST_CASE("one heavy index stands alone") {
  tiling const t = tiling::weighted(0, {1, 1, 100, 1, 1}).bind({5, 3}, 3);
  for (int r = 0; r < 3; ++r) {
    auto const b = t.box_of(r);
    if (b.lo[0] <= 2 && 2 < b.hi[0]) CHECK(b.extent(0) <= 3);
  }
  CHECK(tiling::weighted(-1, {1, 1, 1}).bind({5, 3}, 3).box_of(1) == pantile::box({0, 1}, {5, 2}));
}

TEST_CASE("weights that mean nothing are refused") {
  using pantile::tiling_error;
  CHECK_THROWS_AS(tiling::weighted(0, {1, -1}).bind({2}, 2), tiling_error);
  CHECK_THROWS_AS(tiling::weighted(0, {1, std::nan("")}).bind({2}, 2), tiling_error);
  CHECK_THROWS_AS(tiling::weighted(0, {1, std::numeric_limits<double>::infinity()}).bind({2}, 2), tiling_error);
  CHECK_THROWS_AS(tiling::weighted(0, {1, 1, 1}).bind({2}, 2), tiling_error);
  CHECK_THROWS_AS(tiling::weighted(1, {1, 1}).bind({2}, 2), tiling_error);
  CHECK_THROWS_AS(tiling::weighted(-2, {1, 1}).bind({2}, 2), tiling_error);
}

TEST_CASE("the largest and smallest weights balance as others do") {
  double const huge = std::numeric_limits<double>::max() / 2, tiny = std::numeric_limits<double>::denorm_min();
  CHECK(pantile::weighted_cuts({huge, 0, huge / 2, 0}, 2).size() == 3);
  auto const sums =
      tile_weights({huge, 0, huge / 4, huge / 4}, pantile::weighted_cuts({huge, 0, huge / 4, huge / 4}, 7));
  CHECK(sums.size() == 7);
  CHECK_THROWS_AS(pantile::weighted_cuts({huge, huge, huge}, 3), pantile::tiling_error);
  CHECK(pantile::weighted_cuts({tiny, tiny, tiny, tiny}, 2).back() == 4);
}
