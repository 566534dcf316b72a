#include "judge.hpp"

#include <pantile/ops/softmax.hpp>
#include <pantile/ops/statistics.hpp>

namespace judge {

void add_statistics(table& t) {
  using N = dims<2>;
  using F = types<double>;
  t["var"] = with_parameters<types<bool, std::int64_t, float, double, c128>, N>(
      [](auto const& x, auto& a) { return var(x, ddof(a.reals[0])); });
  t["stdev"] = with_parameters<types<std::int64_t, float>, N>(
      [](auto const& x, auto& a) { return stdev(x, ddof(a.reals[0])); });
  using spread = types<std::int64_t, float, double, c128>;
  t["var axis"] = with_parameters<spread, dims<2, 3>>(
      [](auto const& x, auto& a) { return var(x, a.axis(), ddof(a.reals[0])); });
  t["stdev axis"] = with_parameters<spread, dims<2, 3>>(
      [](auto const& x, auto& a) { return stdev(x, a.axis(), ddof(a.reals[0])); });
  t["var keepdims"] = with_parameters<F, N>(
      [](auto const& x, auto& a) { return var(x, a.axis(), keepdims, ddof(a.reals[0])); });
  t["stdev keepdims"] = with_parameters<F, N>(
      [](auto const& x, auto& a) { return stdev(x, a.axis(), keepdims, ddof(a.reals[0])); });

  using few = types<std::int64_t, float, double>;
  t["average"] = binary<few, 2, 2>([](auto const& x, auto const& w) { return average(x, w); });
  t["average mixed"] = mixed<types<std::int64_t>, F, 2, 2>([](auto& x, auto& w) { return average(x, w); });
  // Weights of the elements' type, or double ones of integers.
  auto const weighted = []<int M>(std::integral_constant<int, M>, auto mixing) -> operation {
    return [mixing](arguments const& a) {
      return with_leaf(a.operands.at(0), few{}, N{}, [&](auto const& x) {
        using T = typename std::remove_cvref_t<decltype(x)>::value_type;
        using W = std::conditional_t<decltype(mixing)::value, double, T>;
        return result_of(average(x, leaf_of<W, M>(a.operands.at(1)), a.axis()));
      });
    };
  };
  using one = std::integral_constant<int, 1>;
  using both = std::integral_constant<int, 2>;
  t["average axis"] = weighted(both{}, std::false_type{});
  t["average along"] = weighted(one{}, std::false_type{});
  t["average axis mixed"] = weighted(both{}, std::true_type{});
  t["average along mixed"] = weighted(one{}, std::true_type{});

  using numbers = types<std::uint8_t, std::int64_t, float, double>;
  t["ptp"] = unary<numbers, N>([](auto const& x) { return ptp(x); });
  t["ptp axis"] = with_parameters<numbers, N>([](auto const& x, auto& a) { return ptp(x, a.axis()); });
  using reals = types<std::int32_t, float, double>;
  t["logsumexp"] = unary<reals, dims<1, 2, 3>>([](auto const& x) { return logsumexp(x); });
  t["logsumexp axis"] =
      with_parameters<reals, N>([](auto const& x, auto& a) { return logsumexp(x, a.axis()); });
  t["softmax"] =
      with_parameters<reals, dims<1, 2, 3>>([](auto const& x, auto& a) { return softmax(x, a.axis()); });
  t["log_softmax"] =
      with_parameters<reals, dims<1, 2, 3>>([](auto const& x, auto& a) { return log_softmax(x, a.axis()); });
}

}  // namespace judge
