// Each elementwise function and operator of the language is one row: its name, the expression, the same for one
// element, and the range of arguments.
// ctest: RELEASE_ONLY
#include "mpi/expr/function_cases.hpp"

#include <complex>

TEST_CASE("unary functions of double") {
  row("negative", OF_X(-x), OF_X(-x));
  row("not", OF_X(!x), OF_X(!(x != 0)));
  row("abs", OF_X(abs(x)), OF_X(std::abs(x)));
  row("square", OF_X(square(x)), OF_X(x * x));
  row("sqrt", OF_X(sqrt(x)), OF_X(std::sqrt(x)));
  row("exp", OF_X(exp(x)), OF_X(std::exp(x)));
  row("expm1", OF_X(expm1(x)), OF_X(std::expm1(x)));
  row("log", OF_X(log(x)), OF_X(std::log(x)));
  row("log1p", OF_X(log1p(x)), OF_X(std::log1p(x)));
  row("log2", OF_X(log2(x)), OF_X(std::log2(x)));
  row("log10", OF_X(log10(x)), OF_X(std::log10(x)));
  row("sin", OF_X(sin(x)), OF_X(std::sin(x)));
  row("cos", OF_X(cos(x)), OF_X(std::cos(x)));
  row("tan", OF_X(tan(x)), OF_X(std::tan(x)), -1.5, 1.5);
  row("asin", OF_X(asin(x)), OF_X(std::asin(x)), -1.25, 1);
  row("acos", OF_X(acos(x)), OF_X(std::acos(x)), -1.25, 1);
  row("atan", OF_X(atan(x)), OF_X(std::atan(x)));
  row("sinh", OF_X(sinh(x)), OF_X(std::sinh(x)), -5, 5);
  row("cosh", OF_X(cosh(x)), OF_X(std::cosh(x)), -5, 5);
  row("tanh", OF_X(tanh(x)), OF_X(std::tanh(x)));
  row("floor", OF_X(floor(x)), OF_X(std::floor(x)));
  row("ceil", OF_X(ceil(x)), OF_X(std::ceil(x)));
  row("round", OF_X(round(x)), OF_X(std::nearbyint(x)));
  row("trunc", OF_X(trunc(x)), OF_X(std::trunc(x)));
  row("isnan", OF_X(isnan(x)), OF_X(std::isnan(x)));
  row("isinf", OF_X(isinf(x)), OF_X(std::isinf(x)));
  row("isfinite", OF_X(isfinite(x)), OF_X(std::isfinite(x)));
  row("sigmoid", OF_X(sigmoid(x)), OF_X(x < -700 ? 0.0 : 1 / (1 + std::exp(-x))), -30, 30);
  row("conj", OF_X(conj(x)), OF_X(x));
  row("real", OF_X(real(x)), OF_X(x));
  row("imag", OF_X(imag(x)), OF_X(x * 0), -1, 1);
  row("cast to int", OF_X(cast<std::int32_t>(x)), OF_X(static_cast<std::int32_t>(x)), -900, 900);
  row("cast to bool", OF_X(cast<bool>(x)), OF_X(x != 0));
  row("cast to complex", OF_X(cast<std::complex<float>>(x)), OF_X(std::complex<float>(static_cast<float>(x))),
      -9, 9);
  row("map", OF_X(map([](double v) { return v * v + 1; }, x)), OF_X(x * x + 1));
}

