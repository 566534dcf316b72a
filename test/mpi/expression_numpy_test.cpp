// The functions whose special cases NumPy defines: floor division, signs of zero, NaN, infinities, shifts,
// bool.
#include "mpi/function_cases.hpp"

#include <pantile/ops/assign_view.hpp>

#include <complex>
#include <numbers>

namespace {

template <element T>
local_array<T, 1> list(std::vector<T> const& values) {
  local_array<T, 1> a({std::ssize(values)});
  std::copy(values.begin(), values.end(), a.data());
  return a;
}

/// Equal to the last bit, any NaN being like any other.
template <class T>
bool identical(T a, T b) {
  if constexpr (is_complex<T>)
    return identical(a.real(), b.real()) && identical(a.imag(), b.imag());
  else if constexpr (std::is_floating_point_v<T>)
    return (a != a && b != b) || (a == b && std::signbit(a) == std::signbit(b));
  else
    return a == b;
}

/// The elements of a local expression, to the last bit; the type too.
template <class E, element T>
bool gives(E const& expression, std::vector<T> const& expected) {
  STATIC_REQUIRE(std::is_same_v<value_of<E>, T>);
  local_array<T, 1> const got = expression;
  if (got.count() != std::ssize(expected)) return false;
  for (index_t i = 0; i < got.count(); ++i)
    if (!identical<T>(got(i), expected[static_cast<std::size_t>(i)])) {
      UNSCOPED_INFO("element " << i << " is " << got(i));
      return false;
    }
  return true;
}

constexpr double NaN = not_a_number;
constexpr double inf = infinity;
using doubles = std::vector<double>;
using ints = std::vector<std::int32_t>;
using C = std::complex<double>;

local_array<bool, 1> truths(std::initializer_list<bool> values) {
  local_array<bool, 1> a({std::ssize(values)});
  std::copy(values.begin(), values.end(), a.data());
  return a;
}
template <class E>
bool gives(E const& expression, std::initializer_list<bool> expected) {
  STATIC_REQUIRE(std::is_same_v<value_of<E>, bool>);
  return is_same(local_array<bool, 1>(expression), truths(expected));
}

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
  row2("clip", OF_XY(clip(x, y, 7)), OF_XY(x != x || y != y ? NaN : std::min(std::max(x, y), 7.0)));
  row2("logical_xor", OF_XY(logical_xor(x, y)), OF_XY((x != 0) != (y != 0)));
  row2("isclose", OF_XY(isclose(x, y)),
       OF_XY(x == y || (std::isfinite(y) && std::abs(x - y) <= 1e-8 + 1e-5 * std::abs(y))));
}

TEST_CASE("floor division of floats, as Python has it") {
  auto const a = list<double>({7, -7, 7, -7, 0.0, -0.0, 6, -1, 1, inf, 5, -5, 0, NaN, 1, 1, 1e300, -1e-300});
  auto const b = list<double>({2, 2, -2, -2, 3, 3, -3, inf, -inf, 2, 0, 0, 0, 1, NaN, 0.1, 1e-300, 1});
  CHECK(gives(floor_divide(a, b),
              doubles{3, -4, -4, 3, 0, -0.0, -2, -1, -1, NaN, inf, -inf, NaN, NaN, NaN, 9, inf, -1}));
  CHECK(gives(remainder(a, b), doubles{1, 1, -1, -1, 0, 0, -0.0, inf, -inf, NaN, NaN, NaN, NaN, NaN, NaN,
                                       0.09999999999999995, std::fmod(1e300, 1e-300), 1}));
  CHECK(gives(fmod(a, b), doubles{1, -1, 1, -1, 0, -0.0, 0, -1, 1, NaN, NaN, NaN, NaN, NaN, NaN,
                                  0.09999999999999995, std::fmod(1e300, 1e-300), -1e-300}));
  CHECK(gives(a % b, doubles{1, -1, 1, -1, 0, -0.0, 0, -1, 1, NaN, NaN, NaN, NaN, NaN, NaN, 0.09999999999999995,
                             std::fmod(1e300, 1e-300), -1e-300}));
}

