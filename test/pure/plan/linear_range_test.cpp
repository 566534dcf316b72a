// Ranges of the row-major order as boxes, and tilings by such ranges.
#include "support/tilings.hpp"

#include <pantile/kernel/copy.hpp>
#include <pantile/plan/linear_range.hpp>

#include <catch2/catch.hpp>

using namespace pantile;
using namespace support;

TEST_CASE("a range is at most 2N - 1 boxes that hold its elements in order") {
  for_cases(71, {3}, 40, [](extents const& shape, int, dice& d) {
    for (int i = 0; i < 20; ++i) {
      index_t const first = d.between(0, shape.count()), last = d.between(first, shape.count());
      auto const boxes = boxes_of_range(shape, first, last);
      index_t next = first;
      bool ok = static_cast<int>(boxes.size()) <= 2 * shape.dimensions() - 1;
      for (box const& b : boxes) {
        ok = ok && box(shape).contains(b) && !b.empty() && kernel::is_contiguous(b, box(shape));
        for_each_index(
            b, [&](auto const& at) { ok = ok && static_cast<index_t>(place_in(box(shape), at)) == next++; });
      }
      INFO(to_string(shape) << " [" << first << ", " << last << ")");
      CHECK((ok && next == last));
    }
  });
}

TEST_CASE("all elements are one box, none are no box, one is one") {
  CHECK(boxes_of_range({3, 4, 5}, 0, 60) == std::vector{box(extents{3, 4, 5})});
  CHECK(boxes_of_range({3, 4, 5}, 7, 7).empty());
  CHECK(boxes_of_range({3, 4, 5}, 7, 8) == std::vector{box({0, 1, 2}, {1, 2, 3})});
  CHECK(boxes_of_range({3, 4, 5}, 1, 59).size() == 5);
  CHECK(boxes_of_range({0, 4}, 0, 0).empty());
}

TEST_CASE("tilings by ranges: each rank keeps its range, or there is no such tiling") {
  int kept = 0;
  for_cases(72, {1, 2, 4, 6}, 60, [&](extents const& shape, int ranks, dice& d) {
    tiling const t = random_tiling(d, shape, ranks);
    index_t const n = shape.count();
    std::vector<extents> others{{n}, {1, n}, shape};
    if (n % 2 == 0) others.push_back({n / 2, 2});
    for (extents const& other : others) {
      auto const same = same_ranges(t, other);
      if (!same) continue;
      ++kept;
      bool ok = true;
      for (int r = 0; r < ranks; ++r) {
        box const a = t.box_of(r), b = same->box_of(r);
        ok = ok && a.count() == b.count();
        if (!a.empty()) ok = ok && place_in(box(shape), a.lo) == place_in(box(other), b.lo);
      }
      INFO(to_string(t) << " as " << to_string(*same));
      CHECK(ok);
    }
  });
  CHECK(kept > 200);
  tiling const rows = tiling::row().bind({10, 6}, 4);
  REQUIRE(same_ranges(rows, {60}));
  CHECK(same_ranges(rows, {60})->boundaries(0) == std::vector<index_t>{0, 18, 36, 48, 60});
  CHECK(!same_ranges(rows, {6, 10}));
  CHECK(!same_ranges(tiling::column().bind({10, 6}, 4), {60}));
}
