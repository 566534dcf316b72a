// Elementwise functions and operators of the other element types: complex, integers that wrap, bool and single
// precision.
// ctest: RELEASE_ONLY
#include "support/oracle.hpp"

#include <pantile/expr/functions.hpp>
#include <pantile/ops/evaluate.hpp>

#include <complex>

using namespace pantile;
using namespace support;

namespace {

using C = std::complex<double>;

template <class Expression, class Oracle>
void complex_row(char const* name, Expression expression, Oracle oracle) {
  INFO(name);
  auto const z = mapped([](C v) { return v / 8.0 + C(0.01, 0.02); }, samples<C>(shape_of<1>{40}));
  auto const a = spread(z, tiling::row());
  auto const expected = mapped(oracle, z);
  using T = typename decltype(expected)::value_type;
  CHECK(is_part_of(array<T, 1>(expression(a)), expected, 1e-13));
}

#define OF_X(e) [](auto const& x) { return e; }

}  // namespace

TEST_CASE("functions of complex numbers") {
  complex_row("negative", OF_X(-x), OF_X(-x));
  complex_row("abs", OF_X(abs(x)), OF_X(std::abs(x)));
  complex_row("conj", OF_X(conj(x)), OF_X(std::conj(x)));
  complex_row("real", OF_X(real(x)), OF_X(x.real()));
  complex_row("imag", OF_X(imag(x)), OF_X(x.imag()));
  complex_row("square", OF_X(square(x)), OF_X(x * x));
  complex_row("sqrt", OF_X(sqrt(x)), OF_X(std::sqrt(x)));
  complex_row("exp", OF_X(exp(x)), OF_X(std::exp(x)));
  complex_row("log", OF_X(log(x)), OF_X(std::log(x)));
  complex_row("sin", OF_X(sin(x)), OF_X(std::sin(x)));
  complex_row("tanh", OF_X(tanh(x)), OF_X(std::tanh(x)));
  complex_row("pow", OF_X(pow(x, 2)), OF_X(std::pow(x, C(2))));
  complex_row("+ - * /", OF_X((x + 1.5) * x / (x - C(0, 3))), OF_X((x + 1.5) * x / (x - C(0, 3))));
  complex_row("==", OF_X(x == conj(x)), OF_X(x.imag() == 0));
  complex_row("isnan", OF_X(isnan(x * std::numeric_limits<double>::quiet_NaN())), OF_X(x != x || true));
  complex_row("isfinite", OF_X(isfinite(x)), OF_X(x == x));
  complex_row("isinf", OF_X(isinf(x)), OF_X(x != x));
  complex_row("where", OF_X(where(real(x) > 0, x, 0)), OF_X(x.real() > 0 ? x : C(0)));
  complex_row("cast", OF_X(cast<std::complex<float>>(x)), OF_X(std::complex<float>(x)));
}

TEST_CASE("integers wrap, divide towards zero and compute functions as double") {
  constexpr auto lowest = std::numeric_limits<std::int32_t>::min();
  constexpr auto highest = std::numeric_limits<std::int32_t>::max();
  auto check = [](auto const& expression, auto value) {
    using T = decltype(value);
    CHECK(is_part_of(array<T, 1>(expression), local_array<T, 1>({7}, value)));
  };
  auto const low = full<std::int32_t>(world(), {7}, lowest, tiling::row());
  auto const high = full<std::int32_t>(world(), {7}, highest, tiling::row());
  auto const seven = full<std::int32_t>(world(), {7}, 7, tiling::row());
  check(high + 1, lowest);
  check(low - 1, highest);
  check(-low, lowest);
  check(abs(low), lowest);
  check(high * 2, std::int32_t{-2});
  check(square(high), std::int32_t{1});
  check(low / -1, lowest);
  check(low % -1, std::int32_t{0});
  check(-seven / 2, std::int32_t{-3});
  check(-seven % 4, std::int32_t{-3});
  check(7 / seven, std::int32_t{1});
  check(sqrt(seven), std::sqrt(7.0));
  check(pow(seven, 2), 49.0);
  check(seven / 2.0, 3.5);
  check(seven + index_t{1}, std::int32_t{8});

  auto const wide = full<std::int64_t>(world(), {7}, std::numeric_limits<std::int64_t>::min(), tiling::row());
  check(wide / -1, std::numeric_limits<std::int64_t>::min());
  check(wide + high, std::numeric_limits<std::int64_t>::min() + highest);
  check(abs(wide), std::numeric_limits<std::int64_t>::min());

  auto const byte = full<std::uint8_t>(world(), {7}, std::uint8_t{200}, tiling::row());
  check(byte + byte, std::uint8_t{144});
  check(byte * byte, std::uint8_t{64});
  check(-byte, std::uint8_t{56});
  check(byte - seven, std::int32_t{193});
  check(abs(byte), std::uint8_t{200});

  auto const yes = full<bool>(world(), {7}, true, tiling::row());
  check(yes + yes, true);
  check(yes * !yes, false);
  check(yes + 1, index_t{2});
  check(yes && seven, true);
}

TEST_CASE("single precision stays single") {
  auto const x = full<float>(world(), {7}, 0.3f, tiling::row());
  auto check = [](auto const& expression, float value) {
    STATIC_REQUIRE(std::is_same_v<value_of<decltype(expression)>, float>);
    CHECK(is_part_of(array<float, 1>(expression), local_array<float, 1>({7}, value), 1e-7));
  };
  check(x * 2.0 + 1, 1.6f);
  check(exp(x), std::exp(0.3f));
  check(sigmoid(x), 1 / (1 + std::exp(-0.3f)));
  check(where(x > 0, x, 0.0), 0.3f);
  check(pow(x, 2), 0.09f);
}

TEST_CASE("real numbers become complex ones in products, sums and assignments") {
  using single = std::complex<float>;
  auto const z = full<single>(world(), {7}, single(1, -2), tiling::row());
  auto const wide = full<std::int64_t>(world(), {7}, 3, tiling::row());
  auto const x = full<double>(world(), {7}, 0.5, tiling::row());
  CHECK(is_part_of(eval(z * wide), local_array<C, 1>({7}, C(3, -6))));
  CHECK(is_part_of(eval(z + x), local_array<C, 1>({7}, C(1.5, -2))));
  CHECK(is_part_of(eval(z + 0.5), local_array<single, 1>({7}, single(1.5f, -2))));
  CHECK(is_part_of(eval(cast<single>(wide)), local_array<single, 1>({7}, single(3))));
  auto target = zeros<single>(world(), {7}, tiling::row());
  target = x + wide;
  CHECK(is_part_of(target, local_array<single, 1>({7}, single(3.5f))));
  target = cast<C>(z);
  CHECK(is_part_of(target, local_array<single, 1>({7}, single(1, -2))));
}
