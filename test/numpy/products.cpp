#include "judge.hpp"

namespace judge {

void add_products(table& t) {
  auto const multiply = [](auto const& x, auto const& y) { return dot(x, y); };
  t["dot 1 1"] = binary<all_types, 1, 1>(multiply);
  t["dot 2 2"] = binary<all_types, 2, 2>(multiply);
  t["dot 2 1"] = binary<types<std::int32_t, float, double, c128>, 2, 1>(multiply);
  t["dot 1 2"] = binary<types<std::int32_t, float, double, c128>, 1, 2>(multiply);
  t["dot mixed"] = mixed<types<std::int32_t, float>, types<double>, 2, 2>(multiply);
  using some = types<std::int32_t, double, c128>;
  t["dot transposed left"] =
      binary<some, 2, 2>([](auto const& x, auto const& y) { return dot(transpose(x), y); });
  t["dot transposed right"] =
      binary<some, 2, 2>([](auto const& x, auto const& y) { return dot(x, transpose(y)); });
  t["dot transposed both"] =
      binary<some, 2, 2>([](auto const& x, auto const& y) { return dot(transpose(x), transpose(y)); });
  t["gram"] = unary<types<std::int32_t, float, double, c128>, dims<2>>(
      [](auto const& x) { return dot(transpose(x), x); });
  t["gram outer"] = unary<types<double, c64>, dims<2>>([](auto const& x) { return dot(x, transpose(x)); });
  t["dot of slices"] = binary<types<double>, 2, 2>([](auto const& x, auto const& y) {
    return dot(slice(x, range({}, {}, 2), every), slice(y, every, range({}, {}, -1)));
  });
  t["dot of expressions"] =
      binary<types<double>, 2, 1>([](auto const& x, auto const& y) { return dot(x - 1.0, y * y) + 0.5; });
}

}  // namespace judge
