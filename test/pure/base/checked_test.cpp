#include <pantile/base/checked.hpp>

#include <catch2/catch.hpp>

#include <limits>
#include <set>

using pantile::index_t;

namespace {
constexpr index_t top = std::numeric_limits<index_t>::max();
constexpr index_t bottom = std::numeric_limits<index_t>::min();
}  // namespace

TEST_CASE("narrow keeps what fits and throws for the rest") {
  CHECK(pantile::narrow<int>(index_t{2147483647}) == 2147483647);
  CHECK_THROWS_AS(pantile::narrow<int>(index_t{2147483648}), pantile::domain_error);
  CHECK_THROWS_AS(pantile::narrow<int>(index_t{1} << 32), pantile::domain_error);
  CHECK_THROWS_AS(pantile::narrow<unsigned>(-1), pantile::domain_error);
  CHECK_THROWS_AS(pantile::narrow<index_t>(std::numeric_limits<std::uint64_t>::max()), pantile::domain_error);
  CHECK(pantile::narrow<std::uint8_t>(255) == 255);
}

TEST_CASE("checked_product throws where 63 bits do not hold the product") {
  CHECK(pantile::checked_product(index_t{1} << 31, index_t{1} << 31) == index_t{1} << 62);
  CHECK(pantile::checked_product(top, 1) == top);
  CHECK(pantile::checked_product(top, 0) == 0);
  CHECK_THROWS_AS(pantile::checked_product(index_t{1} << 32, index_t{1} << 31), pantile::memory_error);
  CHECK_THROWS_AS(pantile::checked_product(bottom, -1), pantile::memory_error);
}

TEST_CASE("hash_combine depends on every value and on their order") {
  std::set<std::uint64_t> seen;
  for (std::uint64_t a = 0; a < 40; ++a)
    for (std::uint64_t b = 0; b < 40; ++b) seen.insert(pantile::hash_combine(pantile::hash_combine(0, a), b));
  CHECK(seen.size() == 1600);
}