TEST_CASE("operators and functions of two doubles") {
  row2("+", OF_XY(x + y), OF_XY(x + y));
  row2("-", OF_XY(x - y), OF_XY(x - y));
  row2("*", OF_XY(x * y), OF_XY(x * y));
  row2("/", OF_XY(x / y), OF_XY(x / y));
  row2("%", OF_XY(x % y), OF_XY(std::fmod(x, y)));
  row2("==", OF_XY(x == y), OF_XY(x == y));
  row2("!=", OF_XY(x != y), OF_XY(x != y));
  row2("<", OF_XY(x < y), OF_XY(x < y));
  row2("<=", OF_XY(x <= y), OF_XY(x <= y));
  row2(">", OF_XY(x > y), OF_XY(x > y));
  row2(">=", OF_XY(x >= y), OF_XY(x >= y));
  row2("&&", OF_XY(x && y), OF_XY((x != 0) && (y != 0)));
  row2("||", OF_XY(x || y), OF_XY((x != 0) || (y != 0)));
  row2("maximum", OF_XY(maximum(x, y)), OF_XY(x != x || y != y ? not_a_number : std::max(x, y)));
  row2("minimum", OF_XY(minimum(x, y)), OF_XY(x != x || y != y ? not_a_number : std::min(x, y)));
  row2("pow", OF_XY(pow(x, y)), OF_XY(std::pow(x, y)), -3, 3);
  row2("hypot", OF_XY(hypot(x, y)), OF_XY(std::hypot(x, y)));
  row2("atan2", OF_XY(atan2(x, y)), OF_XY(std::atan2(x, y)));
  row2("where", OF_XY(where(x > y, x, y * 2)), OF_XY(x > y ? x : y * 2));
  row2("map", OF_XY(map([](double a, double b) { return a > b; }, x, y)), OF_XY(x > y));
}

TEST_CASE("numbers on either side") {
  row("x - 2", OF_X(x - 2), OF_X(x - 2));
  row("2 - x", OF_X(2 - x), OF_X(2 - x));
  row("1 / x", OF_X(1 / x), OF_X(1 / x));
  row("1 < x", OF_X(1 < x), OF_X(1 < x));
  row("maximum(x, 0)", OF_X(maximum(x, 0)), OF_X(x != x ? not_a_number : std::max(x, 0.0)));
  row("maximum(0, x)", OF_X(maximum(0, x)), OF_X(x != x ? not_a_number : std::max(x, 0.0)));
  row("pow(x, 2)", OF_X(pow(x, 2)), OF_X(x * x));
  row("where(x > 0, 1, -1)", OF_X(where(x > 0, 1, -1)), OF_X(x > 0 ? index_t{1} : index_t{-1}));
  row("where(x > 0, x, 0)", OF_X(where(x > 0, x, 0)), OF_X(x > 0 ? x : 0.0));
}

TEST_CASE("the sign of zero is kept") {
  auto const zero = full<double>(world(), {5}, 0.0, tiling::row());
  auto const minus_zero = full<double>(world(), {5}, -0.0, tiling::row());
  auto all_negative = [](array<double, 1> const& a) {
    return std::all_of(a.span().begin(), a.span().end(), [](double x) { return x == 0 && std::signbit(x); });
  };
  CHECK(all_negative(-zero));
  CHECK(all_negative(minus_zero * 1.0));
  CHECK(all_negative(sqrt(minus_zero)));
  CHECK(all_negative(trunc(minus_zero - 0.5)));
  if (!zero.owned_box().empty()) CHECK_FALSE(all_negative(-minus_zero));
}

TEST_CASE("sigmoid neither overflows nor loses small values") {
  vector x({9});
  std::copy_n(std::array{-1e308, -750.0, -700.0, -40.0, 0.0, 40.0, 700.0, 1e308, not_a_number}.data(), 9,
              x.data());
  local_array<double, 1> const y = sigmoid(x);
  CHECK(y(0) == 0);
  CHECK(y(1) >= 0);
  CHECK(y(2) == Approx(std::exp(-700.0)).epsilon(1e-14));
  CHECK(y(3) == Approx(std::exp(-40.0)).epsilon(1e-14));
  CHECK(y(4) == 0.5);
  CHECK(y(5) == 1);
  CHECK(y(6) == 1);
  CHECK(y(7) == 1);
  CHECK(std::isnan(y(8)));
  local_array<float, 1> const single = sigmoid(cast<float>(x));
  CHECK(single(0) == 0.0f);
  CHECK(single(4) == 0.5f);
  CHECK(single(7) == 1.0f);
  CHECK(local_array<double, 1>(sigmoid(cast<std::int32_t>(vector({1}, 0.0))))(0) == 0.5);
}
