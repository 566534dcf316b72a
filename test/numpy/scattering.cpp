#include "assigning.hpp"

#include <pantile/ops/scatter.hpp>
#include <pantile/ops/select.hpp>

// Writing by indices and by masks: the result is the target afterwards.
namespace judge {

void add_scattering(table& t) {
  using I = types<std::int32_t>;
  // target, indices, values of M dimensions (0: of the target's).
  auto const add = []<int M>(std::integral_constant<int, M>) {
    return [](auto& target, arguments const& a) {
      using Target = std::remove_cvref_t<decltype(target)>;
      constexpr int D = M > 0 ? M : Target::dimensions;
      scatter_add(target, leaf_of<std::int64_t, 1>(a.operands.at(1)),
                  leaf_of<typename Target::value_type, D>(a.operands.at(2)));
    };
  };
  auto const replace = []<int M>(std::integral_constant<int, M>) {
    return [](auto& target, arguments const& a) {
      using Target = std::remove_cvref_t<decltype(target)>;
      constexpr int D = M > 0 ? M : Target::dimensions;
      scatter_rows(target, leaf_of<std::int64_t, 1>(a.operands.at(1)),
                   leaf_of<typename Target::value_type, D>(a.operands.at(2)));
    };
  };
  using own = std::integral_constant<int, 0>;
  using two_dimensions = std::integral_constant<int, 2>;
  t["scatter_add"] =
      assigning<types<bool, std::uint8_t, std::int64_t, float, double, c128>, dims<1, 2>>(add(own{}));
  t["scatter_rows"] = assigning<types<std::int64_t, double>, dims<1, 2>>(replace(own{}));
  t["scatter_add 3"] = assigning<I, dims<3>>(add(own{}));
  t["scatter_add 2"] = assigning<I, dims<3>>(add(two_dimensions{}));
  t["scatter_rows 3"] = assigning<I, dims<3>>(replace(own{}));
  t["scatter_rows 2"] = assigning<I, dims<3>>(replace(two_dimensions{}));
  t["assign_where"] =
      assigning<types<std::int32_t, double, c64>, dims<2>>([](auto& target, arguments const& a) {
        using T = typename std::remove_cvref_t<decltype(target)>::value_type;
        assign_where(target, leaf_of<bool, 2>(a.operands.at(1)), leaf_of<T, 2>(a.operands.at(2)));
      });
}

}  // namespace judge
