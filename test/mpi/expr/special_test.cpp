// The special cases of floating functions as NumPy and Python have them: floor division, signs of zero, NaN,
// infinities, complex numbers, single precision.
// ctest: RELEASE_ONLY
#include "mpi/expr/special_cases.hpp"

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

TEST_CASE("signs, zeros, NaN and infinities") {
  auto const x = list<double>({-2.5, -0.0, 0.0, NaN, inf, -inf});
  CHECK(gives(sign(x), doubles{-1, 0, 0, NaN, 1, -1}));
  CHECK(gives(relu(x), doubles{0, 0, 0, NaN, inf, 0}));
  CHECK(gives(copysign(x, -1.0), doubles{-2.5, -0.0, -0.0, std::copysign(NaN, -1.0), -inf, -inf}));
  CHECK(gives(signbit(x), {true, true, false, std::signbit(NaN), false, true}));
  CHECK(gives(cbrt(x), doubles{local_array<double, 1>(cbrt(x))(0), -0.0, 0, NaN, inf, -inf}));
  CHECK(gives(cbrt(list<double>({0x1p1023, 0x1p-1020})), doubles{0x1p341, 0x1p-340}));
  CHECK(gives(isclose(cbrt(list<double>({0x1p-1074})), 0x1p-358, 1e-15, 0), {true}));
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
