#include <pantile/base/error.hpp>
#include <pantile/tiling/tiling.hpp>

#include <catch2/catch.hpp>

#include <support/tilings.hpp>

using pantile::box;
using pantile::tiling_error;
using support::extents;
using support::index_t;
using support::tiling;

TEST_CASE("the first n mod p tiles are one longer") {
  for (index_t n : {0, 1, 2, 3, 7, 10, 16, 97, 1000})
    for (int p : {1, 2, 3, 4, 7, 16, 33}) {
      auto const cuts = pantile::even_cuts(n, p);
      REQUIRE(cuts.size() == static_cast<std::size_t>(p) + 1);
      CHECK(cuts.front() == 0);
      CHECK(cuts.back() == n);
      bool ok = true;
      for (std::size_t i = 0; i + 1 < cuts.size(); ++i)
        ok = ok && cuts[i + 1] - cuts[i] == n / p + (static_cast<index_t>(i) < n % p ? 1 : 0);
      CHECK(ok);
      tiling const t = tiling::row().bind({n, 2}, p);
      for (int r = 0; r < p; ++r)
        ok = ok && t.box_of(r) ==
                       box({cuts[static_cast<std::size_t>(r)], 0}, {cuts[static_cast<std::size_t>(r) + 1], 2});
      CHECK(ok);
    }
}

TEST_CASE("even cuts of the largest extents do not overflow") {
  index_t const n = std::numeric_limits<index_t>::max();
  auto const cuts = pantile::even_cuts(n, 1000);
  CHECK(cuts.back() == n);
  CHECK(std::is_sorted(cuts.begin(), cuts.end()));
}

TEST_CASE("rows, columns, pages and axes cut the dimension that they name") {
  extents const four{8, 9, 10, 11};
  auto cut_dimension = [](tiling const& t) {
    for (int d = 0; d < t.shape().dimensions(); ++d)
      if (t.grid_axis_of(d) >= 0) return d;
    return -1;
  };
  CHECK(cut_dimension(tiling::column().bind(four, 3)) == 3);
  CHECK(cut_dimension(tiling::row().bind(four, 3)) == 2);
  CHECK(cut_dimension(tiling::page().bind(four, 3)) == 1);
  CHECK(cut_dimension(tiling::row().bind({8, 9}, 3)) == 0);
  CHECK(cut_dimension(tiling::column().bind({8, 9}, 3)) == 1);
  CHECK(cut_dimension(tiling::page().bind({8, 9, 10}, 3)) == 0);
  CHECK(cut_dimension(tiling::row().bind({8}, 3)) == 0);
  CHECK(cut_dimension(tiling::column().bind({8}, 3)) == 0);
  for (int d = 0; d < 4; ++d) {
    CHECK(cut_dimension(tiling::axis(d).bind(four, 3)) == d);
    CHECK(cut_dimension(tiling::axis(d - 4).bind(four, 3)) == d);
  }
  CHECK(cut_dimension(tiling::replicated().bind(four, 3)) == -1);
  CHECK(tiling::replicated().bind(four, 3).is_replicated());
}

TEST_CASE("blocks make the most nearly square grid with p <= q") {
  CHECK(pantile::nearly_square(1) == std::pair{1, 1});
  CHECK(pantile::nearly_square(6) == std::pair{2, 3});
  CHECK(pantile::nearly_square(7) == std::pair{1, 7});
  CHECK(pantile::nearly_square(12) == std::pair{3, 4});
  CHECK(pantile::nearly_square(36) == std::pair{6, 6});
  CHECK(pantile::nearly_square(100000) == std::pair{250, 400});
  for (int n = 1; n < 200; ++n) {
    auto const [p, q] = pantile::nearly_square(n);
    int best = n;
    for (int a = 1; a <= n; ++a)
      if (n % a == 0) best = std::min(best, std::abs(a - n / a));
    CHECK((p * q == n && p <= q && q - p == best));
  }
  tiling const t = tiling::block().bind({10, 6}, 4);  // the worked example of tiling.hpp
  CHECK(t.box_of(1) == box({0, 3}, {5, 6}));
  CHECK(t.box_of(2) == box({5, 0}, {10, 3}));
  CHECK(tiling::block().bind({10}, 4) == tiling::row().bind({10}, 4));
  CHECK(tiling::block(1, 4).bind({10, 6}, 4) == tiling::column().bind({10, 6}, 4));
  CHECK(tiling::block(4, 1).bind({10, 6}, 4) == tiling::row().bind({10, 6}, 4));
  CHECK(tiling::block(2, 3).bind({5, 10, 6}, 6).box_of(4) == box({0, 5, 2}, {5, 10, 4}));
}

