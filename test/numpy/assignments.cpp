#include "assigning.hpp"
#include "slices.hpp"

// Assignment: to slices, to arrays that have another tiling, and where target and source are the same array.
// The result is the target afterwards; a failed assignment leaves it as it was.
namespace judge {

void add_assignments(table& t) {
  using I = types<std::int32_t>;
  using F = types<double>;
  // target[selectors] = source, of one element type and M dimensions.
  auto const store = []<int M>(std::integral_constant<int, M>) {
    return [](auto& target, arguments const& a) {
      using Target = std::remove_cvref_t<decltype(target)>;
      with_selectors<Target::dimensions>(a, [&](auto... is) {
        if constexpr (pantile::detail::ranges_among<decltype(is)...> >= M) {
          target(is...) = leaf_of<typename Target::value_type, M>(a.operands.at(1));
          return value{};
        } else {
          throw not_instantiated{};
          return value{};
        }
      });
    };
  };
  t["assign slice 1"] = assigning<all_types, dims<1>>(store(std::integral_constant<int, 1>{}));
  t["assign slice from 1"] = assigning<I, dims<2, 3>>(store(std::integral_constant<int, 1>{}));
  t["assign slice from 2"] = assigning<I, dims<2, 3>>(store(std::integral_constant<int, 2>{}));
  t["assign slice number"] = assigning<I, dims<1, 2, 3, 4>>([](auto& target, arguments const& a) {
    using Target = std::remove_cvref_t<decltype(target)>;
    with_selectors<Target::dimensions>(a, [&](auto... is) {
      target(is...) = number_of<index_t>(a.operands.at(1));
      return value{};
    });
  });
  t["assign row"] = assigning<F, dims<2>>([](auto& target, arguments const& a) {
    row(target, a.integers[0]) = leaf_of<double, 1>(a.operands.at(1));
  });
  t["assign column"] = assigning<F, dims<2>>([](auto& target, arguments const& a) {
    column(target, a.integers[0]) = leaf_of<double, 1>(a.operands.at(1));
  });

  // Where source and target overlap.
  t["assign reversed"] = assigning<I, dims<1>>([](auto& target, auto&) { target = flip(target); });
  t["assign transposed"] =
      assigning<F, dims<2>>([](auto& target, auto&) { target = transpose(target) + target; });
  t["assign part to part"] = assigning<I, dims<1>>(
      [](auto& target, auto& a) { target(a.selectors.at(0).r) = slice(target, a.selectors.at(1).r); });
  t["assign centred"] =
      assigning<F, dims<2>>([](auto& target, auto&) { target = target - mean(target, 1, keepdims); });
  // Into an array that exists, of the same or another element type: the second operand is the source.
  t["assign into"] = assigning<F, dims<1, 2, 3>>([](auto& target, arguments const& a) {
    constexpr int N = std::remove_cvref_t<decltype(target)>::dimensions;
    target = leaf_of<std::int32_t, N>(a.operands.at(1)) * 0.5;
  });
  t["assign double to int"] = assigning<I, dims<2>>(
      [](auto& target, arguments const& a) { target = leaf_of<double, 2>(a.operands.at(1)) + 0.25; });
  // As NumPy updates in place: the target keeps its shape and its element type.
  t["update add"] = assigning<I, dims<1, 2, 3>>([](auto& target, arguments const& a) {
    target += leaf_of<std::uint8_t, std::remove_cvref_t<decltype(target)>::dimensions>(a.operands.at(1));
  });
  t["update multiply"] = assigning<F, dims<1, 2, 3>>([](auto& target, arguments const& a) {
    target *= leaf_of<float, std::remove_cvref_t<decltype(target)>::dimensions>(a.operands.at(1));
  });
  t["update slice"] = assigning<I, dims<1, 2, 3>>([](auto& target, arguments const& a) {
    with_selectors<std::remove_cvref_t<decltype(target)>::dimensions>(a, [&](auto... is) {
      target(is...) -= 3;
      return value{};
    });
  });
  t["assign divided"] = assigning<I, dims<2>>(
      [](auto& target, arguments const& a) { target = target / leaf_of<std::int32_t, 2>(a.operands.at(1)); });
}

}  // namespace judge