TEST_CASE("floor division of integers") {
  constexpr auto lowest = std::numeric_limits<std::int32_t>::min();
  auto const a = list<std::int32_t>({7, -7, 7, -7, 6, -6, 0, lowest, lowest, lowest, 1});
  auto const b = list<std::int32_t>({2, 2, -2, -2, -3, 3, -5, -1, 2, lowest, lowest});
  CHECK(gives(floor_divide(a, b), ints{3, -4, -4, 3, -2, -2, 0, lowest, lowest / 2, 1, -1}));
  CHECK(gives(remainder(a, b), ints{1, 1, -1, -1, 0, 0, 0, 0, 0, 0, lowest + 1}));
  CHECK(gives(fmod(a, b), ints{1, -1, 1, -1, 0, 0, 0, 0, 0, 0, 1}));
  CHECK(gives(reciprocal(list<std::int32_t>({1, -1, 2, -5})), ints{1, -1, 0, 0}));
  auto const byte = list<std::uint8_t>({200, 7, 255});
  CHECK(gives(floor_divide(byte, 7), std::vector<std::uint8_t>{28, 1, 36}));
  CHECK(gives(remainder(byte, 7), std::vector<std::uint8_t>{4, 0, 3}));
  for (auto const* what : {"floor_divide", "remainder", "fmod", "reciprocal"}) {
    INFO(what);
    CHECK(thrown_by([&] {
            auto const zero = spread(
                made<std::int32_t>(shape_of<1>{9}, [](any_index const& i) { return std::int32_t(i[0] != 4); }),
                tiling::row());
            std::string const name = what;
            if (name == "floor_divide") eval(floor_divide(5, zero));
            if (name == "remainder") eval(remainder(5, zero));
            if (name == "fmod") eval(fmod(5, zero));
            if (name == "reciprocal") eval(reciprocal(zero));
          }) == "domain_error");
  }
}

TEST_CASE("signs, zeros, NaN and infinities") {
  auto const x = list<double>({-2.5, -0.0, 0.0, NaN, inf, -inf});
  CHECK(gives(sign(x), doubles{-1, 0, 0, NaN, 1, -1}));
  CHECK(gives(relu(x), doubles{0, 0, 0, NaN, inf, 0}));
  CHECK(gives(copysign(x, -1.0), doubles{-2.5, -0.0, -0.0, std::copysign(NaN, -1.0), -inf, -inf}));
  CHECK(gives(signbit(x), {true, true, false, std::signbit(NaN), false, true}));
  CHECK(gives(cbrt(x), doubles{std::cbrt(-2.5), -0.0, 0, NaN, inf, -inf}));
  CHECK(gives(asinh(x), doubles{std::asinh(-2.5), -0.0, 0, NaN, inf, -inf}));
  CHECK(gives(exp2(x), doubles{std::exp2(-2.5), 1, 1, NaN, inf, 0}));
  CHECK(gives(atanh(list<double>({1, -1, -0.0, 2, NaN})), doubles{inf, -inf, -0.0, NaN, NaN}));
  CHECK(gives(acosh(list<double>({1, 0.5, inf, NaN})), doubles{0, NaN, inf, NaN}));
  CHECK(gives(heaviside(x, 0.5), doubles{0, 0.5, 0.5, NaN, 1, 0}));
  CHECK(gives(reciprocal(x), doubles{-0.4, -inf, inf, NaN, 0, -0.0}));
  CHECK(gives(+x, doubles{-2.5, -0.0, 0, NaN, inf, -inf}));
  CHECK(gives(fmax(x, NaN), doubles{-2.5, -0.0, 0, NaN, inf, -inf}));
  CHECK(gives(fmin(NaN, x), doubles{-2.5, -0.0, 0, NaN, inf, -inf}));
  CHECK(gives(clip(x, -1, 1), doubles{-1, -0.0, 0, NaN, 1, -1}));
  CHECK(gives(clip(x, NaN, 1), doubles(6, NaN)));
  CHECK(gives(clip(x, -1, NaN), doubles(6, NaN)));
  CHECK(gives(clip(list<double>({0, 5}), 3, 1), doubles{1, 1}));
  auto const a = list<double>({inf, -inf, inf, -inf, 1000, -1000, NaN, 0, 1});
  auto const b = list<double>({inf, -inf, -inf, 3, 1000, -1000, 1, NaN, inf});
  CHECK(gives(logaddexp(a, b),
              doubles{inf, -inf, inf, 3, 1000 + std::numbers::ln2, -1000 + std::numbers::ln2, NaN, NaN, inf}));
  CHECK(gives(isclose(a, b), {true, true, false, false, true, true, false, false, false}));
  CHECK(gives(isclose(list<double>({NaN, 1, 1.1, inf}), list<double>({NaN, NaN, 1, 1}), 0.2, 0, true),
              {true, false, true, false}));
  CHECK(gives(isclose(list<std::int32_t>({10000000, 1}), list<std::int32_t>({10000001, 2})), {true, false}));
  CHECK(gives(
      nextafter(list<float>({0, 1}), 2),
      std::vector<float>{std::numeric_limits<float>::denorm_min(), 1 + std::numeric_limits<float>::epsilon()}));
}

