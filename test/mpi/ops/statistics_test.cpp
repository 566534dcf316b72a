// Variances, norms, weighted means, and reductions over several axes.
// ctest: RELEASE_ONLY
#include "mpi/ops/reduction_cases.hpp"

#include <pantile/ops/assign_view.hpp>
#include <pantile/ops/movement.hpp>
#include <pantile/ops/norm.hpp>
#include <pantile/ops/statistics.hpp>

#include <omp.h>

using namespace pantile;
using namespace support;
using namespace reduction_cases;

namespace {

/// Two passes; `less` is taken from the number of elements.
auto variance_of(double less) {
  return [less](auto const& v) {
    auto const n = static_cast<double>(v.size());
    std::complex<double> mean = 0;
    for (auto x : v) mean += std::complex<double>(x) / n;
    double squares = 0;
    for (auto x : v) squares += std::norm(std::complex<double>(x) - mean);
    return n - less > 0 ? squares / (n - less) : not_a_number;
  };
}
double log_sum_exp_of(std::vector<double> const& v) {
  double const m = v.empty() ? -infinity : *std::max_element(v.begin(), v.end());
  if (std::isinf(m)) return m;
  double s = 0;
  for (double x : v) s += std::exp(x - m);
  return m + std::log(s);
}
auto norm_of(double p) {
  return [p](std::vector<double> const& v) {
    double r = p == -infinity ? infinity : 0;
    for (double x : v)
      r = p == infinity    ? std::max(r, std::abs(x))
          : p == -infinity ? std::min(r, std::abs(x))
          : p == 0         ? r + (x != 0)
                           : r + std::pow(std::abs(x), p);
    return p == 0 || std::isinf(p) ? r : std::pow(r, 1 / p);
  };
}
double spread_of(std::vector<double> const& v) {
  return *std::max_element(v.begin(), v.end()) - *std::min_element(v.begin(), v.end());
}
auto nonzeros = [](auto const& v) -> index_t {
  return static_cast<index_t>(v.size()) - std::count(v.begin(), v.end(), 0);
};

}  // namespace

TEST_CASE("statistics and norms over all and over each axis, every tiling") {
  for (shape_of<2> const shape : {shape_of<2>{11, 7}, shape_of<2>{2, 5}, shape_of<2>{600, 3}}) {
    auto const whole = samples<double>(shape);
    auto const all = flat(whole);
    for (tiling const& t : usual_tilings(extents(shape))) {
      INFO(to_string(t));
      auto const a = spread(whole, t);
      CHECK(var(a) == Approx(variance_of(0)(all)).epsilon(1e-13));
      CHECK(stdev(a, ddof{1}) == Approx(std::sqrt(variance_of(1)(all))).epsilon(1e-13));
      CHECK(logsumexp(a) == Approx(log_sum_exp_of(all)).epsilon(1e-14));
      CHECK(ptp(a) == spread_of(all));
      CHECK(count_nonzero(a) == nonzeros(all));
      CHECK(norm(a, ord::fro) == Approx(norm_of(2)(all)).epsilon(1e-14));
      CHECK(norm(a, ord(1)) == max(sum(abs(a), 0)));
      CHECK(norm(a, -ord::inf) == min(sum(abs(a), 1)));
      for (int axis : {0, 1}) {
        CHECK(is_part_of(eval(var(a, axis)), folded<double>(whole, axis, variance_of(0)), 1e-13));
        CHECK(is_part_of(eval(var(a, axis, keepdims, ddof{1})),
                         folded<double, true>(whole, axis, variance_of(1)), 1e-13));
        CHECK(is_part_of(eval(logsumexp(a, axis - 2)), folded<double>(whole, axis, log_sum_exp_of), 1e-13));
        CHECK(is_part_of(eval(ptp(a, axis, keepdims)), folded<double, true>(whole, axis, spread_of)));
        CHECK(is_part_of(eval(count_nonzero(a, axis)), folded<index_t>(whole, axis, nonzeros)));
        for (double p : {0.0, 1.0, 2.0, 3.0, infinity, -infinity})
          CHECK(is_part_of(eval(norm(a, ord(p), axis)), folded<double>(whole, axis, norm_of(p)), 1e-13));
        CHECK(is_part_of(eval(norm(a, ord::inf, axis, keepdims)),
                         folded<double, true>(whole, axis, norm_of(infinity))));
      }
    }
  }
}

