#include <pantile/base/box.hpp>
#include <pantile/base/error.hpp>

#include <catch2/catch.hpp>

#include <limits>
#include <set>
#include <support/tilings.hpp>

using pantile::box;
using pantile::extents;
using pantile::index_t;

namespace {

using element = std::array<index_t, pantile::max_dimensions>;

/// Half-open boxes around the origin, a third of them inverted or empty.
box any_box(support::dice& d, int dimensions) {
  box b;
  b.dimensions = dimensions;
  for (std::size_t k = 0; k < static_cast<std::size_t>(dimensions); ++k) {
    b.lo[k] = d.between(-3, 3);
    b.hi[k] = b.lo[k] + d.between(d.one_in(9) ? -2 : 1, 4);
  }
  return b;
}

std::set<element> elements_of(box const& b) {
  std::set<element> all;
  support::for_each_index(b, [&](element const& i) { all.insert(i); });
  return all;
}

}  // namespace

TEST_CASE("a box: extents, count, shape, text") {
  box const b({1, 2, 3}, {4, 2, 9});
  CHECK(b.dimensions == 3);
  CHECK(b.extent(0) == 3);
  CHECK(b.extent(1) == 0);
  CHECK(b.count() == 0);
  CHECK(b.empty());
  CHECK(b.shape() == extents{3, 0, 6});
  CHECK(to_string(b) == "[1, 4) x [2, 2) x [3, 9)");
  CHECK(box(extents{4, 6}) == box({0, 0}, {4, 6}));
  CHECK(box({5}, {2}).extent(0) == 0);
  CHECK(box({5}, {2}).empty());
  CHECK(box(extents{}).count() == 1);
  CHECK_FALSE(box(extents{}).empty());
}

TEST_CASE("a box needs as many upper as lower bounds, at most four") {
  CHECK_THROWS_AS(box({1, 2}, {3}), pantile::shape_error);
  CHECK_THROWS_AS(box({1, 2, 3, 4, 5}, {1, 2, 3, 4, 5}), pantile::shape_error);
}

TEST_CASE("a box too large to count is not empty") {
  index_t const huge = index_t{1} << 32;
  box const b({0, 0}, {huge, huge});  // 2^64 elements
  CHECK_FALSE(b.empty());
  CHECK_FALSE(box(extents{3, 3}).contains(b));
  index_t const top = std::numeric_limits<index_t>::max(), bottom = std::numeric_limits<index_t>::min();
  CHECK_FALSE(box({bottom}, {top}).empty());
  CHECK_FALSE(box(extents{3}).contains(box({bottom}, {top})));
}

TEST_CASE("contains, intersect and subtract agree with sets of elements") {
  support::dice d(1);
  for (int i = 0; i < 3000; ++i) {
    int const dimensions = 1 + i % 4;
    box const a = any_box(d, dimensions), b = any_box(d, dimensions);
    auto const in_a = elements_of(a), in_b = elements_of(b);
    std::set<element> both, rest, covered;
    for (auto const& e : in_a) (in_b.count(e) ? both : rest).insert(e);

    box const meet = intersect(a, b);
    bool ok = elements_of(meet) == both && static_cast<std::size_t>(meet.count()) == both.size();
    for (std::size_t k = 0; k < static_cast<std::size_t>(dimensions); ++k) ok = ok && meet.hi[k] >= meet.lo[k];
    ok = ok && a.contains(b) == std::includes(in_a.begin(), in_a.end(), in_b.begin(), in_b.end());

    auto const parts = subtract(a, b);
    std::size_t counted = 0;
    for (box const& part : parts) {
      ok = ok && !part.empty();
      counted += static_cast<std::size_t>(part.count());
      covered.merge(elements_of(part));
    }
    ok = ok && covered == rest && counted == rest.size() &&
         parts.size() <= 2 * static_cast<std::size_t>(dimensions);
    INFO(to_string(a) << " and " << to_string(b));
    CHECK(ok);
  }
}
