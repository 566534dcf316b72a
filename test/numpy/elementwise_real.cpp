#include "judge.hpp"

// Elementwise functions of float and double, in one dimension: the loops of other dimensions are those of the
// operators.
namespace judge {

void add_elementwise_real(table& t) {
  using T = floating_types;
  t["sqrt"] = unary<T, dims<1>>([](auto const& x) { return sqrt(x); });
  t["exp"] = unary<T, dims<1>>([](auto const& x) { return exp(x); });
  t["expm1"] = unary<T, dims<1>>([](auto const& x) { return expm1(x); });
  t["log"] = unary<T, dims<1>>([](auto const& x) { return log(x); });
  t["log1p"] = unary<T, dims<1>>([](auto const& x) { return log1p(x); });
  t["log2"] = unary<T, dims<1>>([](auto const& x) { return log2(x); });
  t["log10"] = unary<T, dims<1>>([](auto const& x) { return log10(x); });
  t["sin"] = unary<T, dims<1>>([](auto const& x) { return sin(x); });
  t["cos"] = unary<T, dims<1>>([](auto const& x) { return cos(x); });
  t["tan"] = unary<T, dims<1>>([](auto const& x) { return tan(x); });
  t["arcsin"] = unary<T, dims<1>>([](auto const& x) { return asin(x); });
  t["arccos"] = unary<T, dims<1>>([](auto const& x) { return acos(x); });
  t["arctan"] = unary<T, dims<1>>([](auto const& x) { return atan(x); });
  t["sinh"] = unary<T, dims<1>>([](auto const& x) { return sinh(x); });
  t["cosh"] = unary<T, dims<1>>([](auto const& x) { return cosh(x); });
  t["tanh"] = unary<T, dims<1>>([](auto const& x) { return tanh(x); });
  t["floor"] = unary<T, dims<1>>([](auto const& x) { return floor(x); });
  t["ceil"] = unary<T, dims<1>>([](auto const& x) { return ceil(x); });
  t["round"] = unary<T, dims<1>>([](auto const& x) { return round(x); });
  t["trunc"] = unary<T, dims<1>>([](auto const& x) { return trunc(x); });
  t["sigmoid"] = unary<T, dims<1>>([](auto const& x) { return sigmoid(x); });
  t["hypot"] = binary<T, 1, 1>([](auto const& x, auto const& y) { return hypot(x, y); });
  t["arctan2"] = binary<T, 1, 1>([](auto const& x, auto const& y) { return atan2(x, y); });
  t["power"] = binary<T, 1, 1>([](auto const& x, auto const& y) { return pow(x, y); });
}

}  // namespace judge
