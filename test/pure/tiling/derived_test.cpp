#include <pantile/base/error.hpp>
#include <pantile/tiling/tiling.hpp>

#include <catch2/catch.hpp>

#include <support/tilings.hpp>

using pantile::box;
using support::dice;
using support::extents;
using support::index_t;
using support::tiling;

namespace {
std::size_t at(int i) { return static_cast<std::size_t>(i); }
}  // namespace

TEST_CASE("reduced: the same boxes without one dimension, and no halos") {
  support::for_cases(51, {1, 2, 4, 6, 9, 24}, 15, [](extents const& shape, int ranks, dice& d) {
    tiling const t =
        support::random_grid(d, shape, ranks).with_halos(support::random_halos(d, shape.dimensions()));
    for (int axis = 0; axis < shape.dimensions(); ++axis) {
      tiling const kept = t.reduced(axis, true), left = t.reduced(axis, false);
      bool ok = kept.ranks() == ranks && left.ranks() == ranks && !kept.has_halo() && !left.has_halo();
      ok = ok && kept.shape()[axis] == 1 && left.shape().dimensions() == shape.dimensions() - 1;
      for (int r = 0; r < ranks; ++r) {
        box const b = t.box_of(r);
        for (int k = 0, l = 0; k < shape.dimensions(); ++k) {
          bool const gone = k == axis;
          ok = ok && kept.box_of(r).lo[at(k)] == (gone ? 0 : b.lo[at(k)]);
          ok = ok && kept.box_of(r).hi[at(k)] == (gone ? 1 : b.hi[at(k)]);
          if (gone) continue;
          ok = ok && left.box_of(r).lo[at(l)] == b.lo[at(k)] && left.box_of(r).hi[at(l)] == b.hi[at(k)];
          ++l;
        }
      }
      INFO(to_string(t) << ", axis " << axis);
      CHECK(ok);
    }
  });
}

TEST_CASE("reduced of a vector is one element that everybody owns") {
  tiling const t = tiling::row().bind({10}, 4).reduced(0, false);
  CHECK(t.shape() == extents{});
  CHECK(t.is_replicated());
  CHECK(t.owners(box(extents{})) == std::vector<int>{0, 1, 2, 3});
}

TEST_CASE("permuted: the same boxes with their dimensions in another order") {
  support::for_cases(52, {1, 2, 4, 6, 9, 24}, 25, [](extents const& shape, int ranks, dice& d) {
    tiling const t = support::random_tiling(d, shape, ranks);
    std::vector<int> axes(at(shape.dimensions())), back(axes.size());
    std::iota(axes.begin(), axes.end(), 0);
    d.shuffle(axes);
    for (int k = 0; k < shape.dimensions(); ++k) back[at(axes[at(k)])] = k;
    tiling const p = t.permuted(axes);
    bool ok = p.ranks() == ranks && p.is_disjoint() == t.is_disjoint();
    for (int k = 0; k < shape.dimensions(); ++k) ok = ok && p.shape()[k] == shape[axes[at(k)]];
    for (int r = 0; r < ranks; ++r)
      for (int k = 0; k < shape.dimensions(); ++k)
        for (bool stored : {false, true}) {
          box const a = stored ? t.stored_box(r) : t.box_of(r), b = stored ? p.stored_box(r) : p.box_of(r);
          ok = ok && b.lo[at(k)] == a.lo[at(axes[at(k)])] && b.hi[at(k)] == a.hi[at(axes[at(k)])];
        }
    INFO(to_string(t) << " and " << to_string(p));
    CHECK(ok);
    CHECK(p.permuted(back) == t);
    CHECK(p.permuted(back).hash() == t.hash());
  });
}

TEST_CASE("axes that are none, or twice the same, are refused") {
  tiling const t = tiling::row().bind({10, 6}, 4);
  CHECK_THROWS_AS(t.reduced(2, true), pantile::tiling_error);
  CHECK_THROWS_AS(t.reduced(-1, true), pantile::tiling_error);
  CHECK_THROWS_AS(t.permuted({0}), pantile::tiling_error);
  CHECK_THROWS_AS(t.permuted({0, 0}), pantile::tiling_error);
  CHECK_THROWS_AS(t.permuted({0, 2}), pantile::tiling_error);
  CHECK_THROWS_AS(t.permuted({-1, 1}), pantile::tiling_error);
  tiling const boxes = tiling::custom({box({0, 0}, {4, 2}), box({4, 0}, {9, 2})}).bind({9, 2}, 2);
  CHECK_THROWS_AS(boxes.reduced(0, true), pantile::tiling_error);
}
