#include "judge.hpp"

namespace judge {

namespace {

template <int N>
std::array<int, N> axes_of(arguments const& a) {
  std::array<int, N> axes{};
  for (std::size_t d = 0; d < N; ++d) axes[d] = a.axis(d);
  return axes;
}
template <int N>
std::array<index_t, N> shape_of(arguments const& a) {
  std::array<index_t, N> shape{};
  for (std::size_t d = 0; d < N; ++d) shape[d] = a.integers.at(d);
  return shape;
}

}  // namespace

void add_views(table& t) {
  using F = types<double>;
  using I = types<std::int32_t>;
  t["transpose"] = unary<all_types, dims<2>>([](auto const& x) { return transpose(x); });
  t["transpose n"] = unary<I, dims<1, 3, 4>>([](auto const& x) { return transpose(x); });
  t["transpose axes"] = with_parameters<F, dims<1, 2, 3, 4>>(
      [](auto const& x, auto& a) { return transpose(x, axes_of<dimensions_of<decltype(x)>>(a)); });
  t["swapaxes"] = with_parameters<I, dims<1, 2, 3, 4>>(
      [](auto const& x, auto& a) { return swapaxes(x, a.axis(0), a.axis(1)); });
  t["moveaxis"] = with_parameters<I, dims<1, 2, 3, 4>>(
      [](auto const& x, auto& a) { return moveaxis(x, a.axis(0), a.axis(1)); });
  t["row"] = with_parameters<I, dims<2, 3, 4>>([](auto const& x, auto& a) { return row(x, a.integers[0]); });
  t["column"] =
      with_parameters<I, dims<2, 3, 4>>([](auto const& x, auto& a) { return column(x, a.integers[0]); });
  t["expand_dims"] =
      with_parameters<F, dims<1, 2, 3>>([](auto const& x, auto& a) { return expand_dims(x, a.axis()); });
  t["squeeze"] = with_parameters<F, dims<2, 3, 4>>([](auto const& x, auto& a) { return squeeze(x, a.axis()); });
  t["flip"] = unary<I, dims<1, 2, 3, 4>>([](auto const& x) { return flip(x); });
  t["flip axis"] =
      with_parameters<I, dims<1, 2, 3, 4>>([](auto const& x, auto& a) { return flip(x, a.axis()); });
  t["broadcast_to 1"] =
      with_parameters<I, dims<1>>([](auto const& x, auto& a) { return broadcast_to(x, shape_of<1>(a)); });
  t["broadcast_to 2"] =
      with_parameters<I, dims<1, 2>>([](auto const& x, auto& a) { return broadcast_to(x, shape_of<2>(a)); });
  t["broadcast_to 3"] =
      with_parameters<I, dims<1, 2, 3>>([](auto const& x, auto& a) { return broadcast_to(x, shape_of<3>(a)); });
  t["broadcast_to 4"] =
      with_parameters<I, dims<2, 4>>([](auto const& x, auto& a) { return broadcast_to(x, shape_of<4>(a)); });

  // Views of views, of expressions and of reductions, and reductions of views.
  t["transpose of flip"] = unary<F, dims<2, 3>>([](auto const& x) { return transpose(flip(x, 0)); });
  t["transpose of sum"] = unary<F, dims<3>>([](auto const& x) { return transpose(sum(x, 1)); });
  t["flip of expression"] = unary<F, dims<2>>([](auto const& x) { return flip(x * x, 1); });
  t["sum of transpose"] =
      with_parameters<F, dims<2, 3>>([](auto const& x, auto& a) { return sum(transpose(x), a.axis()); });
  t["argmax of flip"] = unary<F, dims<2>>([](auto const& x) { return argmax(flip(x)); });
  t["max of broadcast"] = with_parameters<I, dims<1>>(
      [](auto const& x, auto& a) { return max(broadcast_to(x, shape_of<2>(a)), 1); });
}

}  // namespace judge
