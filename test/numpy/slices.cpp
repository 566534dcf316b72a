#include "slices.hpp"

namespace judge {

namespace {

template <class Types, class Dims, class F>
operation of_slice(F f) {
  return [f](arguments const& a) {
    return with_leaf(a.operands.at(0), Types{}, Dims{}, [&](auto const& x) {
      return with_selectors<dimensions_of<decltype(x)>>(
          a, [&](auto... is) { return result_of(f(slice(x, is...))); });
    });
  };
}

}  // namespace

void add_slices(table& t) {
  t["slice 1"] = of_slice<all_types, dims<1>>([](auto const& s) { return s; });
  t["slice"] = of_slice<types<std::int32_t>, dims<2, 3, 4>>([](auto const& s) { return s; });
  t["slice negated"] = of_slice<types<double>, dims<2, 3>>([](auto const& s) { return -s; });
  t["slice of slice"] =
      of_slice<types<double>, dims<1, 2>>([](auto const& s) { return flip(transpose(s), 0); });
  t["slice sum"] = of_slice<types<std::int32_t>, dims<2, 3>>([](auto const& s) { return sum(s); });
  t["slice max axis"] = of_slice<types<double>, dims<3>>([](auto const& s) {
    if constexpr (dimensions_of<decltype(s)> >= 2)
      return max(s, 0);
    else
      return max(s);
  });
}

}  // namespace judge
