#include "judge.hpp"

#include <pantile/ops/reshape.hpp>

namespace judge {

namespace {

template <std::size_t M>
operation to_dimensions() {
  return with_parameters<types<double>, dims<1, 2, 3, 4>>([](auto const& x, auto& a) {
    std::array<index_t, M> shape{};
    std::copy_n(a.integers.begin(), M, shape.begin());
    return reshape(x, shape);
  });
}

}  // namespace

void add_reshaping(table& t) {
  t["reshape 1"] = to_dimensions<1>();
  t["reshape 2"] = to_dimensions<2>();
  t["reshape 3"] = to_dimensions<3>();
  t["reshape 4"] = to_dimensions<4>();
  t["flatten"] = unary<all_types, dims<2>>([](auto const& x) { return flatten(x); });
  using I = types<std::int32_t>;
  t["flatten transposed"] = unary<I, dims<2>>([](auto const& x) { return flatten(transpose(x)); });
  t["flatten expression"] =
      unary<I, dims<2>>([](auto const& x) { return flatten(slice(x, range({}, {}, 2), every) * 2); });
}

}  // namespace judge