TEST_CASE("several axes at once, in any order, and all of them kept") {
  shape_of<3> const shape{5, 6, 7};
  auto const whole = samples<double>(shape);
  auto first_two = [&](auto fold) {
    return made<double>(shape_of<1>{7}, [&](any_index const& k) {
      std::vector<double> v;
      for (index_t i = 0; i < 30; ++i) v.push_back(whole.data()[7 * i + k[0]]);
      return fold(v);
    });
  };
  auto outer = made<double>(shape_of<1>{6}, [&](any_index const& j) {
    double s = 0;
    for (index_t i = 0; i < 5; ++i)
      for (index_t k = 0; k < 7; ++k) s += whole(i, j[0], k);
    return s;
  });
  for (tiling const& t : usual_tilings(extents(shape))) {
    INFO(to_string(t));
    auto const a = spread(whole, t);
    CHECK(is_part_of(eval(sum(a, axes{0, 1})), first_two(total)));
    CHECK(is_part_of(eval(sum(a, axes{-1, 0})), outer));
    CHECK(is_part_of(eval(max(a, axes{1, 0})), first_two([](auto const& v) {
                       return -least(std::vector<double>([&] {
                         auto w = v;
                         for (double& x : w) x = -x;
                         return w;
                       }()));
                     })));
    CHECK(is_part_of(eval(var(a, axes{0, 1}, ddof{1})), first_two(variance_of(1)), 1e-13));
    auto const kept = eval(sum(a, axes{0, 2}, keepdims));
    CHECK(kept.shape() == shape_of<3>{1, 6, 1});
    CHECK(is_same(local_array<double, 1>(kept(0, every, 0)), outer));
    CHECK(sum(a, axes{2, 0, 1}) == total(flat(whole)));
    auto const everything = eval(mean(a, keepdims));
    CHECK(everything.shape() == shape_of<3>{1, 1, 1});
    CHECK(is_part_of(everything, local_array<double, 3>({1, 1, 1}, mean(whole)), 1e-14));
    CHECK(is_part_of(eval(argmax(a, 1, keepdims)), folded<index_t, true>(whole, 1, place_of_greatest)));
    CHECK(eval(argmin(a, keepdims)).shape() == shape_of<3>{1, 1, 1});
    CHECK(eval(norm(a, axes{0, 2}, keepdims)).shape() == shape_of<3>{1, 6, 1});
  }
  auto const a = spread(whole, tiling::row());
  CHECK(thrown_by([&] { sum(a, axes{0, -3}); }) == "index_error");
  CHECK(thrown_by([&] { sum(a, axes{0, 3}); }) == "index_error");
  CHECK(thrown_by([&] { sum(a, index_t{1} << 40); }) == "index_error");
}

TEST_CASE("variances of large values near each other, of few values, of complex and integers") {
  auto const shifted = from_function<double>(world(), {4000, 2}, tiling::row(), [](index_t i, index_t j) {
    return 1e9 + static_cast<double>((i + j) % 4);
  });
  CHECK(var(shifted) == Approx(1.25).epsilon(1e-9));
  CHECK(is_part_of(eval(var(shifted, 0)), local_array<double, 1>({2}, 1.25), 1e-6));
  auto const one = full<float>(world(), {1}, 3.0f, tiling::row());
  STATIC_REQUIRE(std::is_same_v<decltype(var(one)), float>);
  CHECK(var(one) == 0);
  CHECK(std::isnan(var(one, ddof{1})));
  CHECK(std::isnan(stdev(zeros<double>(world(), {0}, tiling::row()))));
  auto const i = samples<std::int32_t>(shape_of<2>{9, 4});
  CHECK(is_part_of(eval(var(spread(i, tiling::block()), 1)), folded<double>(i, 1, variance_of(0)), 1e-13));
  auto const z = samples<std::complex<double>>(shape_of<2>{9, 4});
  CHECK(is_part_of(eval(var(spread(z, tiling::block()), 0)), folded<double>(z, 0, variance_of(0)), 1e-13));
  CHECK(var(z) == Approx(variance_of(0)(flat(z))));
  CHECK(norm(local_array<double, 1>({4}, -2.0), ord(3)) == Approx(std::pow(32, 1.0 / 3)));
  CHECK(thrown_by([&] { norm(shifted, ord(3)); }) == "domain_error");
  CHECK(thrown_by([&] { norm(one, ord::fro); }) == "domain_error");
}

