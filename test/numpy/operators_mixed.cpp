#include "judge.hpp"

// Promotion: operands of different element types, and C++ numbers.
namespace judge {

void add_operators_mixed(table& t) {
  t["mixed add"] = mixed<all_types, all_types, 1, 1>([](auto const& x, auto const& y) { return x + y; });
  using few = types<bool, std::uint8_t, std::int64_t, float, double>;
  t["mixed less"] = mixed<few, few, 1, 1>([](auto const& x, auto const& y) { return x < y; });
  using mostly = types<std::uint8_t, std::int32_t, float>;
  t["mixed maximum"] = mixed<mostly, mostly, 1, 1>([](auto const& x, auto const& y) { return maximum(x, y); });

  t["where"] =
      mixed<types<bool>, number_types, 2, 2>([](auto const& c, auto const& x) { return where(c, x, -x); });
  t["where condition"] = mixed<types<std::int32_t, double>, types<std::int32_t>, 1, 1>(
      [](auto const& c, auto const& x) { return where(c, x, -x); });
  t["where 3"] = [](arguments const& a) {
    return result_of(where(leaf_of<bool, 1>(a.operands.at(0)), leaf_of<double, 2>(a.operands.at(1)),
                           leaf_of<std::int32_t, 2>(a.operands.at(2))));
  };
  t["where number"] = mixed<types<bool>, types<std::uint8_t, std::int32_t, float, c64>, 1, 1>(
      [](auto const& c, auto const& x) { return where(c, x, 2.5); });

  using no_bool = types<std::uint8_t, std::int32_t, std::int64_t, float, double, c64, c128>;
  t["add integer"] = with_number<all_types, std::int64_t, 1>([](auto const& x, auto s) { return x + s; });
  t["add real"] = with_number<all_types, double, 1>([](auto const& x, auto s) { return s + x; });
  t["add complex"] = with_number<all_types, c128, 1>([](auto const& x, auto s) { return x + s; });
  t["multiply bool"] = with_number<no_bool, bool, 1>([](auto const& x, auto s) { return x * s; });
  t["divide integer"] = with_number<types<std::uint8_t, std::int32_t, float, double>, std::int64_t, 1>(
      [](auto const& x, auto s) { return x / s; });
  t["divide into"] =
      with_number<types<std::int32_t, float>, double, 1>([](auto const& x, auto s) { return s / x; });
  t["less number"] = with_number<real_types, double, 1>([](auto const& x, auto s) { return x < s; });
  t["power number"] = with_number<types<std::int32_t, float, double, c128>, double, 1>(
      [](auto const& x, auto s) { return pow(x, s); });
}

}  // namespace judge
