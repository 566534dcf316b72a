// Random whole numbers, truth values, waiting times and orders: the same bits for every tiling and number of
// ranks, and distributed as they should be.
// ctest: RELEASE_ONLY
#include "support/oracle.hpp"

#include <pantile/random/bernoulli.hpp>
#include <pantile/random/exponential.hpp>
#include <pantile/random/generator.hpp>
#include <pantile/random/integers.hpp>
#include <pantile/random/shuffle.hpp>

#include <algorithm>
#include <numeric>

using namespace pantile;
using namespace support;

namespace {

constexpr index_t most = std::numeric_limits<index_t>::max(), fewest = std::numeric_limits<index_t>::min();

template <std::size_t N>
void check_tilings(std::array<index_t, N> const& shape) {
  random::integers_options const die{.seed = 5, .low = 1, .high = 7};
  auto const dice = random::integers<std::int32_t>(shape, die);
  auto const flips = random::bernoulli(shape, {.seed = 5, .probability = 0.3});
  auto const waits = random::exponential<double>(shape, {.seed = 5, .scale = 2});
  for (auto const& t : usual_tilings(extents(shape))) {
    INFO(to_string(t));
    CHECK(is_part_of(random::integers<std::int32_t>(world(), shape, t, die), dice));
    CHECK(is_part_of(random::bernoulli(world(), shape, t, {.seed = 5, .probability = 0.3}), flips));
    CHECK(is_part_of(random::exponential<double>(world(), shape, t, {.seed = 5, .scale = 2}), waits));
  }
}

template <element T, int N>
void check_shuffle(local_array<T, N> const& x) {
  auto const order = random::permuted_indices(x.extent(0), 3);
  auto const all = box(extents(x.shape()));
  auto const expected = made<T>(x.shape(), [&](any_index i) {
    i[0] = order(i[0]);
    return x.data()[place_in(all, i)];
  });
  CHECK(is_same(local_array<T, N>(random::shuffle(x, 3)), expected));
  for (auto const& t : usual_tilings(extents(x.shape()))) {
    INFO(to_string(t));
    CHECK(is_part_of(array<T, N>(random::shuffle(spread(x, t), 3)), expected));
  }
}

}  // namespace

TEST_CASE("all kinds are the same for every tiling and number of ranks") {
  check_tilings(shape_of<1>{101});
  check_tilings(shape_of<2>{2, 30});
  check_tilings(shape_of<3>{4, 3, 5});
  check_tilings(shape_of<2>{0, 5});
}

TEST_CASE("the elements are what the generator says") {
  auto const w = random::integers<index_t>({50}, {.seed = 9, .low = fewest, .high = most, .endpoint = true});
  auto const b = random::bernoulli({50}, {.seed = 9, .probability = 0.25});
  auto const e = random::exponential<double>({50}, {.seed = 9, .scale = 3});
  for (index_t i = 0; i < 50; ++i) {
    CHECK(w(i) == static_cast<index_t>(random::generator(9, random::integers_stream).bits(i) +
                                       (std::uint64_t{1} << 63)));
    CHECK(b(i) == (random::generator(9, random::bernoulli_stream).uniform(i) < 0.25));
    CHECK(e(i) ==
          Approx(-3 * std::log1p(-random::generator(9, random::exponential_stream).uniform(i))).epsilon(1e-13));
  }
}

TEST_CASE("every whole number is as likely as the others") {
  index_t const n = 60000;
  auto const dice = random::integers<std::uint8_t>({n}, {.seed = 1, .low = 1, .high = 7});
  std::array<double, 256> seen{};
  for (std::uint8_t d : dice.span()) seen[d] += 1;
  double chi_squared = 0;
  for (std::size_t face = 1; face <= 6; ++face)
    chi_squared += (seen[face] - 10000) * (seen[face] - 10000) / 10000;
  CHECK(std::accumulate(seen.begin() + 1, seen.begin() + 7, 0.0) == static_cast<double>(n));
  CHECK(chi_squared < 20.5);  // 5 degrees of freedom: p = 0.001
  // 3 * 2^62 numbers: what a remainder of 64 bits would favour by half.
  auto const wide = random::integers<index_t>({n}, {.seed = 1, .low = fewest, .high = index_t{1} << 62});
  double low_third = 0;
  for (index_t v : wide.span()) low_third += v < -(index_t{1} << 62);
  CHECK(std::abs(low_third / static_cast<double>(n) - 1.0 / 3) < 0.01);
  auto const all = random::integers<std::uint8_t>({n}, {.seed = 2, .low = 0, .high = 255, .endpoint = true});
  auto const [least, largest] = std::minmax_element(all.span().begin(), all.span().end());
  CHECK(*least == 0);
  CHECK(*largest == 255);
  CHECK(random::integers<index_t>({1}, {.low = most, .high = most, .endpoint = true})(0) == most);
}

