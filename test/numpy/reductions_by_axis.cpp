#include "judge.hpp"

// Reductions over one axis, with and without keepdims.
namespace judge {

void add_reductions_by_axis(table& t) {
  using R = real_types;
  using N = dims<2>;
  t["sum axis"] = with_parameters<all_types, N>([](auto const& x, auto& a) { return sum(x, a.axis()); });
  t["product axis"] = with_parameters<types<std::uint8_t, std::int32_t, float, double>, N>(
      [](auto const& x, auto& a) { return prod(x, a.axis()); });
  t["min axis"] = with_parameters<R, N>([](auto const& x, auto& a) { return min(x, a.axis()); });
  t["max axis"] = with_parameters<R, N>([](auto const& x, auto& a) { return max(x, a.axis()); });
  t["any axis"] = with_parameters<types<bool, std::int32_t, double, c64>, N>(
      [](auto const& x, auto& a) { return any(x, a.axis()); });
  t["all axis"] = with_parameters<types<bool, std::int32_t, double, c128>, N>(
      [](auto const& x, auto& a) { return all(x, a.axis()); });
  t["argmin axis"] = with_parameters<R, N>([](auto const& x, auto& a) { return argmin(x, a.axis()); });
  t["argmax axis"] = with_parameters<R, N>([](auto const& x, auto& a) { return argmax(x, a.axis()); });
  t["mean axis"] = with_parameters<types<bool, std::int32_t, float, double, c64>, N>(
      [](auto const& x, auto& a) { return mean(x, a.axis()); });
  t["norm axis"] = with_parameters<types<std::int32_t, float, double, c128>, N>(
      [](auto const& x, auto& a) { return norm(x, a.axis()); });

  using other = dims<1, 3, 4>;
  using F = types<double>;
  t["sum axis n"] = with_parameters<F, other>([](auto const& x, auto& a) { return sum(x, a.axis()); });
  t["max axis n"] = with_parameters<F, other>([](auto const& x, auto& a) { return max(x, a.axis()); });
  t["argmax axis n"] =
      with_parameters<types<std::int32_t>, other>([](auto const& x, auto& a) { return argmax(x, a.axis()); });
  t["mean axis n"] = with_parameters<F, other>([](auto const& x, auto& a) { return mean(x, a.axis()); });

  using every_n = dims<1, 2, 3, 4>;
  t["sum keepdims"] =
      with_parameters<F, every_n>([](auto const& x, auto& a) { return sum(x, a.axis(), keepdims); });
  t["min keepdims"] =
      with_parameters<types<float>, every_n>([](auto const& x, auto& a) { return min(x, a.axis(), keepdims); });
  t["mean keepdims"] = with_parameters<types<std::int32_t>, every_n>(
      [](auto const& x, auto& a) { return mean(x, a.axis(), keepdims); });
  t["any keepdims"] =
      with_parameters<types<bool>, every_n>([](auto const& x, auto& a) { return any(x, a.axis(), keepdims); });
}

}  // namespace judge
