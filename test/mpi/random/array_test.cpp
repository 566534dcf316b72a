#include "support/oracle.hpp"

#include <pantile/random/normal.hpp>
#include <pantile/random/uniform.hpp>

#include <catch2/catch.hpp>

#include <complex>
#include <cstring>
#include <vector>

using namespace pantile;
using support::is_part_of;
using support::world;

namespace {

std::vector<tiling_rule> rules_for(int dimensions) {
  std::vector<tiling_rule> rules{tiling_rule::row(),         tiling_rule::column(),
                                 tiling_rule::block(),       tiling_rule::replicated(),
                                 tiling_rule::row().halo(2), tiling_rule::block().halo(1)};
  if (dimensions >= 3) rules.push_back(tiling_rule::page());
  return rules;
}

template <class T, std::size_t N>
void check_tilings(std::array<index_t, N> const& shape) {
  random::uniform_options const u{.seed = 42, .low = -1, .high = 2};
  random::normal_options const n{.seed = 42, .mean = 3, .stddev = 0.1};
  auto const all_uniform = random::uniform<T>(shape, u);
  auto const all_normal = random::normal<T>(shape, n);
  for (auto const& rule : rules_for(static_cast<int>(N))) {
    INFO(to_string(extents(shape)) << ' ' << rule.name());
    CHECK(is_part_of(random::uniform<T>(world(), shape, rule, u), all_uniform));
    CHECK(is_part_of(random::normal<T>(world(), shape, rule, n), all_normal));
  }
}

}  // namespace

TEMPLATE_TEST_CASE("random arrays are the same for every tiling and number of ranks", "", float, double,
                   std::complex<float>, std::complex<double>) {
  check_tilings<TestType>(std::array<index_t, 1>{101});
  check_tilings<TestType>(std::array<index_t, 2>{23, 17});
  check_tilings<TestType>(std::array<index_t, 2>{2, 300});
  check_tilings<TestType>(std::array<index_t, 3>{4, 7, 9});
  check_tilings<TestType>(std::array<index_t, 4>{3, 2, 6, 5});
  check_tilings<TestType>(std::array<index_t, 2>{0, 5});
  check_tilings<TestType>(std::array<index_t, 2>{1, 1});
}

TEST_CASE("shapes in braces and options by name") {
  auto const a = random::normal<double>(world(), {40, 5}, tiling::row(), {.seed = 42});
  auto const b = random::normal<double>(world(), {40, 5}, tiling::column(), {.seed = 42, .mean = 0});
  auto const c = random::uniform<float>(world(), {12}, tiling::row());
  auto const other = random::normal<double>(world(), {40, 5}, tiling::row(), {.seed = 43});
  CHECK(a.shape() == std::array<index_t, 2>{40, 5});
  CHECK(c.shape() == std::array<index_t, 1>{12});
  auto const whole = random::normal<double>({40, 5}, {.seed = 42});
  CHECK(is_part_of(a, whole));
  CHECK(is_part_of(b, whole));
  if (!a.owned_box().empty()) CHECK_FALSE(is_part_of(other, whole));
  CHECK(is_part_of(c, random::uniform<float>({12})));
}

TEST_CASE("bad options and tilings throw on every rank") {
  CHECK_THROWS_AS(random::uniform<double>(world(), {4, 4}, tiling::row(), {.low = 1, .high = 0}), domain_error);
  CHECK_THROWS_AS(random::normal<double>(world(), {4, 4}, tiling::row(), {.stddev = -1}), domain_error);
  CHECK_THROWS_AS(random::normal<double>(world(), {4, 4}, tiling::weighted(0, {1.})), tiling_error);
}
