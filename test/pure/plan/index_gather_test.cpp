// Taking by indices, simulated: what readers ask for and what owners give are the same, and are what is wanted.
#include "support/tilings.hpp"

#include <pantile/plan/index_gather.hpp>

#include <catch2/catch.hpp>

#include <map>
#include <set>

using namespace pantile;
using namespace support;

TEST_CASE("every element that is asked for comes once, from a rank that owns it") {
  for_cases(91, {1, 2, 3, 4, 6, 9}, 12, [](extents const& shape, int ranks, dice& d) {
    tiling const t = random_tiling(d, shape, ranks);
    int const axis = d.below(shape.dimensions());
    auto const a = static_cast<std::size_t>(axis);
    for (int reader = 0; reader < ranks; ++reader) {
      box beside = random_box(d, shape);
      beside.lo[a] = 0;
      beside.hi[a] = shape[axis];
      std::set<index_t> chosen;
      for (index_t i = d.below(9); i > 0 && shape[axis] > 0; --i) chosen.insert(d.between(0, shape[axis] - 1));
      std::vector<index_t> const indices(chosen.begin(), chosen.end());
      INFO(to_string(t) << " axis " << axis << " for " << to_string(beside));
      std::map<std::array<index_t, max_dimensions>, int> came;
      bool ok = true;
      int last = -1;
      for (index_share const& s : plan_index_gather(t, beside, axis, indices, reader)) {
        ok = ok && s.peer > last;
        last = s.peer;
        index_share const given = provided_indices(t, s.peer, beside, axis, s.indices, reader);
        ok = ok && given.parts == s.parts && given.count(axis) == s.count(axis) && s.count(axis) > 0;
        index_t count = 0;
        for (box const& part : s.parts) {
          ok = ok && t.box_of(s.peer).contains(part) && beside.contains(part);
          for (index_t i : indices_within(s.indices, part, axis)) {
            box slab = part;
            slab.lo[a] = i;
            slab.hi[a] = i + 1;
            for_each_index(slab, [&](auto const& at) { ++came[at]; });
            count += slab.count();
          }
        }
        ok = ok && count == s.count(axis);
      }
      for (index_t i : indices) {
        box slab = beside;
        slab.lo[a] = i;
        slab.hi[a] = i + 1;
        for_each_index(slab, [&](auto const& at) { ok = ok && came[at] == 1 && came.erase(at); });
      }
      CHECK((ok && came.empty()));
    }
  });
}