TEST_CASE("integers and functions") {
  constexpr auto lowest = std::numeric_limits<std::int32_t>::min();
  auto const i = list<std::int32_t>({-3, 0, 5, lowest});
  CHECK(gives(sign(i), ints{-1, 0, 1, -1}));
  CHECK(gives(relu(i), ints{0, 0, 5, 0}));
  CHECK(gives(positive(i), ints{-3, 0, 5, lowest}));
  CHECK(gives(clip(i, -1, 3), ints{-1, 0, 3, -1}));
  CHECK(gives(clip(i, -1.5, 3), doubles{-1.5, 0, 3, -1.5}));
  CHECK(gives(fma(i, i, 1), ints{10, 1, 26, 1}));
  CHECK(gives(fmax(i, 0), ints{0, 0, 5, 0}));
  CHECK(gives(signbit(i), {true, false, false, true}));
  CHECK(gives(heaviside(i, 2), doubles{0, 2, 1, 0}));
  CHECK(gives(deg2rad(list<std::int32_t>({180})), doubles{std::numbers::pi}));
  CHECK(gives(cbrt(list<std::int32_t>({27})), doubles{3}));
  auto const byte = list<std::uint8_t>({0, 7, 255});
  CHECK(gives(sign(byte), std::vector<std::uint8_t>{0, 1, 1}));
  CHECK(gives(fma(byte, 2, 1), std::vector<std::uint8_t>{1, 15, 255}));
  CHECK_THROWS_AS(clip(byte, 0, 300), domain_error);
}

TEST_CASE("bit operations") {
  auto const a = list<std::int32_t>({12, -1, 0, 7});
  auto const b = list<std::int32_t>({10, 6, 3, -8});
  CHECK(gives(a & b, ints{8, 6, 0, 0}));
  CHECK(gives(a | b, ints{14, -1, 3, -1}));
  CHECK(gives(a ^ b, ints{6, -7, 3, -1}));
  CHECK(gives(~a, ints{-13, 0, -1, -8}));
  CHECK(gives(bitwise_and(a, 4), ints{4, 4, 0, 4}));
  CHECK(gives(bitwise_or(a, true), ints{13, -1, 1, 7}));
  CHECK(gives(bitwise_xor(a, list<std::int64_t>({1, 1, 1, 1})), std::vector<std::int64_t>{13, -2, 1, 6}));
  CHECK(gives(invert(list<std::uint8_t>({0, 5})), std::vector<std::uint8_t>{255, 250}));

  auto const by = list<std::int32_t>({0, 1, 31, 32, 33, -1, 1000});
  auto const minus = list<std::int32_t>({-5, -5, -5, -5, -5, -5, -5});
  CHECK(gives(left_shift(abs(minus), by), ints{5, 10, std::numeric_limits<std::int32_t>::min(), 0, 0, 0, 0}));
  CHECK(gives(minus << by, ints{-5, -10, std::numeric_limits<std::int32_t>::min(), 0, 0, 0, 0}));
  CHECK(gives(minus >> by, ints{-5, -3, -1, -1, -1, -1, -1}));
  CHECK(gives(right_shift(5, by), ints{5, 2, 0, 0, 0, 0, 0}));
  CHECK(gives(list<std::uint8_t>({200, 200}) << 1, std::vector<std::uint8_t>{144, 144}));
  CHECK(gives(list<std::uint8_t>({200, 200}) >> list<std::uint8_t>({3, 8}), std::vector<std::uint8_t>{25, 0}));
  CHECK(gives(1 << list<std::int64_t>({40, 63, 64}),
              std::vector<std::int64_t>{index_t{1} << 40, std::numeric_limits<index_t>::min(), 0}));

  auto const p = truths({false, false, true, true}), q = truths({false, true, false, true});
  CHECK(gives(p & q, {false, false, false, true}));
  CHECK(gives(p | q, {false, true, true, true}));
  CHECK(gives(p ^ q, {false, true, true, false}));
  CHECK(gives(logical_xor(p, q), {false, true, true, false}));
  CHECK(gives(~p, {true, true, false, false}));
  CHECK(gives(p + q, {false, true, true, true}));
  CHECK(gives(p * q, {false, false, false, true}));
  CHECK(gives(p << q, std::vector<std::uint8_t>{0, 0, 1, 2}));
  CHECK(gives(maximum(p, q), {false, true, true, true}));
  CHECK(gives(p & 6, std::vector<std::int64_t>{0, 0, 0, 0}));

  for (auto const& rule : usual_rules(2)) {
    auto const x = samples<std::int32_t>(shape_of<2>{7, 5}), y = samples<std::int32_t>(shape_of<2>{7, 1}, 1);
    INFO(rule.name());
    CHECK(is_part_of(eval((spread(x, rule) ^ spread(y, rule)) & ~y),
                     mapped([](std::int32_t v, std::int32_t w) { return (v ^ w) & ~w; }, x, y)));
  }
}

