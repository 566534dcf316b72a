#include "judge.hpp"

// Reductions of all elements: the number on every rank. Other dimensions than two: one type.
namespace judge {

void add_reductions(table& t) {
  using R = real_types;
  using N = dims<2>;
  t["sum"] = unary<all_types, N>([](auto const& x) { return sum(x); });
  t["product"] = unary<all_types, N>([](auto const& x) { return prod(x); });
  t["min"] = unary<R, N>([](auto const& x) { return min(x); });
  t["max"] = unary<R, N>([](auto const& x) { return max(x); });
  t["any"] = unary<all_types, N>([](auto const& x) { return any(x); });
  t["all"] = unary<all_types, N>([](auto const& x) { return all(x); });
  t["argmin"] = unary<R, N>([](auto const& x) { return argmin(x); });
  t["argmax"] = unary<R, N>([](auto const& x) { return argmax(x); });
  t["mean"] = unary<all_types, N>([](auto const& x) { return mean(x); });
  t["norm"] = unary<all_types, N>([](auto const& x) { return norm(x); });

  using other = dims<1, 3, 4>;
  t["sum n"] = unary<types<float>, other>([](auto const& x) { return sum(x); });
  t["max n"] = unary<types<double>, other>([](auto const& x) { return max(x); });
  t["argmin n"] = unary<types<std::int32_t>, other>([](auto const& x) { return argmin(x); });
  t["sum fused"] = binary<types<double>, 2, 1>([](auto const& x, auto const& y) { return sum(square(x - y)); });
}

}  // namespace judge
