// The tables of expression_functions_test.cpp, second part.
// ctest: RELEASE_ONLY
#include "mpi/expr/function_cases.hpp"

#include <numbers>

namespace {

double python_mod(double x, double y) {
  double r = std::fmod(x, y);
  if (r != 0 && (r < 0) != (y < 0)) r += y;
  return r;
}

}  // namespace

TEST_CASE("more unary functions of double") {
  row("positive", OF_X(+x), OF_X(x));
  row("cbrt", OF_X(cbrt(x)), OF_X(std::cbrt(x)));
  row("exp2", OF_X(exp2(x)), OF_X(std::exp2(x)), -500, 500);
  row("asinh", OF_X(asinh(x)), OF_X(std::asinh(x)));
  row("acosh", OF_X(acosh(x)), OF_X(std::acosh(x)));
  row("atanh", OF_X(atanh(x)), OF_X(std::atanh(x)), -1.25, 1);
  row("sign", OF_X(sign(x)), OF_X(x != x ? x : double((x > 0) - (x < 0))));
  row("reciprocal", OF_X(reciprocal(x)), OF_X(1 / x));
  row("relu", OF_X(relu(x)), OF_X(x != x ? x : std::max(x, 0.0)));
  row("signbit", OF_X(signbit(x)), OF_X(std::signbit(x)));
  row("deg2rad", OF_X(deg2rad(x)), OF_X(x / 180 * std::numbers::pi));
  row("rad2deg", OF_X(rad2deg(x)), OF_X(x / std::numbers::pi * 180), -9, 9);
  row("angle", OF_X(angle(x)), OF_X(x != x ? x : std::signbit(x) ? std::numbers::pi : 0.0));
  row("clip", OF_X(clip(x, -2, 3)), OF_X(x != x ? x : std::min(std::max(x, -2.0), 3.0)));
  row("clip above", OF_X(clip(x, std::nullopt, 3)), OF_X(x != x ? x : std::min(x, 3.0)));
  row("clip below", OF_X(clip(x, 0, std::nullopt)), OF_X(x != x ? x : std::max(x, 0.0)));
}

TEST_CASE("more functions of two and three doubles") {
  row2("fmod", OF_XY(fmod(x, y)), OF_XY(std::fmod(x, y)));
  row2("remainder", OF_XY(remainder(x, y)), OF_XY(python_mod(x, y)));
  row2("floor_divide", OF_XY(floor_divide(x, y)), OF_XY(std::floor((x - python_mod(x, y)) / y + 0.5)), 1, 40);
  row2("logaddexp", OF_XY(logaddexp(x, y)), OF_XY(std::log(std::exp(x) + std::exp(y))), -300, 300);
  row2("copysign", OF_XY(copysign(x, y)), OF_XY(std::copysign(x, y)));
  row2("nextafter", OF_XY(nextafter(x, y)), OF_XY(std::nextafter(x, y)));
  row2("heaviside", OF_XY(heaviside(x, y)), OF_XY(x != x ? x : x == 0 ? y : x > 0 ? 1.0 : 0.0));
  row2("fmax", OF_XY(fmax(x, y)), OF_XY(std::fmax(x, y)));
  row2("fmin", OF_XY(fmin(x, y)), OF_XY(std::fmin(x, y)));
  row2("fma", OF_XY(fma(x, y, x)), OF_XY(std::fma(x, y, x)));
  row2("clip", OF_XY(clip(x, y, 7)), OF_XY(x != x || y != y ? not_a_number : std::min(std::max(x, y), 7.0)));
  row2("logical_xor", OF_XY(logical_xor(x, y)), OF_XY((x != 0) != (y != 0)));
  row2("isclose", OF_XY(isclose(x, y)),
       OF_XY(x == y || (std::isfinite(y) && std::abs(x - y) <= 1e-8 + 1e-5 * std::abs(y))));
}
