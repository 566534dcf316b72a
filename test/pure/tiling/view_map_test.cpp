// Views against their definition: index by index, where an element of the view lies in the storage, and who
// owns it.
#include <pantile/base/error.hpp>
#include <pantile/tiling/view_map.hpp>

#include <catch2/catch.hpp>

#include <limits>
#include <support/tilings.hpp>

using namespace pantile;
using support::dice;
using support::for_each_index;

namespace {

using places = std::array<index_t, max_dimensions>;

std::size_t slot(int d) { return static_cast<std::size_t>(d); }

/// The definition.
places stored_index(view_map const& v, places const& i) {
  places s = v.origin;
  for (int d = 0; d < v.shape.dimensions(); ++d)
    if (v.axis[slot(d)] >= 0) s[slot(v.axis[slot(d)])] += v.step[slot(d)] * i[slot(d)];
  return s;
}

bool inside(box const& b, places const& i) {
  for (int d = 0; d < b.dimensions; ++d)
    if (i[slot(d)] < b.lo[slot(d)] || i[slot(d)] >= b.hi[slot(d)]) return false;
  return true;
}

/// A few operations on a view of `stored`, in any order.
view_map random_view(extents const& stored, dice& random) {
  view_map v(stored);
  for (int step = 0; step < 4; ++step) {
    int const n = v.shape.dimensions(), d = random.below(n);
    switch (random.below(4)) {
      case 0: {
        std::vector<int> order;
        for (int k = 0; k < n; ++k) order.push_back(k);
        random.shuffle(order);
        v = v.permuted(order.data());
        break;
      }
      case 1: {
        index_t const by[] = {1, 2, 3, -1, -2};
        range const r(random.between(-1, v.shape[d] + 1), random.between(-1, v.shape[d] + 1),
                      by[random.below(5)]);
        v = v.sliced(d, resolve(r, v.shape[d], std::source_location::current()));
        break;
      }
      case 2:
        if (n > 1 && v.shape[d] > 0) v = v.dropped(d, random.between(0, v.shape[d] - 1));
        break;
      default:
        if (n < max_dimensions) v = v.inserted(random.below(n + 1), random.between(1, 3));
    }
  }
  return v;
}

}  // namespace

TEST_CASE("boxes and tilings of a view follow from where its elements lie", "[tiling]") {
  support::for_cases(17, {1, 2, 3, 6}, 25, [](extents const& stored, int ranks, dice& random) {
    view_map const v = random_view(stored, random);
    tiling const t = support::random_tiling(random, stored, ranks);
    tiling const seen = v.seen_tiling(t);
    INFO(to_string(stored) << " seen as " << to_string(v.shape) << ", " << to_string(t));
    REQUIRE(seen.shape() == v.shape);
    REQUIRE(seen.ranks() == ranks);
    bool owned_alike = true, least_boxes = true;
    for (int r = 0; r < ranks; ++r) {
      box const owned = t.box_of(r), part = seen.box_of(r), least = v.stored_box(part);
      for_each_index(box(v.shape), [&](places const& i) {
        bool const mine = inside(part, i) && !part.empty();
        owned_alike = owned_alike && mine == (inside(owned, stored_index(v, i)) && !owned.empty());
        least_boxes = least_boxes && (!mine || inside(least, stored_index(v, i)));
      });
      least_boxes = least_boxes && (least.empty() || owned.contains(least));
    }
    CHECK(owned_alike);
    CHECK(least_boxes);
  });
}

TEST_CASE("a view seen through another is the composition", "[tiling]") {
  support::for_cases(5, {1, 4}, 40, [](extents const& stored, int, dice& random) {
    view_map const inner = random_view(stored, random), outer = random_view(inner.shape, random),
                   both = inner.seen_through(outer);
    REQUIRE(both.shape == outer.shape);
    bool alike = true;
    for_each_index(box(outer.shape), [&](places const& i) {
      alike = alike && stored_index(both, i) == stored_index(inner, stored_index(outer, i));
    });
    CHECK(alike);
  });
}

TEST_CASE("ranges are those of NumPy", "[tiling]") {
  auto const here = std::source_location::current();
  auto const is = [&](range const& r, index_t extent, index_t first, index_t count) {
    resolved_range const got = resolve(r, extent, here);
    return got.count == count && (count == 0 || got.first == first);
  };
  CHECK(is({}, 5, 0, 5));
  CHECK(is({1, 4}, 5, 1, 3));
  CHECK(is({-3, -1}, 5, 2, 2));
  CHECK(is({3, 100}, 5, 3, 2));
  CHECK(is({-100, 2}, 5, 0, 2));
  CHECK(is({4, 1}, 5, 0, 0));
  CHECK(is({0, 5, 2}, 5, 0, 3));
  CHECK(is({{}, {}, -1}, 5, 4, 5));
  CHECK(is({{}, {}, -2}, 5, 4, 3));
  CHECK(is({3, 0, -1}, 5, 3, 3));
  CHECK(is({3, -100, -1}, 5, 3, 4));
  CHECK(is({100, {}, -3}, 5, 4, 2));
  constexpr index_t most = std::numeric_limits<index_t>::max(), least = std::numeric_limits<index_t>::min();
  CHECK(is({1, {}, most}, 10, 1, 1));
  CHECK(is({{}, {}, least}, 10, 9, 1));
  CHECK(is({least, most, most}, 10, 0, 1));
  CHECK(is({most, least, least}, 10, 9, 1));
  CHECK(is({}, 0, 0, 0));
  CHECK(is({{}, {}, -1}, 0, 0, 0));
  CHECK_THROWS_AS(resolve(range({}, {}, 0), 5, here), index_error);
  CHECK_THROWS_AS(resolve_index(5, 5, 0, here), index_error);
  CHECK_THROWS_AS(resolve_index(-6, 5, 0, here), index_error);
  CHECK(resolve_index(-1, 5, 0, here) == 4);
}