TEST_CASE("more functions of complex numbers") {
  auto const z = list<C>(
      {C(3, -4), 0.0, C(-2, 0), C(0, 5), C(1e308, 1e308), C(inf, 2), C(1, -inf), C(inf, inf), C(NaN, 1)});
  local_array<C, 1> const s = sign(z);
  CHECK(gives(s(range(0, 4)), std::vector<C>{C(0.6, -0.8), 0.0, C(-1, 0), C(0, 1)}));
  CHECK(std::abs(s(4) - C(1, 1) / std::sqrt(2.0)) < 1e-15);
  CHECK(s(5) == C(1, 0));
  CHECK(s(6) == C(0, -1));
  CHECK(std::isnan(s(7).real()));
  CHECK(std::isnan(s(8).real()));
  CHECK(
      gives(angle(list<C>({C(0, 2), C(-1, 0), C(3, 0)})), doubles{std::numbers::pi / 2, std::numbers::pi, 0}));
  auto const w = list<C>({C(0.3, -0.4), C(-2, 0.5), C(1e-12, 1e-12)});
  auto near = [&](auto const& expression, auto oracle) {
    return is_same(local_array<C, 1>(expression), mapped(oracle, w), 1e-14);
  };
  CHECK(near(asinh(w), [](C x) { return std::asinh(x); }));
  CHECK(near(acosh(w), [](C x) { return std::acosh(x); }));
  CHECK(near(atanh(w), [](C x) { return std::atanh(x); }));
  CHECK(near(exp2(w), [](C x) { return std::pow(C(2), x); }));
  CHECK(near(log2(w), [](C x) { return std::log(x) / std::log(2.0); }));
  CHECK(near(expm1(w), [](C x) { return std::exp(x) - 1.0; }));
  CHECK(near(log1p(w), [](C x) { return std::log(x + 1.0); }));
  CHECK(std::abs(local_array<C, 1>(expm1(w))(2) - C(1e-12, 1e-12)) < 1e-23);
  CHECK(near(reciprocal(w), [](C x) { return 1.0 / x; }));
  CHECK(near(fma(w, w, 1), [](C x) { return x * x + 1.0; }));
  CHECK(gives(isclose(w, w + C(0, 1e-9)), {true, true, true}));
  CHECK(gives(isclose(w, w + C(0, 1e-3)), {false, false, false}));
}

TEST_CASE("more functions in single precision") {
  auto const x = list<float>({0.25f, 2});
  auto near = [&](auto const& expression, auto oracle) {
    STATIC_REQUIRE(std::is_same_v<value_of<decltype(expression)>, float>);
    return is_same(local_array<float, 1>(expression), mapped(oracle, x), 1e-6);
  };
  CHECK(near(cbrt(x), [](float v) { return std::cbrt(v); }));
  CHECK(near(exp2(x), [](float v) { return std::exp2(v); }));
  CHECK(near(asinh(x), [](float v) { return std::asinh(v); }));
  CHECK(near(acosh(x + 1), [](float v) { return std::acosh(v + 1); }));
  CHECK(near(atanh(x / 4), [](float v) { return std::atanh(v / 4); }));
  CHECK(near(logaddexp(x, 1), [](float v) { return std::log(std::exp(v) + std::exp(1.0f)); }));
  CHECK(near(floor_divide(x, 0.5), [](float v) { return std::floor(v / 0.5f); }));
  CHECK(near(remainder(-x, 0.75), [](float v) { return v == 2 ? 0.25f : 0.5f; }));
  CHECK(near(deg2rad(x), [](float v) { return v * 0.017453292f; }));
}
