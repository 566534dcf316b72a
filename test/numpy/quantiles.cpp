#include "judge.hpp"

#include <pantile/ops/histogram.hpp>
#include <pantile/ops/quantile.hpp>

namespace judge {

void add_quantiles(table& t) {
  using ordered = types<bool, std::uint8_t, std::int64_t, float, double>;
  using some = types<std::int64_t, float, double>;
  using few = types<std::int64_t, double>;
  t["quantile"] =
      with_parameters<ordered, dims<1, 2>>([](auto const& x, auto& a) { return quantile(x, a.reals[0]); });
  t["quantile axis"] = with_parameters<some, dims<1, 2, 3>>(
      [](auto const& x, auto& a) { return quantile(x, a.reals[0], a.axis()); });
  t["quantiles"] = with_parameters<types<double>, dims<2>>([](auto const& x, auto& a) {
    auto const found = quantile(x, a.reals);
    local_array<double, 1> all(shape_t<1>{std::ssize(found)});
    std::copy(found.begin(), found.end(), all.data());
    return all;
  });
  t["percentile"] =
      with_parameters<types<double>, dims<2>>([](auto const& x, auto& a) { return percentile(x, a.reals[0]); });
  t["percentile axis"] = with_parameters<types<double>, dims<2>>(
      [](auto const& x, auto& a) { return percentile(x, a.reals[0], a.axis()); });
  t["median"] = unary<few, dims<1, 2>>([](auto const& x) { return median(x); });
  t["median axis"] =
      with_parameters<few, dims<1, 2>>([](auto const& x, auto& a) { return median(x, a.axis()); });
}

void add_counts(table& t) {
  using ordered = types<bool, std::uint8_t, std::int64_t, float, double>;
  auto const between = [](auto const& x, auto& a) {
    return histogram(x, a.integers[0], a.reals[0], a.reals[1]);
  };
  t["histogram counts"] =
      with_parameters<ordered, dims<1, 2>>([between](auto const& x, auto& a) { return between(x, a).counts; });
  t["histogram edges"] =
      with_parameters<ordered, dims<1, 2>>([between](auto const& x, auto& a) { return between(x, a).edges; });
  t["histogram"] = with_parameters<types<std::uint8_t, float, double>, dims<1, 2>>(
      [](auto const& x, auto& a) { return histogram(x, a.integers[0]).counts; });
  t["bincount"] = with_parameters<types<std::uint8_t, std::int32_t, std::int64_t>, dims<1>>(
      [](auto const& x, auto& a) { return bincount(x, a.integers[0]); });
}

}  // namespace judge
