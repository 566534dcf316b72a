#include <pantile/tiling/tiling.hpp>

#include <catch2/catch.hpp>

#include <set>
#include <support/tilings.hpp>
#include <unordered_set>

using pantile::box;
using support::dice;
using support::extents;
using support::index_t;
using support::tiling;

namespace {

tiling as_boxes(tiling const& t) {
  std::vector<box> boxes;
  for (int r = 0; r < t.ranks(); ++r) boxes.push_back(t.box_of(r));
  std::vector<index_t> halos;
  for (int d = 0; d < t.shape().dimensions(); ++d) halos.push_back(t.halo(d));
  return tiling::from_boxes(t.shape(), boxes, halos);
}

bool alike(tiling const& a, tiling const& b) {
  if (a.shape() != b.shape() || a.ranks() != b.ranks()) return false;
  for (int r = 0; r < a.ranks(); ++r)
    if (a.box_of(r) != b.box_of(r)) return false;
  return true;
}

bool same_halo(tiling const& a, tiling const& b) {
  for (int d = 0; d < pantile::max_dimensions; ++d)
    if (a.halo(d) != b.halo(d)) return false;
  return true;
}

}  // namespace

TEST_CASE("boxes written out equal the tiling that they came from, and say the same of themselves") {
  support::for_cases(41, {1, 2, 3, 4, 9, 20}, 25, [](extents const& shape, int ranks, dice& d) {
    tiling const t = support::random_tiling(d, shape, ranks), other = as_boxes(t);
    INFO(to_string(t) << " and " << to_string(other));
    CHECK(t == other);
    CHECK(other == t);
    CHECK(t.owns_alike(other));
    CHECK(t.hash() == other.hash());
    CHECK(std::hash<tiling>{}(t) == t.hash());
    CHECK(t.is_disjoint() == other.is_disjoint());
    CHECK(t.is_replicated() == other.is_replicated());
  });
}

TEST_CASE("tilings are equal exactly where boxes and halos are, and equal ones have equal hashes") {
  support::for_cases(42, {2, 3, 4, 6}, 8, [](extents const& shape, int ranks, dice& d) {
    std::vector<tiling> all;
    for (int k = 0; k < support::kinds; ++k)
      all.push_back(support::random_tiling_of(d, static_cast<support::kind>(k), shape, ranks));
    all.push_back(all[0].with_halos(support::random_halos(d, shape.dimensions())));
    bool ok = true;
    for (auto const& a : all)
      for (auto const& b : all) {
        ok = ok && a.owns_alike(b) == alike(a, b);
        ok = ok && (a == b) == (alike(a, b) && same_halo(a, b));
        ok = ok && (!(a == b) || a.hash() == b.hash());
      }
    CHECK(ok);
  });
}

TEST_CASE("hashes tell tilings apart") {
  std::set<std::uint64_t> hashes;
  std::size_t made = 0;
  for (index_t n : {5, 8, 100})
    for (int ranks : {2, 4, 6, 40})
      for (auto const& rule : {tiling::row(), tiling::column(), tiling::block(), tiling::replicated(),
                               tiling::row().halo(1), tiling::row().halo(2)}) {
        if (ranks == 2 && rule.name() == "block()") continue;  // the same as column()
        hashes.insert(rule.bind({n, n + 1}, ranks).hash());
        ++made;
      }
  CHECK(hashes.size() == made);
}

TEST_CASE("other shapes, ranks, cuts and halos differ") {
  tiling const t = tiling::row().bind({10, 6}, 4);
  CHECK(t == tiling::row().bind({10, 6}, 4));
  CHECK_FALSE(t == tiling::row().bind({10, 7}, 4));
  CHECK_FALSE(t == tiling::row().bind({10, 6}, 5));
  CHECK_FALSE(t == tiling::column().bind({10, 6}, 4));
  CHECK_FALSE(t == tiling::cuts({{0, 3, 6, 9, 10}, {}}).bind({10, 6}, 4));
  CHECK_FALSE(t == t.with_halos({1, 0}));
  CHECK(t.owns_alike(t.with_halos({1, 0})));
  CHECK(t == t.with_halos({1, 0}).with_halos({}));
  std::unordered_set<tiling> set{t, tiling::row().bind({10, 6}, 4), t.with_halos({1})};
  CHECK(set.size() == 2);
}

TEST_CASE("tilings print their shape, ranks, cuts and halos") {
  CHECK(to_string(tiling::row().bind({10, 6}, 4)) == "(10, 6) on 4 ranks, dimension 0 cut at 0 3 6 8 10");
  CHECK_THAT(to_string(tiling::block().bind({10, 6}, 4)),
             Catch::Contains("dimension 0 cut at 0 5 10") && Catch::Contains("dimension 1 cut at 0 3 6"));
  CHECK_THAT(to_string(tiling::replicated().bind({10, 6}, 4)), Catch::Contains("replicated"));
  CHECK_THAT(to_string(tiling::row().halo(2).bind({10, 6}, 4)), Catch::Contains("halo 2"));
  CHECK_THAT(to_string(tiling::row().bind({10, 6}, 1)), Catch::Contains("1 rank"));
  CHECK_THAT(to_string(tiling::block().bind({10, 6}, 4).reduced(1, false)), Catch::Contains("2 replicas"));
  auto const boxes = tiling::custom({box({0}, {4}), box({4}, {9})});
  CHECK_THAT(to_string(boxes.bind({9}, 2)), Catch::Contains("custom"));
  CHECK_THAT(to_string(boxes.halo(3).bind({9}, 2)), Catch::Contains("halo") && Catch::Contains("3"));
  CHECK(to_string(tiling::row().bind({1000000, 6}, 100000)).size() < 200);
}