TEST_CASE("bernoulli and exponential numbers have their moments") {
  index_t const n = 60000;
  auto const count = [](auto const& a) {
    return static_cast<double>(std::count(a.span().begin(), a.span().end(), true));
  };
  CHECK(std::abs(count(random::bernoulli({n}, {.seed = 3, .probability = 0.2})) / double(n) - 0.2) < 0.006);
  CHECK(count(random::bernoulli({n}, {.probability = 0})) == 0);
  CHECK(count(random::bernoulli({n}, {.probability = 1})) == double(n));
  auto const e = random::exponential<float>({n}, {.seed = 3, .scale = 2});
  double sum = 0, squares = 0;
  for (float x : e.span()) {
    sum += x;
    squares += double(x) * x;
  }
  CHECK(std::abs(sum / double(n) - 2) < 0.03);
  CHECK(std::abs(squares / double(n) - 8) < 0.4);
  CHECK(std::none_of(e.span().begin(), e.span().end(), [](float x) { return std::signbit(x); }));
  CHECK(random::exponential<double>({3}, {.scale = 0})(1) == 0);
}

TEST_CASE("permuted indices") {
  for (index_t const n : {0, 1, 2, 7, 500}) {
    auto const order = random::permuted_indices(n, 11);
    std::vector<index_t> sorted(order.span().begin(), order.span().end());
    std::sort(sorted.begin(), sorted.end());
    for (index_t i = 0; i < n; ++i) CHECK(sorted[static_cast<std::size_t>(i)] == i);
    random::permutation const p(n, 11);
    for (index_t i = 0; i < n; ++i) CHECK(p.inverse(p(i)) == i);
    for (auto const& t : usual_tilings(extents{n}))
      CHECK(is_part_of(random::permuted_indices(world(), n, t, 11), order));
  }
}

TEST_CASE("shuffled arrays") {
  check_shuffle(samples<double>(shape_of<1>{37}));
  check_shuffle(samples<std::uint8_t>(shape_of<2>{9, 4}));
  check_shuffle(samples<std::complex<double>>(shape_of<3>{5, 2, 3}));
  check_shuffle(samples<bool>(shape_of<4>{3, 2, 1, 2}));
  check_shuffle(samples<double>(shape_of<2>{5, 0}));
  check_shuffle(samples<double>(shape_of<1>{0}));
}

TEST_CASE("bad options throw on every rank") {
  auto const row = tiling::row();
  CHECK_THROWS_AS(random::integers<std::int32_t>(world(), {4}, row, {.low = 1, .high = 1}), domain_error);
  CHECK_THROWS_AS(random::integers<std::int32_t>(world(), {4}, row, {.low = 2, .high = 1, .endpoint = true}),
                  domain_error);
  CHECK_THROWS_AS(random::integers<std::uint8_t>(world(), {4}, row, {.low = 0, .high = 257}), domain_error);
  CHECK_THROWS_AS(random::integers<std::uint8_t>(world(), {4}, row, {.low = -1, .high = 3}), domain_error);
  CHECK_THROWS_AS(random::bernoulli(world(), {4}, row, {.probability = 1.5}), domain_error);
  CHECK_THROWS_AS(random::bernoulli(world(), {4}, row, {.probability = std::nan("")}), domain_error);
  CHECK_THROWS_AS(random::exponential<float>(world(), {4}, row, {.scale = -1}), domain_error);
  CHECK_THROWS_AS(random::permuted_indices(world(), -1, row), shape_error);
}
