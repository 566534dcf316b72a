#include "judge.hpp"

#include <pantile/ops/select.hpp>
#include <pantile/ops/take.hpp>

// Elements by their indices and by masks.
namespace judge {

namespace {

/// f(array, arguments) for functions that tell an array from an expression: a local operand is a local_array.
template <class Types, class Dims, class F>
operation of_array(F f) {
  return [f](arguments const& a) {
    return with_leaf(a.operands.at(0), Types{}, Dims{}, [&](auto const& x) {
      using Leaf = std::remove_cvref_t<decltype(x)>;
      if (a.operands[0].where == place::local)
        return result_of(f(local_array<typename Leaf::value_type, Leaf::dimensions>(x), a));
      return result_of(f(x, a));
    });
  };
}

}  // namespace

void add_choosing(table& t) {
  using I = types<std::int32_t>;
  using places = types<std::int64_t>;
  auto const taken = [](auto const& x, auto const& i, auto& a) { return take(x, i, a.axis()); };
  t["take"] = two<types<bool, std::int64_t, double, c128>, dims<1, 2>, places, dims<1>>(taken);
  t["take n"] = two<I, dims<3, 4>, places, dims<1>>(taken);
  t["gather_rows"] = mixed<types<double>, types<std::uint8_t, std::int32_t>, 2, 1>(
      [](auto const& x, auto const& i) { return gather_rows(x, i); });
  t["take_along_axis"] = [](arguments const& a) {
    return with_leaf(a.operands.at(0), types<std::int64_t, double>{}, dims<1, 2, 3>{}, [&](auto const& x) {
      constexpr int N = dimensions_of<decltype(x)>;
      return result_of(take_along_axis(x, leaf_of<std::int64_t, N>(a.operands.at(1)), a.axis()));
    });
  };

  auto const masked = [](auto const& x, auto& a) {
    using E = std::remove_cvref_t<decltype(x)>;
    return select(x, leaf_of<bool, dimensions_of<E>>(a.operands.at(1)));
  };
  t["select"] = of_array<all_types, dims<1, 2>>(masked);
  t["select n"] = of_array<I, dims<3, 4>>(masked);
  using tested = types<bool, std::int32_t, double, c64>;
  t["nonzero"] = of_array<tested, dims<1, 2, 3>>([](auto const& x, auto&) { return nonzero(x); });
  t["flatnonzero"] = of_array<tested, dims<1, 2, 3>>([](auto const& x, auto&) { return flatnonzero(x); });
  t["compress"] = of_array<types<bool>, dims<1>>([](auto const& mask, auto& a) {
    return with_leaf(a.operands.at(1), types<std::int32_t, double>{}, dims<1, 2, 3>{},
                     [&](auto const& x) { return result_of(compress(mask, x, a.axis())); });
  });
  t["element_at"] = with_parameters<types<double>, dims<1, 2, 3>>([](auto const& x, auto& a) {
    std::array<index_t, static_cast<std::size_t>(dimensions_of<decltype(x)>)> index{};
    std::copy(a.integers.begin(), a.integers.end(), index.begin());
    return element_at(x, index);
  });
}

}  // namespace judge
