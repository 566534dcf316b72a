// Sine and cosine of many numbers against those of long double.
#include <pantile/kernel/sine.hpp>

#include <catch2/catch.hpp>

#include <bit>
#include <cmath>
#include <limits>
#include <numbers>
#include <utility>
#include <vector>

using namespace pantile;

namespace {

/// How far x is from what is right, in units of its last place.
double ulps(double x, long double right) {
  auto const nearest = static_cast<double>(right);
  double const unit = std::nextafter(std::abs(nearest), 2.0) - std::abs(nearest);
  return static_cast<double>(std::abs(static_cast<long double>(x) - right)) / unit;
}

/// Of long double, whose own reduction is good enough up to 2^30.
std::pair<long double, long double> exact(double x) {
  auto const wide = static_cast<long double>(x);
  return {std::sin(wide), std::cos(wide)};
}

bool same(double a, double b) { return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b); }

std::vector<double> arguments() {
  std::vector<double> x{0.0, -0.0, 5e-324, -5e-324, 1e-300,  1e-20,
                        0.5, 1,    -1,     0x1p30,  -0x1p30, 0x1.fffffffffffffp29};
  for (int n = -2000; n <= 2000; ++n) {
    double const multiple = n * (std::numbers::pi / 2);
    x.insert(x.end(), {multiple, std::nextafter(multiple, 1e9), std::nextafter(multiple, -1e9)});
  }
  double at = 1e-9;
  for (int i = 0; i < 20000; ++i) {
    at *= 1.0021;
    x.insert(x.end(), {at, -at});
    if (at > 0x1p30) at = 1e-9;
  }
  for (double const near : {245850922.0, -245850922.0, 245850922.0 / 2})
    x.push_back(near);  // 78256779 pi, nearly
  return x;
}

}  // namespace

TEST_CASE("sines and cosines are right within 2 ulp") {
  auto const x = arguments();
  auto s = x, c = x;
  kernel::sine(s.data(), std::ssize(s));
  kernel::cosine(c.data(), std::ssize(c));
#ifdef __FP_FAST_FMA
  double const most = 2;
#else
  double const most = 4;
#endif
  index_t wrong = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    auto const [sine, cosine] = exact(x[i]);
    if (!(ulps(s[i], sine) <= most) || !(ulps(c[i], cosine) <= most)) ++wrong;
  }
  CHECK(wrong == 0);
  CHECK(same(s[0], 0.0));
  CHECK(same(s[1], -0.0));
  CHECK(same(s[2], 5e-324));
  CHECK(same(s[3], -5e-324));
  CHECK(c[0] == 1);
}

TEST_CASE("what is large, infinite or no number is the standard library's, wherever it stands") {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  for (index_t n = 0; n <= 19; ++n)
    for (index_t place = 0; place < n; ++place)
      for (double const odd : {1e300, -0x1.1p30, 1e15}) {
        std::vector<double> x(static_cast<std::size_t>(n), 0.75 + static_cast<double>(n));
        x[static_cast<std::size_t>(place)] = odd;
        auto s = x, c = x;
        kernel::sine(s.data(), n);
        kernel::cosine(c.data(), n);
        std::vector<double> one{0.75 + static_cast<double>(n)}, other = one;
        kernel::sine(one.data(), 1);
        kernel::cosine(other.data(), 1);
        for (index_t i = 0; i < n; ++i) {
          auto const k = static_cast<std::size_t>(i);
          CHECK(same(s[k], i == place ? std::sin(odd) : one[0]));
          CHECK(same(c[k], i == place ? std::cos(odd) : other[0]));
        }
      }
  double x[] = {infinity, -infinity, std::numeric_limits<double>::quiet_NaN(), 1};
  kernel::sine(x, 4);
  CHECK((x[0] != x[0] && x[1] != x[1] && x[2] != x[2] && x[3] == x[3]));
}
