#include "judge.hpp"

#include <pantile/ops/scan.hpp>

namespace judge {

void add_scans(table& t) {
  using I = types<std::int32_t>;
  using F = types<double>;
  using N = dims<2>;
  using other = dims<1, 3, 4>;
  auto const sums = [](auto const& x, auto& a) { return cumsum(x, a.axis()); };
  auto const products = [](auto const& x, auto& a) { return cumprod(x, a.axis()); };
  auto const least = [](auto const& x, auto& a) { return cummin(x, a.axis()); };
  auto const greatest = [](auto const& x, auto& a) { return cummax(x, a.axis()); };
  t["cumsum"] =
      with_parameters<types<bool, std::uint8_t, std::int32_t, std::int64_t, float, double, c128>, N>(sums);
  t["cumprod"] = with_parameters<types<std::uint8_t, std::int64_t, float, double>, N>(products);
  using ordered = types<bool, std::uint8_t, std::int64_t, float, double>;
  t["cummin"] = with_parameters<ordered, N>(least);
  t["cummax"] = with_parameters<ordered, N>(greatest);
  t["cumsum n"] = with_parameters<F, other>(sums);
  t["cumprod n"] = with_parameters<F, other>(products);
  t["cummin n"] = with_parameters<I, other>(least);
  t["cummax n"] = with_parameters<I, other>(greatest);
  t["cumsum of vector"] = unary<types<std::int64_t, double>, dims<1>>([](auto const& x) { return cumsum(x); });

  auto const differences = [](auto const& x, auto& a) { return diff(x, a.integers[0], a.axis(1)); };
  t["diff"] = with_parameters<types<bool, std::uint8_t, std::int64_t, double, c128>, dims<1, 2>>(differences);
  t["diff n"] = with_parameters<I, dims<3>>(differences);
}

}  // namespace judge
