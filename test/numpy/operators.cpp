#include "judge.hpp"

// Operators on operands of one element type, and of other shapes and dimensions that meet by broadcasting.
namespace judge {

void add_operators(table& t) {
  using R = real_types;
  t["negative"] = unary<number_types, dims<1>>([](auto const& x) { return -x; });
  t["abs"] = unary<R, dims<1>>([](auto const& x) { return abs(x); });
  t["square"] = unary<all_types, dims<1>>([](auto const& x) { return square(x); });

  t["add"] = binary<all_types, 2, 2>([](auto const& x, auto const& y) { return x + y; });
  t["subtract"] = binary<number_types, 2, 2>([](auto const& x, auto const& y) { return x - y; });
  t["multiply"] = binary<all_types, 2, 2>([](auto const& x, auto const& y) { return x * y; });
  t["divide"] = binary<all_types, 2, 2>([](auto const& x, auto const& y) { return x / y; });
  t["fmod"] = binary<R, 2, 2>([](auto const& x, auto const& y) { return x % y; });
  t["equal"] = binary<all_types, 2, 2>([](auto const& x, auto const& y) { return x == y; });
  t["not_equal"] = binary<all_types, 1, 1>([](auto const& x, auto const& y) { return x != y; });
  t["less"] = binary<R, 2, 2>([](auto const& x, auto const& y) { return x < y; });
  t["less_equal"] = binary<R, 1, 1>([](auto const& x, auto const& y) { return x <= y; });
  t["greater"] = binary<R, 1, 1>([](auto const& x, auto const& y) { return x > y; });
  t["greater_equal"] = binary<R, 1, 1>([](auto const& x, auto const& y) { return x >= y; });
  t["logical_and"] = binary<all_types, 1, 1>([](auto const& x, auto const& y) { return x && y; });
  t["logical_or"] = binary<all_types, 1, 1>([](auto const& x, auto const& y) { return x || y; });
  t["maximum"] = binary<R, 2, 2>([](auto const& x, auto const& y) { return maximum(x, y); });
  t["minimum"] = binary<R, 1, 1>([](auto const& x, auto const& y) { return minimum(x, y); });

  // Any two numbers of dimensions.
  auto const add = [](auto const& x, auto const& y) { return x + y; };
  using F = types<double>;
  t["add 1 1"] = binary<F, 1, 1>(add);
  t["add 1 2"] = binary<F, 1, 2>(add);
  t["add 2 1"] = binary<F, 2, 1>(add);
  t["add 3 1"] = binary<F, 3, 1>(add);
  t["add 2 3"] = binary<F, 2, 3>(add);
  t["add 3 3"] = binary<F, 3, 3>(add);
  t["add 4 2"] = binary<F, 4, 2>(add);
  t["add 3 4"] = binary<F, 3, 4>(add);
  t["add 4 4"] = binary<F, 4, 4>(add);
  t["fused"] = binary<F, 2, 1>([](auto const& x, auto const& y) { return (x - y) * y + abs(x) * 2.0; });
  t["views fused"] =
      binary<F, 2, 2>([](auto const& x, auto const& y) { return transpose(x) - y * flip(y, 0); });
  t["centred"] = unary<F, dims<2, 3>>([](auto const& x) { return x - mean(x, 0, keepdims); });
}

}  // namespace judge
