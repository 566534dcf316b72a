#include <pantile/base/error.hpp>
#include <pantile/random/fill.hpp>
#include <pantile/random/generator.hpp>

#include <catch2/catch.hpp>
#include <omp.h>

#include <cmath>
#include <complex>
#include <cstring>
#include <vector>

using namespace pantile;
using random::generator;

namespace {

template <class T>
std::vector<T> uniform_of(box const& part, extents const& shape, random::uniform_options options) {
  std::vector<T> out(static_cast<std::size_t>(part.count()));
  random::fill_uniform(out.data(), part, shape, options);
  return out;
}

template <class T>
std::vector<T> normal_of(box const& part, extents const& shape, random::normal_options options) {
  std::vector<T> out(static_cast<std::size_t>(part.count()));
  random::fill_normal(out.data(), part, shape, options);
  return out;
}

/// The elements of `part` of a whole array.
template <class T>
std::vector<T> cut_out(std::vector<T> const& whole, box const& part, extents const& shape) {
  std::vector<T> out;
  for (index_t i = 0; i < shape.count(); ++i) {
    bool inside = true;
    for (index_t d = shape.dimensions() - 1, rest = i; d >= 0; --d) {
      auto const k = static_cast<std::size_t>(d);
      index_t const at = rest % shape[static_cast<int>(d)];
      rest /= shape[static_cast<int>(d)];
      inside = inside && at >= part.lo[k] && at < part.hi[k];
    }
    if (inside) out.push_back(whole[static_cast<std::size_t>(i)]);
  }
  return out;
}

template <class T>
bool same_bits(std::vector<T> const& a, std::vector<T> const& b) {
  return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0);
}

template <class T>
void check_parts(extents const& shape, std::vector<box> const& parts) {
  random::uniform_options const u{.seed = 9, .low = -2, .high = 3};
  random::normal_options const n{.seed = 9, .mean = 1, .stddev = 0.5};
  auto const all_uniform = uniform_of<T>(box(shape), shape, u);
  auto const all_normal = normal_of<T>(box(shape), shape, n);
  for (box const& part : parts) {
    INFO(to_string(shape) << " part " << to_string(part));
    CHECK(same_bits(uniform_of<T>(part, shape, u), cut_out(all_uniform, part, shape)));
    CHECK(same_bits(normal_of<T>(part, shape, n), cut_out(all_normal, part, shape)));
  }
}

/// The largest distance between the empirical distribution of `x` and `cdf` (Kolmogorov and Smirnov).
template <class T, class Cdf>
double ks_distance(std::vector<T> x, Cdf cdf) {
  std::sort(x.begin(), x.end());
  double largest = 0;
  auto const n = static_cast<double>(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) {
    double const p = cdf(static_cast<double>(x[i]));
    largest = std::max(
        {largest, std::abs(p - static_cast<double>(i) / n), std::abs(p - static_cast<double>(i + 1) / n)});
  }
  return largest;
}

double normal_cdf(double x) { return std::erfc(-x / std::sqrt(2.)) / 2; }

}  // namespace

TEMPLATE_TEST_CASE("a part of a random array is that part of the whole, bit for bit", "", float, double,
                   std::complex<float>, std::complex<double>) {
  check_parts<TestType>({1000}, {box({0}, {1000}), box({1}, {998}), box({7}, {7}), box({999}, {1000})});
  check_parts<TestType>({13, 17}, {box({0, 0}, {13, 5}), box({3, 4}, {9, 17}), box({12, 16}, {13, 17}),
                                   box({2, 3}, {2, 9}), box({5, 1}, {6, 16})});
  check_parts<TestType>({5, 7, 11}, {box({1, 2, 3}, {4, 6, 10}), box({0, 0, 4}, {5, 7, 5})});
  check_parts<TestType>({3, 4, 5, 6}, {box({0, 1, 2, 3}, {3, 3, 5, 6}), box({2, 3, 4, 5}, {3, 4, 5, 6})});
  check_parts<TestType>({120, 130}, {box({0, 0}, {120, 130}), box({1, 1}, {119, 129})});  // more than one block
}

TEST_CASE("an element is the generator's number for its row-major index") {
  extents const shape{31, 37};
  auto const u = uniform_of<double>(box(shape), shape, {.seed = 3});
  auto const n = normal_of<double>(box(shape), shape, {.seed = 3});
  auto const f = normal_of<float>(box(shape), shape, {.seed = 3});
  for (index_t i = 0; i < shape.count(); ++i) {
    auto const k = static_cast<std::size_t>(i);
    CHECK(u[k] == generator(3, random::uniform_stream).uniform(i));
    CHECK(n[k] == generator(3, random::normal_stream).normal(i));
    CHECK(f[k] == static_cast<float>(n[k]));
  }
}

TEST_CASE("the number of threads does not matter") {
  extents const shape{300, 301};
  int const threads = omp_get_max_threads();
  omp_set_num_threads(1);
  auto const one = normal_of<double>(box(shape), shape, {.seed = 4});
  for (int t : {2, 3, 5}) {
    omp_set_num_threads(t);
    CHECK(same_bits(one, normal_of<double>(box(shape), shape, {.seed = 4})));
  }
  omp_set_num_threads(threads);
}