TEST_CASE("logsumexp of what overflows, of infinities and of nothing") {
  auto const large = full<double>(world(), {1000}, 1e4, tiling::row());
  CHECK(logsumexp(large) == Approx(1e4 + std::log(1000)));
  CHECK(logsumexp(full<double>(world(), {7}, -1e4, tiling::row())) == Approx(-1e4 + std::log(7)));
  CHECK(logsumexp(full<double>(world(), {7}, -infinity, tiling::row())) == -infinity);
  CHECK(logsumexp(zeros<double>(world(), {0}, tiling::row())) == -infinity);
  auto const mixed = from_function<double>(world(), {9, 3}, tiling::block(), [](index_t i, index_t j) {
    return j == 0 ? -infinity : j == 1 && i == 4 ? infinity : -800.0;
  });
  auto const columns = all_gather(logsumexp(mixed, 0));
  CHECK(columns(0) == -infinity);
  CHECK(columns(1) == infinity);
  CHECK(columns(2) == Approx(-800 + std::log(9)));
  CHECK(logsumexp(mixed) == infinity);
  CHECK(std::isnan(logsumexp(full<double>(world(), {7}, not_a_number, tiling::row()))));
}

TEST_CASE("averages with weights") {
  auto const whole = samples<double>(shape_of<2>{8, 5});
  for (auto const& rule : usual_rules(2)) {
    auto const a = spread(whole, rule);
    auto const w = from_function<double>(world(), {5}, tiling::row(),
                                         [](index_t i) { return static_cast<double>(i + 1); });
    auto const rows = folded<double>(whole, 1, [](auto const& v) {
      double s = 0;
      for (std::size_t k = 0; k < 5; ++k) s += v[k] * (1 + static_cast<double>(k)) / 15;
      return s;
    });
    CHECK(is_part_of(eval(average(a, w, -1)), rows, 1e-14));
    CHECK(is_part_of(eval(average(a, 0 * a + w, 1)), rows, 1e-14));
    CHECK(average(a, 0 * a + 2.0) == Approx(mean(a)));
    CHECK(thrown_by([&] { average(a, w, 0); }) == "shape_error");
    CHECK(thrown_by([&] { average(a, w - 3.0, 1); }) == "domain_error");
  }
}

TEST_CASE("zeros of both signs and NaN: the same bits in every order") {
  for (index_t const n : {2, 9, 30}) {
    auto const a =
        from_function<double>(world(), {n}, tiling::row(), [](index_t i) { return i % 2 == 0 ? 0.0 : -0.0; });
    CHECK(std::signbit(min(a)));
    CHECK_FALSE(std::signbit(max(a)));
    auto const nans = from_function<double>(
        world(), {n}, tiling::row(), [](index_t i) { return i % 2 == 0 ? not_a_number : -not_a_number; });
    CHECK_FALSE(std::signbit(max(nans)));
    CHECK_FALSE(std::signbit(sum(nans)));
  }
}

TEST_CASE("the number of threads does not change a bit") {
  auto const v = from_function<double>(world(), {300'000}, tiling::row(),
                                       [](index_t i) { return std::sin(static_cast<double>(i)); });
  auto const m = from_function<double>(world(), {900, 300}, tiling::block(), [](index_t i, index_t j) {
    return std::sin(static_cast<double>(300 * i + j));
  });
  int const usual = omp_get_max_threads();
  omp_set_num_threads(1);
  double const s = sum(v), d = var(v);
  auto const rows = all_gather(sum(m, 1)), columns = all_gather(sum(m, 0));
  for (int threads : {2, 3, 7}) {
    omp_set_num_threads(threads);
    CHECK(sum(v) == s);
    CHECK(var(v) == d);
    CHECK(is_same(all_gather(sum(m, 1)), rows));
    CHECK(is_same(all_gather(sum(m, 0)), columns));
  }
  omp_set_num_threads(usual);
}

TEST_CASE("ranks that reduce differently hear of it instead of waiting for each other") {
  if (world().size() == 1) return;
  bool const last = world().rank() + 1 == world().size();
  auto const a = ones<double>(world(), {12, 12}, tiling::block());
  CHECK(thrown_by([&] { last ? max(a) : sum(a); }) == "divergence_error");
  if (a.tiling().grid().size() > 1) {
    CHECK(thrown_by([&] { last ? min(a, 0).resolve() : max(a, 0).resolve(); }) == "divergence_error");
    CHECK(thrown_by([&] { sum(a, last ? 1 : 0).resolve(); }) == "divergence_error");
    CHECK(thrown_by([&] { last ? sum(a) : sum(sum(a, 1)); }) == "divergence_error");
    int const p = a.tiling().grid()[0].ranks, q = a.tiling().grid()[1].ranks;
    CHECK(thrown_by([&] { world().along({1, p, 1, q}, last ? 1 : 3); }) == "divergence_error");
  }
  world().barrier();
  CHECK(sum(a) == 144);
}
