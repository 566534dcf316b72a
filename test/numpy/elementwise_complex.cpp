#include "judge.hpp"

namespace judge {

void add_elementwise_complex(table& t) {
  using T = complex_types;
  t["complex sqrt"] = unary<T, dims<1>>([](auto const& x) { return sqrt(x); });
  t["complex exp"] = unary<T, dims<1>>([](auto const& x) { return exp(x); });
  t["complex log"] = unary<T, dims<1>>([](auto const& x) { return log(x); });
  t["complex log10"] = unary<T, dims<1>>([](auto const& x) { return log10(x); });
  t["complex sin"] = unary<T, dims<1>>([](auto const& x) { return sin(x); });
  t["complex cos"] = unary<T, dims<1>>([](auto const& x) { return cos(x); });
  t["complex tan"] = unary<T, dims<1>>([](auto const& x) { return tan(x); });
  t["complex arcsin"] = unary<T, dims<1>>([](auto const& x) { return asin(x); });
  t["complex arccos"] = unary<T, dims<1>>([](auto const& x) { return acos(x); });
  t["complex arctan"] = unary<T, dims<1>>([](auto const& x) { return atan(x); });
  t["complex sinh"] = unary<T, dims<1>>([](auto const& x) { return sinh(x); });
  t["complex cosh"] = unary<T, dims<1>>([](auto const& x) { return cosh(x); });
  t["complex tanh"] = unary<T, dims<1>>([](auto const& x) { return tanh(x); });
  t["complex arcsinh"] = unary<T, dims<1>>([](auto const& x) { return asinh(x); });
  t["complex arccosh"] = unary<T, dims<1>>([](auto const& x) { return acosh(x); });
  t["complex arctanh"] = unary<T, dims<1>>([](auto const& x) { return atanh(x); });
  t["complex expm1"] = unary<T, dims<1>>([](auto const& x) { return expm1(x); });
  t["complex log1p"] = unary<T, dims<1>>([](auto const& x) { return log1p(x); });
  t["complex exp2"] = unary<T, dims<1>>([](auto const& x) { return exp2(x); });
  t["complex log2"] = unary<T, dims<1>>([](auto const& x) { return log2(x); });
  t["complex power"] = binary<T, 1, 1>([](auto const& x, auto const& y) { return pow(x, y); });

  t["conj"] = unary<types<std::int32_t, double, c64, c128>, dims<1>>([](auto const& x) { return conj(x); });
  t["real"] =
      unary<types<bool, std::int32_t, float, c64, c128>, dims<1>>([](auto const& x) { return real(x); });
  t["imag"] =
      unary<types<bool, std::int32_t, float, c64, c128>, dims<1>>([](auto const& x) { return imag(x); });
  t["complex abs"] = unary<T, dims<1>>([](auto const& x) { return abs(x); });
}

}  // namespace judge
