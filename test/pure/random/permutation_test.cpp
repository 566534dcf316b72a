// Random permutations: every place once, other for other seeds, and nowhere near the order of the places.
#include <pantile/random/permutation.hpp>

#include <catch2/catch.hpp>

#include <cmath>
#include <vector>

using pantile::index_t;
using pantile::random::permutation;

TEST_CASE("a random permutation takes every value once", "[random]") {
  for (index_t n = 0; n < 300; ++n) {
    permutation const p(n, 7);
    std::vector<char> seen(static_cast<std::size_t>(n), 0);
    bool good = true;
    for (index_t i = 0; i < n; ++i) {
      index_t const to = p(i);
      good = good && to >= 0 && to < n && !seen[static_cast<std::size_t>(to)];
      if (good) seen[static_cast<std::size_t>(to)] = 1;
    }
    INFO("n = " << n);
    CHECK(good);
  }
  for (index_t const n : {index_t{1} << 40, (index_t{1} << 62) - 3}) {
    permutation const p(n, 1);
    for (index_t const i : {index_t{0}, n / 3, n - 1}) {
      CHECK(p(i) >= 0);
      CHECK(p(i) < n);
      CHECK(p.inverse(p(i)) == i);
    }
  }
}

TEST_CASE("places and values of a random permutation are uncorrelated, for all seeds", "[random]") {
  constexpr index_t n = 5000;
  for (std::uint64_t const seed : {0, 1, 2, 99}) {
    permutation const p(n, seed), q(n, seed + 1);
    double product = 0;
    index_t fixed = 0, alike = 0;
    for (index_t i = 0; i < n; ++i) {
      product += (static_cast<double>(i) - n / 2.0) * (static_cast<double>(p(i)) - n / 2.0);
      fixed += p(i) == i;
      alike += p(i) == q(i);
    }
    // The correlation of a random permutation has the standard deviation 1 / sqrt(n - 1).
    CHECK(std::abs(product / (n / 12.0 * n * n)) < 5 / std::sqrt(double(n)));
    CHECK(fixed < 10);
    CHECK(alike < 10);
  }
}
