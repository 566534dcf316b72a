#include <pantile/base/error.hpp>
#include <pantile/plan/als.hpp>

#include <catch2/catch.hpp>

#include <cmath>

using namespace pantile;

TEST_CASE("an iteration on one rank moves nothing; on more, each factor goes to all others") {
  als_problem p{1000, 200, 50000, 16, 8, 1};
  p.transfer = als_transfer::all;
  als_cost const alone = cost_of(p, machine());
  CHECK(alone.bytes == 0);
  CHECK(alone.messages == 0);
  for (int const ranks : {2, 4, 5, 10}) {
    p.ranks = ranks;
    als_cost const c = cost_of(p, machine());
    CHECK(c.bytes == (1200 - 1200 / ranks) * 16 * 8 + 2 * 16 * 16 * 8 + 8);
    CHECK(c.lower_bound < c.bytes);
    CHECK(c.flops == Approx(alone.flops / ranks).epsilon(0.01));
    CHECK(c.memory.ratings < alone.memory.ratings);
    CHECK(c.memory.own_factors + c.memory.fetched_factors == alone.memory.own_factors);
    CHECK(c.seconds < alone.seconds);
  }
}

TEST_CASE("few ratings name few factors; factors have rows of whole cache lines") {
  machine const on;
  als_problem p{100'000'000, 10'000'000, 10'000'000'000, 64, 4, 1024};
  als_cost const named = cost_of(p, on);
  CHECK(named.memory.total() < index_t{5} << 30);
  CHECK(named.lower_bound <= named.bytes);
  p.transfer = als_transfer::all;
  als_cost const all = cost_of(p, on);
  CHECK(all.memory.own_factors + all.memory.fetched_factors > index_t{109'000'000} * 256);
  CHECK(all.bytes > 4 * named.bytes);
  CHECK(all.seconds > static_cast<double>(all.bytes) / on.bytes_per_second / 2);
  p.factors = 65;
  CHECK(cost_of(p, on).memory.fetched_factors >= all.memory.fetched_factors / 4 * 5);
  CHECK(cost_of({0, 0, 0, 8, 4, 4}, on).lower_bound == 0);
  CHECK_THROWS_AS(cost_of({10, 10, 101, 8, 4, 4}, on), domain_error);
}

TEST_CASE("rows that are expected to be named are summed over a popularity of rows") {
  als_problem p{50'000, 3000, 400'000, 8, 4, 16};
  index_t before = p.users;
  for (double const exponent : {0.0, 0.3, 1.0, 1.7}) {
    p.user_exponent = exponent;
    double all = 0, named = 0;
    for (index_t i = 1; i <= p.users; ++i) all += std::pow(static_cast<double>(i), -exponent);
    for (index_t i = 1; i <= p.users; ++i)
      named += 1 - std::exp(-25'000 * std::pow(static_cast<double>(i), -exponent) / all);
    index_t const fetched = expected_share(p, {}, {}).users.fetched;
    CHECK(static_cast<double>(fetched) == Approx(named * 15 / 16).epsilon(0.003));
    CHECK(fetched < before);  // the more unequal, the fewer
    before = fetched;
  }
  CHECK(expected_share(p, {false, 1}, {}).users.fetched == 50'000 - 50'000 / 16);
}

TEST_CASE("rows go by name where that is fewer bytes, and in chunks where sending takes long") {
  machine const network;
  als_problem p{1'000'000, 100'000, 20'000'000, 64, 4, 64};
  CHECK(choose_exchange(p, 1'000'000, 300'000, network).named);
  CHECK_FALSE(choose_exchange(p, 1'000'000, 980'000, network).named);  // to pack them takes longer
  machine near = network;
  near.shared_memory = true;
  CHECK(choose_exchange(p, 1'000'000, 980'000, near).named);  // nothing is packed
  CHECK(choose_exchange(p, 1'000'000, 300'000, near).chunks == 1);
  CHECK(choose_exchange(p, 1'000'000, 300'000, network).chunks > 1);
  machine fast = network;
  fast.bytes_per_second = 1e13;
  fast.seconds_per_message = 0;
  CHECK(choose_exchange(p, 1'000'000, 980'000, fast).chunks == 1);
  p.transfer = als_transfer::all;
  p.chunks = 3;
  CHECK_FALSE(choose_exchange(p, 1'000'000, 300'000, network).named);
  CHECK(choose_exchange(p, 1'000'000, 300'000, network).chunks == 3);
  // What overlaps is predicted to take no longer.
  p = {1'000'000, 100'000, 20'000'000, 64, 4, 64};
  double const best = cost_of(p, network).seconds;
  for (index_t const chunks : {1, 4, 8, 16}) {
    p.chunks = chunks;
    CHECK(best <= cost_of(p, network).seconds * 1.06);
  }
}

TEST_CASE("the busiest rank has the largest of each number, and the slowest ranks make the time") {
  als_cost a, b;
  a.bytes = 5;
  b.flops = 7;
  a.half_seconds[0] = 1, a.half_seconds[1] = 3;
  b.half_seconds[0] = 2, b.half_seconds[1] = 1;
  a.memory.work = 10;
  b.memory.ratings = 8;
  als_cost const both[] = {a, b};
  als_cost const most = busiest(both);
  CHECK(most.bytes == 5);
  CHECK(most.flops == 7);
  CHECK(most.seconds == 5);
  CHECK(most.memory.total() == 10);
}
