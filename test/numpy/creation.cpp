#include "judge.hpp"

#include <pantile/expr/create.hpp>
#include <pantile/ops/diagonal.hpp>

// Formulas of indices, as arrays that lie as the first operand does; and diagonals.
namespace judge {

namespace {

template <node E>
value laid_out(E const& formula, operand_data const& like) {
  if (!like.comm) return result_of(formula);
  return result_of(distribute(*like.comm, formula, like.tiled));
}

/// make(arguments, zero of the element type) for the element type of the first operand.
template <class... Ts, class F>
operation formula(types<Ts...>, F make) {
  return [make](arguments const& a) {
    operand_data const& like = a.operands.at(0);
    value result;
    bool const found =
        ((dtype_of<Ts> == like.whole.type && (result = laid_out(make(a, Ts{}), like), true)) || ...);
    if (!found) throw not_instantiated{};
    return result;
  };
}

template <std::size_t N>
operation index_grid() {
  return [](arguments const& a) {
    std::array<index_t, N> shape{};
    std::copy_n(a.integers.begin() + 1, N, shape.begin());
    return laid_out(indices(shape).at(static_cast<std::size_t>(a.integers[0])), a.operands.at(0));
  };
}

indexing order_of(arguments const& a) { return a.integers[0] != 0 ? indexing::ij : indexing::xy; }

}  // namespace

void add_creation(table& t) {
  t["arange"] = formula(types<std::uint8_t, std::int64_t, double>{}, [](auto& a, auto zero) {
    return arange<decltype(zero)>(a.integers[0], a.integers[1], a.integers[2]);
  });
  t["arange of reals"] = formula(types<float, double, c128>{}, [](auto& a, auto zero) {
    return arange<decltype(zero)>(a.reals[0], a.reals[1], a.reals[2]);
  });
  t["linspace"] = formula(types<float, double, c128>{}, [](auto& a, auto zero) {
    using T = decltype(zero);
    auto const end = [&](std::size_t i) { return T(static_cast<real_t<T>>(a.reals[i])); };
    return linspace<T>(end(0), end(1), a.integers[0], a.integers[1] != 0);
  });
  t["eye"] = formula(types<bool, double>{}, [](auto& a, auto zero) {
    return eye<decltype(zero)>(a.integers[0], a.integers[1], a.integers[2]);
  });
  t["tri"] = formula(types<bool, double>{}, [](auto& a, auto zero) {
    return tri<decltype(zero)>(a.integers[0], a.integers[1], a.integers[2]);
  });
  t["indices 1"] = index_grid<1>();
  t["indices 2"] = index_grid<2>();
  t["indices 3"] = index_grid<3>();
  t["meshgrid"] = [](arguments const& a) {
    return with_leaf(a.operands.at(0), types<std::int32_t, double>{}, dims<1>{}, [&](auto const& x) {
      auto const [first, second] = meshgrid(x, leaf_like(x, a.operands.at(1)), order_of(a));
      return a.integers[1] == 0 ? result_of(first) : result_of(second);
    });
  };
  t["meshgrid 3"] = [](arguments const& a) {
    return with_leaf(a.operands.at(0), types<std::int32_t, double>{}, dims<1>{}, [&](auto const& x) {
      auto const [first, second, third] =
          meshgrid(x, leaf_like(x, a.operands.at(1)), leaf_like(x, a.operands.at(2)), order_of(a));
      index_t const which = a.integers[1];
      return which == 0 ? result_of(first) : which == 1 ? result_of(second) : result_of(third);
    });
  };
  t["meshgrid 1 and 4"] = [](arguments const& a) {
    return with_leaf(a.operands.at(0), types<std::int32_t, double>{}, dims<1>{}, [&](auto const& x) {
      auto const [only] = meshgrid(x, order_of(a));
      auto const [first, second, third, fourth] =
          meshgrid(x, leaf_like(x, a.operands.at(1)), only, leaf_like(x, a.operands.at(2)), order_of(a));
      index_t const which = a.integers[1];
      return which == 0   ? result_of(first)
             : which == 1 ? result_of(second)
             : which == 2 ? result_of(third)
                          : result_of(fourth);
    });
  };

  using F = types<double>;
  t["tril"] = with_parameters<F, dims<2, 3, 4>>([](auto const& x, auto& a) { return tril(x, a.integers[0]); });
  t["triu"] = with_parameters<F, dims<2, 3, 4>>([](auto const& x, auto& a) { return triu(x, a.integers[0]); });
  t["diagonal"] =
      with_parameters<all_types, dims<2>>([](auto const& x, auto& a) { return diagonal(x, a.integers[0]); });
  t["diag"] = with_parameters<types<bool, std::int32_t, double, c64>, dims<1>>(
      [](auto const& x, auto& a) { return diag(x, a.integers[0]); });
  t["diag in an expression"] = binary<F, 1, 2>([](auto const& x, auto const& y) { return diag(x) * 2.0 + y; });
}

}  // namespace judge