TEST_CASE("halos widen the dimensions that are cut, one width for all or one each") {
  tiling const t = tiling::row().halo(2).bind({10, 6}, 4);
  CHECK(t.halo(0) == 2);
  CHECK(t.halo(1) == 0);
  CHECK(t.stored_box(0) == box({0, 0}, {5, 6}));
  CHECK(t.stored_box(1) == box({1, 0}, {8, 6}));
  CHECK(t.box_of(1) == box({3, 0}, {6, 6}));
  CHECK(tiling::block().halo({1, 2}).bind({10, 6}, 4).stored_box(1) == box({0, 1}, {6, 6}));
  CHECK_FALSE(tiling::row().halo(2).bind({10, 6}, 1).has_halo());
  CHECK(tiling::custom({box({0}, {4}), box({4}, {9})}).halo(1).bind({9}, 2).stored_box(1) == box({3}, {9}));
  CHECK(pantile::tiling_rule(t).bind({10, 6}, 4) == t);
  CHECK(pantile::tiling_rule(t).halo(1).bind({10, 6}, 4).halo(0) == 1);
}

TEST_CASE("rules print as they are written") {
  CHECK(tiling::row().name() == "row()");
  CHECK(tiling::axis(-2).name() == "axis(-2)");
  CHECK(tiling::block(2, 3).halo(1).name() == "block(2, 3).halo(1)");
  CHECK(tiling::block().halo({1, 2}).name() == "block().halo(1, 2)");
  CHECK(tiling::replicated().name() == "replicated()");
  CHECK_THAT(pantile::tiling_rule(tiling::row().bind({9, 2}, 3)).name(), Catch::Contains("0 3 6 9"));
}

TEST_CASE("rules that fit neither shape nor ranks are refused") {
  auto refused = [](pantile::tiling_rule const& rule, extents const& shape, int ranks) {
    INFO(rule.name() << " for " << to_string(shape) << " on " << ranks);
    CHECK_THROWS_AS(rule.bind(shape, ranks), tiling_error);
  };
  refused(tiling::row(), {4, 4}, 0);
  refused(tiling::row(), {4, 4}, -3);
  refused(tiling::row(), {}, 2);
  refused(tiling::page(), {4}, 2);
  refused(tiling::page(), {4, 4}, 2);
  refused(tiling::axis(2), {4, 4}, 2);
  refused(tiling::axis(-3), {4, 4}, 2);
  refused(tiling::block(2, 2), {4}, 4);
  refused(tiling::block(2, 2), {4, 4}, 6);
  refused(tiling::block(-2, -2), {4, 4}, 4);
  refused(tiling::block(0, 4), {4, 4}, 4);
  refused(tiling::block(65536, 65536), {4, 4}, 1);  // 2^32 ranks are 0 in an int
  refused(tiling::row().halo(-1), {4, 4}, 2);
  refused(tiling::row().halo({1, 1, 1}), {4, 4}, 2);
  refused(tiling::row().bind({4, 4}, 2), {4, 5}, 2);
  refused(tiling::row().bind({4, 4}, 2), {4, 4}, 3);
}

TEST_CASE("cuts that do not ascend from 0 to the extent, or are not one tile per rank, are refused") {
  auto refused = [](std::vector<std::vector<index_t>> cuts, extents const& shape, int ranks) {
    INFO(to_string(shape) << " on " << ranks);
    CHECK_THROWS_AS(tiling::cuts(std::move(cuts)).bind(shape, ranks), tiling_error);
  };
  refused({{0, 2, 5}, {}}, {4, 4}, 2);
  refused({{1, 2, 4}, {}}, {4, 4}, 2);
  refused({{0, 3, 2, 4}, {}}, {4, 4}, 3);
  refused({{0, 2, 4}, {}}, {4, 4}, 3);
  refused({{0, 2, 4}}, {4, 4}, 2);
  refused({{0, 2, 4}, {}, {}}, {4, 4}, 2);
  refused({{0}, {}}, {0, 4}, 1);
  refused({{-1, 4}, {}}, {4, 4}, 1);
  refused({{}, {}}, {4, 4}, 2);  // one tile, two ranks: replicated() says that
  CHECK(tiling::cuts({{}, {}}).bind({4, 4}, 1).is_replicated());
  CHECK(tiling::cuts({{0, 4, 4}, {0, 1, 4}}).bind({4, 4}, 4).box_of(2).empty());
}

