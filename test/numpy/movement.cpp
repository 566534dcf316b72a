#include "judge.hpp"

namespace judge {

void add_movement(table& t) {
  using I = types<std::int32_t>;
  using F = types<double>;
  using N = dims<1, 2, 3, 4>;
  t["retile"] =
      with_parameters<all_types, dims<2>>([](auto const& x, auto& a) { return retile(x, a.others.at(0)); });
  t["retile n"] = with_parameters<F, dims<1, 3, 4>>([](auto const& x, auto& a) {
    auto const once = retile(x, a.others.at(0));
    return retile(once, a.others.at(1));
  });
  t["retile expression"] =
      with_parameters<I, dims<2>>([](auto const& x, auto& a) { return retile(x * 2, a.others.at(0)); });
  t["all_gather"] = unary<all_types, dims<2>>([](auto const& x) { return all_gather(x); });
  t["all_gather n"] = unary<I, dims<1, 3, 4>>([](auto const& x) { return all_gather(x); });

  // concatenate k: along the axis, of operands with k dimensions.
  auto const join2 = []<int D, class A, class B>(std::integral_constant<int, D>, A, B) -> operation {
    return [](arguments const& a) {
      return result_of(concatenate(a.axis(), leaf_of<A, D>(a.operands.at(0)), leaf_of<B, D>(a.operands.at(1))));
    };
  };
  t["concatenate 1"] = join2(std::integral_constant<int, 1>{}, int32_t{}, int32_t{});
  t["concatenate 2"] = join2(std::integral_constant<int, 2>{}, double{}, double{});
  t["concatenate 3"] = join2(std::integral_constant<int, 3>{}, std::uint8_t{}, std::uint8_t{});
  t["concatenate 4"] = join2(std::integral_constant<int, 4>{}, c64{}, c64{});
  t["concatenate mixed"] = join2(std::integral_constant<int, 2>{}, std::int32_t{}, float{});
  t["concatenate bool"] = join2(std::integral_constant<int, 1>{}, bool{}, std::uint8_t{});
  t["concatenate three"] = [](arguments const& a) {
    return result_of(concatenate(a.axis(), leaf_of<double, 2>(a.operands.at(0)),
                                 leaf_of<double, 2>(a.operands.at(1)), leaf_of<double, 2>(a.operands.at(2))));
  };
  t["stack 1"] = [](arguments const& a) {
    return result_of(
        stack(a.axis(), leaf_of<int32_t, 1>(a.operands.at(0)), leaf_of<int32_t, 1>(a.operands.at(1))));
  };
  t["stack 2"] = [](arguments const& a) {
    return result_of(stack(a.axis(), leaf_of<double, 2>(a.operands.at(0)), leaf_of<double, 2>(a.operands.at(1)),
                           leaf_of<double, 2>(a.operands.at(2))));
  };
  t["stack 3"] = [](arguments const& a) {
    return result_of(stack(a.axis(), leaf_of<float, 3>(a.operands.at(0)), leaf_of<float, 3>(a.operands.at(1))));
  };
  t["roll"] = with_parameters<I, N>([](auto const& x, auto& a) { return roll(x, a.integers[1], a.axis()); });
  t["roll flat"] = with_parameters<I, N>([](auto const& x, auto& a) { return roll(x, a.integers[0]); });
  t["roll type"] = with_parameters<all_types, dims<1>>(
      [](auto const& x, auto& a) { return roll(x, a.integers[1], a.axis()); });
  t["tile"] = with_parameters<I, N>([](auto const& x, auto& a) { return tile(x, a.integers[1], a.axis()); });
  t["repeat"] =
      with_parameters<I, N>([](auto const& x, auto& a) { return repeat(x, a.integers[1], a.axis()); });
  t["pad"] = with_parameters<F, N>(
      [](auto const& x, auto& a) { return pad(x, a.axis(), a.integers[1], a.integers[2], a.reals[0]); });
  t["tile all"] = with_parameters<I, dims<2>>([](auto const& x, auto& a) {
    return tile(x, {a.integers[0], a.integers[1]});
  });
  t["tile all 3"] = with_parameters<I, dims<3>>([](auto const& x, auto& a) {
    return tile(x, {a.integers[0], a.integers[1], a.integers[2]});
  });
  t["pad all"] = with_parameters<F, dims<2>>([](auto const& x, auto& a) {
    return pad(x, {{a.integers[0], a.integers[1]}, {a.integers[2], a.integers[3]}}, a.reals[0]);
  });
  t["sum of roll"] = with_parameters<I, dims<2>>(
      [](auto const& x, auto& a) { return sum(roll(x, a.integers[1], a.axis()) - x, 0); });
}

}  // namespace judge
