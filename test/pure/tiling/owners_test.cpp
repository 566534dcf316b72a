#include <pantile/tiling/tiling.hpp>

#include <catch2/catch.hpp>

#include <support/tilings.hpp>

using support::dice;
using support::extents;
using support::index_t;
using support::tiling;

namespace {

std::vector<int> const few_ranks{1, 2, 3, 4, 6, 9, 13, 30, 64};

/// How many ranks own each element.
std::vector<int> owner_counts(tiling const& t) {
  pantile::box const whole(t.shape());
  std::vector<int> counts(static_cast<std::size_t>(whole.count()), 0);
  for (int r = 0; r < t.ranks(); ++r)
    support::for_each_index(t.box_of(r), [&](auto const& i) { ++counts[support::place_in(whole, i)]; });
  return counts;
}

pantile::box widened(tiling const& t, int rank) {
  pantile::box b = t.box_of(rank);
  if (b.empty()) return b;
  for (std::size_t k = 0; k < static_cast<std::size_t>(b.dimensions); ++k) {
    b.lo[k] = std::max<index_t>(0, b.lo[k] - t.halo(static_cast<int>(k)));
    b.hi[k] = std::min(t.shape()[static_cast<int>(k)], b.hi[k] + t.halo(static_cast<int>(k)));
  }
  return b;
}

}  // namespace

TEST_CASE("every element has an owner, and one alone where the tiling says it is disjoint") {
  support::for_cases(11, few_ranks, 40, [](extents const& shape, int ranks, dice& d) {
    tiling const t = support::random_tiling(d, shape, ranks);
    INFO(to_string(t));
    CHECK(t.shape() == shape);
    CHECK(t.ranks() == ranks);
    pantile::box const whole(shape);
    bool inside = true;
    for (int r = 0; r < ranks; ++r)
      inside = inside && whole.contains(t.box_of(r)) && t.box_of(r).dimensions == shape.dimensions();
    CHECK(inside);
    auto const counts = owner_counts(t);
    CHECK(std::count(counts.begin(), counts.end(), 0) == 0);
    bool const shared = std::any_of(counts.begin(), counts.end(), [](int n) { return n > 1; });
    CHECK(t.is_disjoint() == !shared);
    bool all = true;
    for (int r = 0; r < ranks; ++r) all = all && t.box_of(r) == whole;
    CHECK(t.is_replicated() == all);
  });
}

TEST_CASE("the stored box is the own box widened by the halo and clipped; an empty tile stays empty") {
  support::for_cases(12, few_ranks, 15, [](extents const& shape, int ranks, dice& d) {
    tiling const t =
        support::random_tiling(d, shape, ranks).with_halos(support::random_halos(d, shape.dimensions()));
    INFO(to_string(t));
    bool ok = true;
    for (int r = 0; r < ranks; ++r) ok = ok && t.stored_box(r) == widened(t, r);
    CHECK(ok);
  });
}

TEST_CASE("owners and holders of any box agree with looking at every rank") {
  support::for_cases(13, few_ranks, 25, [](extents const& shape, int ranks, dice& d) {
    tiling const t = support::random_tiling(d, shape, ranks);
    for (int i = 0; i < 8; ++i) {
      pantile::box b = support::random_box(d, shape);
      if (i == 0) b = pantile::box(shape);
      if (i == 1)  // reaching out of the index space
        for (std::size_t k = 0; k < 4; ++k) b.lo[k] -= 2, b.hi[k] += 2;
      std::vector<int> owners, holders;
      for (int r = 0; r < ranks; ++r) {
        if (!intersect(t.box_of(r), b).empty()) owners.push_back(r);
        if (!intersect(t.stored_box(r), b).empty()) holders.push_back(r);
      }
      INFO(to_string(t) << " and " << to_string(b));
      CHECK(t.owners(b) == owners);
      CHECK(t.holders(b) == holders);
    }
  });
}

TEST_CASE("coordinates number the process grid row-major") {
  support::for_cases(14, few_ranks, 10, [](extents const& shape, int ranks, dice& d) {
    tiling const t = support::random_grid(d, shape, ranks);
    bool ok = true;
    for (int r = 0; r < ranks; ++r) {
      auto const place = t.coordinates(r);
      int rank = 0;
      for (std::size_t k = 0; k < place.size(); ++k) rank = rank * t.grid()[k].ranks + place[k];
      ok = ok && rank == r;
      for (int k = 0; k < shape.dimensions(); ++k) {
        int const axis = t.grid_axis_of(k);
        std::size_t const i = axis < 0 ? 0 : static_cast<std::size_t>(place[static_cast<std::size_t>(axis)]);
        auto const& cuts = t.boundaries(k);
        auto const at = static_cast<std::size_t>(k);
        ok = ok && t.box_of(r).lo[at] == cuts[i] && t.box_of(r).hi[at] == cuts[i + 1];
      }
    }
    CHECK(ok);
  });
}

TEST_CASE("a tiling of nothing in particular") {
  tiling const t;
  CHECK(t.ranks() == 1);
  CHECK(t.shape() == extents{});
  CHECK(t.box_of(0).count() == 1);
  CHECK(t.owners(t.box_of(0)) == std::vector<int>{0});
}

TEST_CASE("halos as wide as numbers go store the whole dimension") {
  index_t const all = std::numeric_limits<index_t>::max();
  tiling const t = tiling::row().halo(all).bind({10, 3}, 4);
  for (int r = 0; r < 4; ++r) CHECK(t.stored_box(r) == pantile::box(extents{10, 3}));
  CHECK(t.holders(pantile::box({0, 0}, {1, 1})) == std::vector<int>{0, 1, 2, 3});
}
