#include "judge.hpp"

// Functions that compute integers as double, and those that look at numbers or convert them, which take all
// types.
namespace judge {

void add_elementwise_integer(table& t) {
  using T = integer_types;
  t["integer sqrt"] = unary<T, dims<1>>([](auto const& x) { return sqrt(x); });
  t["integer exp"] = unary<T, dims<1>>([](auto const& x) { return exp(x); });
  t["integer sin"] = unary<types<bool, std::int32_t>, dims<1>>([](auto const& x) { return sin(x); });
  t["integer floor"] = unary<T, dims<1>>([](auto const& x) { return floor(x); });
  t["integer round"] = unary<T, dims<1>>([](auto const& x) { return round(x); });
  t["integer power"] = binary<T, 1, 1>([](auto const& x, auto const& y) { return pow(x, y); });
  t["integer hypot"] =
      binary<types<std::uint8_t, std::int32_t>, 1, 1>([](auto const& x, auto const& y) { return hypot(x, y); });

  t["isnan"] = unary<all_types, dims<1>>([](auto const& x) { return isnan(x); });
  t["isinf"] = unary<all_types, dims<1>>([](auto const& x) { return isinf(x); });
  t["isfinite"] = unary<all_types, dims<1>>([](auto const& x) { return isfinite(x); });
  t["logical_not"] = unary<all_types, dims<1>>([](auto const& x) { return !x; });

  t["to bool"] = unary<real_types, dims<1>>([](auto const& x) { return cast<bool>(x); });
  t["to uint8"] = unary<real_types, dims<1>>([](auto const& x) { return cast<std::uint8_t>(x); });
  t["to int32"] = unary<real_types, dims<1>>([](auto const& x) { return cast<std::int32_t>(x); });
  t["to int64"] = unary<real_types, dims<1>>([](auto const& x) { return cast<std::int64_t>(x); });
  t["to float32"] = unary<real_types, dims<1>>([](auto const& x) { return cast<float>(x); });
  t["to float64"] = unary<real_types, dims<1>>([](auto const& x) { return cast<double>(x); });
  t["to complex64"] =
      unary<types<bool, std::int64_t, double, c128>, dims<1>>([](auto const& x) { return cast<c64>(x); });
  t["to complex128"] =
      unary<types<bool, std::int64_t, float, c64>, dims<1>>([](auto const& x) { return cast<c128>(x); });
}

}  // namespace judge
