#include "judge.hpp"

// Elementwise functions beside those of elementwise_real.cpp.
namespace judge {

void add_functions(table& t) {
  using T = floating_types;
  t["cbrt"] = unary<T, dims<1>>([](auto const& x) { return cbrt(x); });
  t["exp2"] = unary<T, dims<1>>([](auto const& x) { return exp2(x); });
  t["arcsinh"] = unary<T, dims<1>>([](auto const& x) { return asinh(x); });
  t["arccosh"] = unary<T, dims<1>>([](auto const& x) { return acosh(x); });
  t["arctanh"] = unary<T, dims<1>>([](auto const& x) { return atanh(x); });
  t["deg2rad"] = unary<T, dims<1>>([](auto const& x) { return deg2rad(x); });
  t["rad2deg"] = unary<T, dims<1>>([](auto const& x) { return rad2deg(x); });
  t["relu"] = unary<T, dims<1>>([](auto const& x) { return relu(x); });
  t["signbit"] = unary<T, dims<1>>([](auto const& x) { return signbit(x); });
  t["reciprocal"] = unary<T, dims<1>>([](auto const& x) { return reciprocal(x); });
  t["sign"] = unary<types<std::int64_t, float, double, c128>, dims<1>>([](auto const& x) { return sign(x); });
  t["angle"] = unary<types<double, c128>, dims<1>>([](auto const& x) { return angle(x); });

  t["logaddexp"] = binary<T, 1, 1>([](auto const& x, auto const& y) { return logaddexp(x, y); });
  t["copysign"] = binary<T, 1, 1>([](auto const& x, auto const& y) { return copysign(x, y); });
  t["nextafter"] = binary<T, 1, 1>([](auto const& x, auto const& y) { return nextafter(x, y); });
  t["fmax"] = binary<T, 1, 1>([](auto const& x, auto const& y) { return fmax(x, y); });
  t["fmin"] = binary<T, 1, 1>([](auto const& x, auto const& y) { return fmin(x, y); });
  t["heaviside"] = binary<T, 1, 1>([](auto const& x, auto const& y) { return heaviside(x, y); });
  using divisible = types<std::uint8_t, std::int32_t, float, double>;
  t["floor_divide"] = binary<divisible, 1, 1>([](auto const& x, auto const& y) { return floor_divide(x, y); });
  t["remainder"] = binary<divisible, 1, 1>([](auto const& x, auto const& y) { return remainder(x, y); });
  t["logical_xor"] = binary<types<bool, std::uint8_t, double, c64>, 1, 1>(
      [](auto const& x, auto const& y) { return logical_xor(x, y); });
  t["isclose"] = [](arguments const& a) {
    return with_leaf(a.operands.at(0), T{}, dims<1>{}, [&](auto const& x) {
      return result_of(isclose(x, leaf_like(x, a.operands.at(1)), 1e-5, 1e-8, a.integers.at(0) != 0));
    });
  };
  t["clip"] = [](arguments const& a) {
    return with_leaf(a.operands.at(0), T{}, dims<1>{}, [&](auto const& x) {
      return result_of(clip(x, leaf_like(x, a.operands.at(1)), leaf_like(x, a.operands.at(2))));
    });
  };
  t["clip 2"] = [](arguments const& a) {
    return with_leaf(a.operands.at(0), types<std::int32_t, double>{}, dims<2>{}, [&](auto const& x) {
      using E = typename std::remove_cvref_t<decltype(x)>::value_type;
      return result_of(clip(x, leaf_of<E, 1>(a.operands.at(1)), leaf_of<E, 2>(a.operands.at(2))));
    });
  };
  t["fma"] = [](arguments const& a) {
    auto const x = [&](std::size_t i) { return leaf_of<std::int32_t, 1>(a.operands.at(i)); };
    return result_of(fma(x(0), x(1), x(2)));
  };
}

void add_bits(table& t) {
  using I = integer_types;
  auto const meet = [](auto const& x, auto const& y) { return x & y; };
  auto const join = [](auto const& x, auto const& y) { return x | y; };
  auto const differ = [](auto const& x, auto const& y) { return x ^ y; };
  t["bitwise_and"] = binary<I, 1, 1>(meet);
  t["bitwise_or"] = binary<I, 1, 1>(join);
  t["bitwise_xor"] = binary<I, 1, 1>(differ);
  using few = types<bool, std::uint8_t, std::int64_t>;
  using others = types<std::uint8_t, std::int32_t, std::int64_t>;
  t["bitwise_and mixed"] = mixed<few, others, 1, 1>(meet);
  t["bitwise_or mixed"] = mixed<few, others, 1, 1>(join);
  t["bitwise_xor mixed"] = mixed<few, others, 1, 1>(differ);
  t["invert"] = unary<I, dims<1>>([](auto const& x) { return ~x; });
  t["left_shift"] = binary<I, 1, 1>([](auto const& x, auto const& y) { return x << y; });
  t["right_shift"] = binary<I, 1, 1>([](auto const& x, auto const& y) { return x >> y; });
}

}  // namespace judge