TEMPLATE_TEST_CASE("uniform numbers are at least low and below high, also after rounding", "", float, double) {
  TestType const one = 1, next = std::nextafter(one, TestType(2)), third = std::nextafter(next, TestType(2));
  extents const shape{200000};
  for (auto const x : uniform_of<TestType>(box(shape), shape, {.seed = 1, .low = one, .high = next}))
    CHECK(x == one);
  for (auto const x : uniform_of<TestType>(box(shape), shape, {.seed = 1, .low = one, .high = third}))
    CHECK((x == one || x == next));
  for (auto const x : uniform_of<TestType>(box(shape), shape, {.seed = 2, .low = -0.1, .high = 0.3}))
    if (x < TestType(-0.1) || x >= TestType(0.3)) FAIL_CHECK(x);
}

TEMPLATE_TEST_CASE("uniform numbers have their moments and distribution", "", float, double) {
  extents const shape{400, 500};
  auto const x = uniform_of<TestType>(box(shape), shape, {.seed = 11, .low = -1, .high = 3});
  double sum = 0, squares = 0;
  for (double const v : x) sum += v, squares += (v - 1) * (v - 1);
  auto const n = static_cast<double>(x.size());
  CHECK(sum / n == Approx(1).margin(4 * std::sqrt(16. / 12 / n)));
  CHECK(squares / n == Approx(16. / 12).epsilon(0.01));
  CHECK(ks_distance(x, [](double v) { return (v + 1) / 4; }) < 1.63 / std::sqrt(n));
}

TEMPLATE_TEST_CASE("normal numbers have their moments and distribution", "", float, double) {
  extents const shape{400, 500};
  auto const x = normal_of<TestType>(box(shape), shape, {.seed = 12, .mean = -2, .stddev = 3});
  double sum = 0, squares = 0, fourth = 0;
  for (double const v : x) {
    double const z = (v + 2) / 3;
    sum += z, squares += z * z, fourth += z * z * z * z;
  }
  auto const n = static_cast<double>(x.size());
  CHECK(sum / n == Approx(0).margin(4 / std::sqrt(n)));
  CHECK(squares / n == Approx(1).margin(4 * std::sqrt(2 / n)));
  CHECK(fourth / n == Approx(3).margin(4 * std::sqrt(96 / n)));
  CHECK(ks_distance(x, [](double v) { return normal_cdf((v + 2) / 3); }) < 1.63 / std::sqrt(n));
}

TEST_CASE("the parts of complex numbers are independent") {
  extents const shape{100000};
  double const bound = 4 / std::sqrt(100000.);
  auto const z = normal_of<std::complex<double>>(box(shape), shape, {.seed = 13, .mean = 5});
  double cross = 0, imaginary = 0, squares = 0;
  for (auto const v : z) {
    cross += (v.real() - 5) * v.imag();
    imaginary += v.imag();
    squares += v.imag() * v.imag();
  }
  CHECK(std::abs(cross / 100000) < bound);
  CHECK(std::abs(imaginary / 100000) < bound);
  CHECK(squares / 100000 == Approx(1).margin(1.5 * bound));
  std::vector<double> parts;
  double product = 0;
  for (auto const v : uniform_of<std::complex<double>>(box(shape), shape, {.seed = 13})) {
    parts.push_back(v.imag());
    product += (v.real() - 0.5) * (v.imag() - 0.5) * 12;
  }
  CHECK(std::abs(product / 100000) < bound);
  CHECK(ks_distance(parts, [](double v) { return v; }) < 1.63 / std::sqrt(100000.));
}

TEST_CASE("neighbours along rows and columns are uncorrelated") {
  extents const shape{301, 301};
  auto const x = normal_of<double>(box(shape), shape, {.seed = 14});
  double along = 0, down = 0;
  for (std::size_t i = 0; i < 300 * 301; ++i) along += x[i] * x[i + 1], down += x[i] * x[i + 301];
  CHECK(std::abs(along / (300 * 301)) < 4 / std::sqrt(300. * 301));
  CHECK(std::abs(down / (300 * 301)) < 4 / std::sqrt(300. * 301));
}

TEST_CASE("options that mean nothing are domain errors") {
  double const infinite = HUGE_VAL, nan = std::nan("");
  double x = 0;
  float y = 0;
  extents const shape{1};
  box const all(shape);
  CHECK_THROWS_AS(random::fill_uniform(&x, all, shape, {.low = 1, .high = 1}), domain_error);
  CHECK_THROWS_AS(random::fill_uniform(&x, all, shape, {.low = 2, .high = 1}), domain_error);
  CHECK_THROWS_AS(random::fill_uniform(&x, all, shape, {.low = nan, .high = 1}), domain_error);
  CHECK_THROWS_AS(random::fill_uniform(&x, all, shape, {.low = 0, .high = infinite}), domain_error);
  CHECK_THROWS_AS(random::fill_uniform(&x, all, shape, {.low = -1.7e308, .high = 1.7e308}), domain_error);
  CHECK_THROWS_AS(random::fill_uniform(&y, all, shape, {.low = 1, .high = 1 + 1e-12}), domain_error);
  CHECK_NOTHROW(random::fill_uniform(&x, all, shape, {.low = 1, .high = 1 + 1e-12}));
  CHECK_THROWS_AS(random::fill_normal(&x, all, shape, {.mean = nan}), domain_error);
  CHECK_THROWS_AS(random::fill_normal(&x, all, shape, {.stddev = -1}), domain_error);
  CHECK_THROWS_AS(random::fill_normal(&x, all, shape, {.stddev = infinite}), domain_error);
  random::fill_normal(&x, all, shape, {.mean = 3, .stddev = 0});
  CHECK(x == 3);
}
