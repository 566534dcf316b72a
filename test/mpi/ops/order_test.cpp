// Quantiles, sets and histograms.
// ctest: RELEASE_ONLY
#include "support/oracle.hpp"

#include <pantile/ops/movement.hpp>
#include <pantile/ops/order.hpp>

#include <algorithm>
#include <map>

using namespace pantile;
using namespace support;

namespace {

double quantile_by_sorting(std::vector<double> v, double q) {
  for (double x : v)
    if (x != x) return not_a_number;
  if (v.empty()) return not_a_number;
  std::sort(v.begin(), v.end());
  double const place = q * static_cast<double>(v.size() - 1);
  auto const below = static_cast<std::size_t>(place), above = std::min(below + 1, v.size() - 1);
  return v[below] + (v[above] - v[below]) * (place - static_cast<double>(below));
}

/// The elements along an axis of a matrix, line by line.
std::vector<std::vector<double>> lines(local_array<double, 2> const& a, int axis) {
  std::vector<std::vector<double>> all(static_cast<std::size_t>(a.extent(1 - axis)));
  for (index_t i = 0; i < a.extent(0); ++i)
    for (index_t j = 0; j < a.extent(1); ++j)
      all[static_cast<std::size_t>(axis == 0 ? j : i)].push_back(a(i, j));
  return all;
}

template <class T>
local_array<T, 1> as_array(std::vector<T> const& v) {
  local_array<T, 1> a({std::ssize(v)});
  std::copy(v.begin(), v.end(), a.data());
  return a;
}

}  // namespace

