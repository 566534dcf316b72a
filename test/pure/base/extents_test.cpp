#include <pantile/base/error.hpp>
#include <pantile/base/extents.hpp>

#include <catch2/catch.hpp>

#include <array>
#include <vector>

using pantile::extents;
using pantile::index_t;

TEST_CASE("a shape: dimensions, extents, count, equality, text as NumPy prints it") {
  extents const s{3, 4, 5};
  CHECK(s.dimensions() == 3);
  CHECK(s[1] == 4);
  CHECK(s.count() == 60);
  CHECK(to_string(s) == "(3, 4, 5)");
  CHECK(to_string(extents{7}) == "(7,)");
  CHECK(to_string(extents{}) == "()");
  CHECK(extents{}.count() == 1);
  CHECK(extents{5, 0, 2}.count() == 0);
  CHECK(extents(std::array<index_t, 2>{2, 3}) == extents{2, 3});
  CHECK_FALSE(extents{2, 3} == extents{3, 2});
  CHECK_FALSE(extents{2} == extents{2, 0});
  std::vector<index_t> const sizes{6, 7};
  CHECK(extents(sizes.data(), 2) == extents{6, 7});
}

TEST_CASE("a shape that cannot be: five dimensions, negative extents, too many elements") {
  CHECK_THROWS_AS((extents{1, 1, 1, 1, 1}), pantile::shape_error);
  CHECK_THROWS_AS(extents(nullptr, -1), pantile::shape_error);
  CHECK_THROWS_AS((extents{3, -1}), pantile::shape_error);
  index_t const big = index_t{1} << 32;
  CHECK_THROWS_AS((extents{big, big}), pantile::shape_error);
  CHECK_NOTHROW(extents{big, big / 4, 1});
}

TEST_CASE("the message of a shape error says what was wrong and where") {
  try {
    extents const s{3, -4};
    FAIL("no error for " << to_string(s));
  } catch (pantile::shape_error const& e) {
    CHECK_THAT(e.what(), Catch::Contains("-4") && Catch::Contains("dimension 1") &&
                             Catch::Contains("base/extents_test.cpp:"));
  }
}
