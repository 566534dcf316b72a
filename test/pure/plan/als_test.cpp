#include <pantile/plan/als.hpp>

#include <catch2/catch.hpp>

using namespace pantile;

TEST_CASE("an iteration on one rank moves nothing; on more, each factor goes to all others") {
  als_problem p{1000, 200, 50000, 16, 8, 1};
  als_cost const alone = cost_of(p, machine());
  CHECK(alone.bytes == 0);
  CHECK(alone.messages == 0);
  for (int const ranks : {2, 4, 5, 10}) {
    p.ranks = ranks;
    als_cost const c = cost_of(p, machine());
    CHECK(c.bytes == (1200 - 1200 / ranks) * 16 * 8 + 2 * 16 * 16 * 8);
    CHECK(c.lower_bound < c.bytes);
    CHECK(c.flops == Approx(alone.flops / ranks).epsilon(0.01));
    CHECK(c.memory < alone.memory);
  }
}

TEST_CASE("few ratings name few factors; factors have rows of whole cache lines") {
  machine const on;
  als_problem p{100'000'000, 10'000'000, 10'000'000'000, 64, 4, 1024};
  als_cost const c = cost_of(p, on);
  CHECK(c.memory > index_t{110'000'000} * 256);  // all factors on every rank
  CHECK(c.lower_bound < c.bytes);
  CHECK(c.seconds > static_cast<double>(c.bytes) / on.bytes_per_second);
  p.factors = 65;
  CHECK(cost_of(p, on).memory > c.memory + index_t{110'000'000} * 64 - 1);
  CHECK(cost_of({0, 0, 0, 8, 4, 4}, on).lower_bound == 0);
}