TEST_CASE("quantiles of everything and along each axis, every tiling") {
  auto const whole = samples<double>(shape_of<2>{11, 6});
  for (tiling const& t : usual_tilings(extents{11, 6})) {
    INFO(to_string(t));
    auto const a = spread(whole, t);
    for (double q : {0.0, 0.77, 1.0}) {
      CHECK(quantile(a, q) == Approx(quantile_by_sorting(flat(whole), q)).epsilon(1e-14));
      for (int axis : {0, 1}) {
        std::vector<double> expected;
        for (auto const& line : lines(whole, axis)) expected.push_back(quantile_by_sorting(line, q));
        CHECK(is_part_of(eval(quantile(a, q, axis)), as_array(expected), 1e-14));
      }
    }
    CHECK(median(a) == quantile(a, 0.5));
    CHECK(percentile(a, 25) == quantile(a, 0.25));
    CHECK(quantile(a, std::vector{0.1, 0.9})[1] == quantile(a, 0.9));
    CHECK(eval(median(a, -1)).extent(0) == 11);
    auto const b = eval(where(a == whole(7, 3), not_a_number, a));
    CHECK(std::isnan(median(b)));
    CHECK(std::isnan(all_gather(median(b, 0))(3)));
    CHECK(thrown_by([&] { quantile(a, 1.5); }) == "domain_error");
    CHECK(thrown_by([&] { quantile(a, not_a_number, 0); }) == "domain_error");
    CHECK(thrown_by([&] { median(a, 2); }) == "index_error");
  }
  CHECK(median(local_array<std::int32_t, 1>({4}, 7)) == 7.0);
  CHECK(std::isnan(median(zeros<double>(world(), {0}, tiling::row()))));
  CHECK(std::isnan(all_gather(median(zeros<double>(world(), {0, 2}, tiling::row()), 0))(1)));
  auto const singles = from_function<float>(world(), {100}, tiling::row(),
                                            [](index_t i) { return 0.5f * static_cast<float>(i); });
  STATIC_REQUIRE(std::is_same_v<decltype(median(singles)), float>);
  CHECK(median(singles) == 24.75f);
  auto const wide = from_function<std::int64_t>(
      world(), {1001}, tiling::row(), [](index_t i) { return (i * 7919 % 1001 - 500) * 1'000'000'007; });
  CHECK(median(wide) == 0);
  CHECK(quantile(wide, 1) == 500e0 * 1'000'000'007);
  CHECK(median(from_function<std::uint8_t>(world(), {256}, tiling::row(),
                                           [](index_t i) { return static_cast<std::uint8_t>(i); })) == 127.5);
  CHECK(median(from_function<bool>(world(), {4}, tiling::row(), [](index_t i) { return i < 2; })) == 0.5);
}

TEST_CASE("distinct elements, how often they occur, and which one each is") {
  for (tiling const& t : usual_tilings(extents{13, 7})) {
    INFO(to_string(t));
    for (int distinct : {1, 3, 1000}) {
      auto const whole = made<std::int32_t>(shape_of<2>{13, 7}, [&](any_index const& i) {
        return static_cast<std::int32_t>(hash_combine(3, static_cast<std::uint64_t>(7 * i[0] + i[1])) %
                                         static_cast<std::uint64_t>(distinct)) -
               1;
      });
      auto const a = spread(whole, t);
      std::map<std::int32_t, index_t> expected;
      for (auto x : whole.span()) ++expected[x];
      std::vector<std::int32_t> values;
      std::vector<index_t> counts;
      for (auto const& [value, count] : expected) {
        values.push_back(value);
        counts.push_back(count);
      }
      CHECK(is_same(all_gather(unique(a)), as_array(values)));
      array<std::int32_t, 1> const u = unique(a);
      CHECK(u.tiling() == tiling::row().bind(extents{std::ssize(values)}, world().size()));
      auto const c = unique_counts(a);
      CHECK(is_same(all_gather(c.values), as_array(values)));
      CHECK(is_same(all_gather(c.counts), as_array(counts)));
      auto const inverse = all_gather(unique_inverse(a).inverse);
      bool right = true;
      for (index_t i = 0; i < whole.count(); ++i)
        right = right && values[static_cast<std::size_t>(inverse.data()[i])] == whole.data()[i];
      CHECK(right);
      std::map<std::int32_t, index_t> places;
      for (index_t i = whole.count(); i-- > 0;) places[whole.data()[i]] = i;
      std::vector<index_t> firsts;
      for (auto const& [value, place] : places) firsts.push_back(place);
      auto const every_way = unique_all(a);
      CHECK(is_same(all_gather(every_way.values), as_array(values)));
      CHECK(is_same(all_gather(every_way.indices), as_array(firsts)));
      CHECK(is_same(all_gather(every_way.inverse), inverse));
      CHECK(is_same(all_gather(every_way.counts), as_array(counts)));
    }
  }
  auto const odd = from_function<double>(world(), {40}, tiling::row(), [](index_t i) {
    return i % 4 == 0 ? not_a_number : i % 4 == 1 ? -not_a_number : i % 4 == 2 ? 0.0 : -0.0;
  });
  auto const u = unique_counts(odd);
  auto const counts = all_gather(u.counts);
  REQUIRE(counts.extent(0) == 2);
  CHECK((counts(0) == 20 && counts(1) == 20));
  auto const first = all_gather(unique_all(odd).indices);
  CHECK((first(0) == 2 && first(1) == 0));
  CHECK(all_gather(unique_all(zeros<double>(world(), {0}, tiling::row())).indices).count() == 0);
  CHECK(all_gather(unique(zeros<double>(world(), {0}, tiling::row()))).count() == 0);
  CHECK(all_gather(unique(from_function<bool>(world(), {9}, tiling::row(), [](index_t i) {
          return i > 2;
        }))).count() == 2);
  CHECK(local_array<double, 1>(unique(local_array<double, 2>({3, 3}, 4.0)))(0) == 4);
}

TEST_CASE("places in a sorted vector, and membership") {
  for (index_t const n : {0, 1, 3, 50})
    for (tiling const& t : usual_tilings(extents{9, 4})) {
      INFO(to_string(t) << " among " << n);
      auto const sorted = made<double>(
          shape_of<1>{n}, [](any_index const& i) { return static_cast<double>(i[0] / 3 * 3 - 12); });
      auto const whole = samples<double>(shape_of<2>{9, 4});
      auto const values = eval(spread(whole, t) * 1.0);
      std::vector<double> const v = flat(sorted);
      auto const left = mapped(
          [&](double x) -> index_t { return std::lower_bound(v.begin(), v.end(), x) - v.begin(); }, whole);
      auto const right = mapped(
          [&](double x) -> index_t { return std::upper_bound(v.begin(), v.end(), x) - v.begin(); }, whole);
      auto const member = mapped([&](double x) { return std::binary_search(v.begin(), v.end(), x); }, whole);
      for (auto const& rule : {tiling::row(), tiling::replicated()}) {
        auto const s = spread(sorted, rule);
        CHECK(is_part_of(eval(searchsorted(s, values)), left));
        CHECK(is_part_of(eval(searchsorted(s, values, side::right)), right));
        CHECK(is_part_of(eval(isin(values, s)), member));
      }
      CHECK(is_part_of(eval(searchsorted(sorted, values)), left));
      CHECK(is_part_of(eval(isin(values, sorted)), member));
      CHECK(is_same(local_array<index_t, 2>(searchsorted(spread(sorted, tiling::row()), whole)), left));
    }
  auto const x = local_array<double, 1>({3}, not_a_number);
  CHECK_FALSE(any(local_array<bool, 1>(isin(x, x))));
  CHECK(local_array<index_t, 1>(searchsorted(local_array<double, 1>({2}, 1.0), x))(0) == 2);
  auto const i = from_function<std::int32_t>(world(), {10}, tiling::row(),
                                             [](index_t k) { return static_cast<std::int32_t>(k); });
  CHECK(all_gather(searchsorted(i, local_array<double, 1>({1}, 4.5)))(0) == 5);
}

TEST_CASE("histograms as NumPy counts") {
  auto const whole = samples<double>(shape_of<2>{30, 7});
  for (tiling const& t : usual_tilings(extents{30, 7})) {
    INFO(to_string(t));
    auto const a = spread(whole, t);
    for (index_t const bins : {1, 7, 10}) {
      double const lo = -5, hi = 6.25;
      auto const h = histogram(a, bins, lo, hi);
      REQUIRE(h.edges.extent(0) == bins + 1);
      CHECK((h.edges(0) == lo && h.edges(bins) == hi));
      for (index_t b = 0; b < bins; ++b) {
        index_t expected = 0;
        for (double x : whole.span())
          expected += x >= h.edges(b) && (x < h.edges(b + 1) || (b + 1 == bins && x == hi));
        CHECK(h.counts(b) == expected);
      }
    }
    auto const h = histogram(a);
    CHECK(sum(h.counts) == whole.count());
    CHECK(h.edges(10) == max(whole));
    CHECK(thrown_by([&] { histogram(a, 0); }) == "domain_error");
    CHECK(thrown_by([&] { histogram(a, std::numeric_limits<index_t>::max(), 0, 1); }) == "memory_error");
    CHECK(thrown_by([&] { histogram(a, 3, 2, 1); }) == "domain_error");
    CHECK(thrown_by([&] { histogram(a, 3, 0, not_a_number); }) == "domain_error");
  }
  auto const h = histogram(full<std::int32_t>(world(), {9}, 3, tiling::row()), 4);
  CHECK((h.edges(0) == 2.5 && h.edges(4) == 3.5 && h.counts(2) == 9));
  CHECK(sum(histogram(full<double>(world(), {9}, 0.1 + 0.2, tiling::row()), 3, 0, 0.3).counts) == 0);
  CHECK(histogram(zeros<double>(world(), {0}, tiling::row()), 5).edges(5) == 1);
  CHECK(sum(histogram(from_function<double>(world(), {100'000}, tiling::row(),
                                            [](index_t i) { return static_cast<double>(i % 10) / 10; }),
                      10, 0, 1)
                .counts) == 100'000);
}

TEST_CASE("counting small integers") {
  for (tiling const& t : usual_tilings(extents{37})) {
    auto const a = from_function<std::int32_t>(world(), {37}, t,
                                               [](index_t i) { return static_cast<std::int32_t>(i * i % 11); });
    auto const counts = bincount(a);
    REQUIRE(counts.extent(0) == 10);
    for (index_t v = 0; v < 10; ++v) {
      index_t expected = 0;
      for (index_t i = 0; i < 37; ++i) expected += i * i % 11 == v;
      CHECK(counts(v) == expected);
    }
    CHECK(bincount(a, 40).extent(0) == 40);
    CHECK(thrown_by([&] { bincount(a - 1); }) == "domain_error");
    CHECK(thrown_by([&] { bincount(a, -1); }) == "domain_error");
    CHECK(thrown_by([&] { bincount(cast<index_t>(a) + (index_t{1} << 58)); }) == "memory_error");
  }
  CHECK(bincount(zeros<std::uint8_t>(world(), {0}, tiling::row())).extent(0) == 0);
  CHECK(bincount(full<bool>(world(), {6}, true, tiling::row()))(1) == 6);
}
