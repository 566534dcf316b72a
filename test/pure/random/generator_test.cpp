#include <pantile/random/generator.hpp>

#include <catch2/catch.hpp>

#include <cmath>
#include <vector>

using pantile::index_t;
using pantile::random::generator;

TEST_CASE("bits are those of Philox4x32-10 in its published test vectors") {
  CHECK(generator(0, 0).bits(0) == 0xe169c58d6627e8d5ULL);
  CHECK(generator(~std::uint64_t{0}, ~std::uint64_t{0}).bits(-1) == 0x41c83b0e408f276dULL);
  auto const counter = static_cast<index_t>(0x85a308d3243f6a88ULL);
  CHECK(generator(0x299f31d0a4093822ULL, 0x0370734413198a2eULL).bits(counter) == 0x94fdccebd16cfe09ULL);
}

TEST_CASE("uniform takes the upper 53 bits") {
  generator const g(17, 3);
  for (index_t i = 0; i < 1000; ++i) {
    CHECK(g.uniform(i) == std::ldexp(static_cast<double>(g.bits(i) >> 11), -53));
    CHECK(g.uniform(i) < 1);
  }
}

TEST_CASE("normal agrees with the mathematical library's Box-Muller and is bounded") {
  // The second 64 bits are not public, so the check is on the distribution of what the first 64 determine: the
  // radius.
  generator const g(5);
  for (index_t i = 0; i < 20000; ++i) {
    double const radius = std::sqrt(-2 * std::log1p(-g.uniform(i)));
    CHECK(std::abs(g.normal(i)) <= radius * (1 + 1e-14));
  }
}

TEST_CASE("the numbers never change: values of the first release") {
  generator const g(42, 7);
  CHECK(g.bits(123456789012345) == 0x933f8b94472c17f7ULL);
  CHECK(g.uniform(1) == 0x1.803d865b9777ap-2);
  CHECK(g.normal(1) == 0x1.c82780285efb8p-2);
  CHECK(g.normal(2) == 0x1.0f2232f8bafc6p+0);
}

TEST_CASE("seeds, streams and counters give uncorrelated numbers") {
  constexpr index_t n = 100000;
  auto correlation = [](auto a, auto b) {
    double sum = 0;
    for (index_t i = 0; i < n; ++i) sum += (a(i) - 0.5) * (b(i) - 0.5);
    return sum / n * 12;
  };
  auto of = [](generator g, index_t shift = 0) {
    return [g, shift](index_t i) { return g.uniform(i + shift); };
  };
  double const bound = 4 / std::sqrt(static_cast<double>(n));
  CHECK(std::abs(correlation(of(generator(1)), of(generator(2)))) < bound);
  CHECK(std::abs(correlation(of(generator(1)), of(generator(1, 1)))) < bound);
  CHECK(std::abs(correlation(of(generator(1)), of(generator(1), 1))) < bound);
  CHECK(std::abs(correlation(of(generator(1)), of(generator(1), index_t{1} << 32))) < bound);
  CHECK(correlation(of(generator(1)), of(generator(1))) == Approx(1).margin(0.02));
}