TEST_CASE("custom boxes of the wrong number, with holes or outside are refused") {
  auto refused = [](std::vector<box> boxes, extents const& shape, int ranks) {
    INFO(to_string(shape) << " on " << ranks);
    CHECK_THROWS_AS(tiling::custom(std::move(boxes)).bind(shape, ranks), tiling_error);
  };
  refused({box({0}, {4})}, {4}, 2);
  refused({box({0}, {2}), box({3}, {4})}, {4}, 2);
  refused({box({0}, {2}), box({2}, {5})}, {4}, 2);
  refused({box({-1}, {2}), box({2}, {4})}, {4}, 2);
  refused({box({0, 0}, {2, 4}), box({2, 0}, {4, 3})}, {4, 4}, 2);
  refused({box({0, 0}, {4, 4}), box({0}, {4})}, {4, 4}, 2);
  refused({box(), box({0}, {4})}, {4}, 2);
  index_t const huge = index_t{1} << 32;
  refused({box({0, 0}, {4, 4}), box({0, 0}, {huge, huge})}, {4, 4}, 2);
  refused({}, {4}, 0);
  CHECK_THROWS_AS(tiling::from_boxes({4}, {}), tiling_error);
  CHECK(tiling::custom({box({0}, {4}), box({0}, {4})}).bind({4}, 2).is_replicated());
  CHECK(tiling::custom({box({0}, {0}), box({0}, {4})}).bind({4}, 2).box_of(0).empty());
}

TEST_CASE("a grid and boundaries that do not fit each other are refused") {
  using axes = std::vector<tiling::grid_axis>;
  using lists = std::vector<std::vector<index_t>>;
  auto refused = [](extents const& shape, axes grid, lists cuts, std::vector<index_t> halos = {}) {
    CHECK_THROWS_AS(tiling::cartesian(shape, std::move(grid), std::move(cuts), std::move(halos)), tiling_error);
  };
  refused({4, 4}, {{2, 2}}, {});  // no such dimension
  refused({4, 4}, {{2, -2}}, {});
  refused({4, 4}, {{0, 0}}, {{0, 4}, {}});
  refused({4, 4}, {{-2, -1}, {-2, -1}}, {});
  refused({4, 4}, {{2, 0}}, {});                       // no cuts
  refused({4, 4}, {{2, 0}}, {{0, 1, 2, 4}});           // too many
  refused({4, 4}, {{2, 0}, {2, 0}}, {{0, 2, 4}});      // twice
  refused({4, 4}, {{2, 0}}, {{0, 2, 4}, {0, 1, 4}});   // cuts without an axis
  refused({4, 4}, {{2, 0}}, {{0, 2, 4}, {}, {0, 1}});  // a third dimension
  refused({0, 4}, {{2, 1}}, {{0}, {0, 2, 4}});         // a list without a tile
  refused({4, 4}, {{65536, -1}, {65536, -1}}, {});     // more ranks than an int counts
  refused({4, 4}, {{2, 0}}, {{0, 2, 4}}, {-1, 0});
  refused({4, 4}, {{2, 0}}, {{0, 2, 4}}, {1, 1, 1, 1, 1});
  refused({4, 4}, {{2, 0}}, {{0, 2, 4}}, {1, 1, 1});
  CHECK_THROWS_AS(tiling::from_boxes({4}, {box({0}, {4})}, {-1}), tiling_error);
  CHECK_THROWS_AS(tiling::from_boxes({4}, {box({0}, {4})}, {1, 1}), tiling_error);
  CHECK_THROWS_AS(tiling::row().bind({4, 4}, 2).with_halos({0, -1}), tiling_error);
  CHECK_THROWS_AS(tiling::row().bind({4, 4}, 2).with_halos({0, 0, 0, 0, 1}), tiling_error);
}

TEST_CASE("cuts into no parts are refused") {
  CHECK_THROWS_AS(pantile::even_cuts(4, 0), tiling_error);
  CHECK_THROWS_AS(pantile::even_cuts(4, -1), tiling_error);
  CHECK_THROWS_AS(pantile::weighted_cuts({1, 2}, 0), tiling_error);
}
