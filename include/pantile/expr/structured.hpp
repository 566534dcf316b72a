#pragma once

#include <pantile/expr/nodes.hpp>

// Operands that keep their structure instead of their elements.
namespace pantile {

namespace functor {
template <class T>
struct identity_element {
  T operator()(shape_t<2> const& index) const { return index[0] == index[1] ? T(1) : T(0); }
};
}  // namespace functor

/// The n x n identity matrix as a symbol: nothing is stored.
template <element T>
auto identity(index_t n) {
  return generator_node<functor::identity_element<T>, 2>({}, {n, n});
}

/// The transposition of an expression that is not an array: carried out as an array first.
template <node E>
struct transpose_node : node_base {
  using value_type = typename E::value_type;
  static constexpr int dimensions = E::dimensions;

  E operand;
  std::array<int, static_cast<std::size_t>(dimensions)> axes;
  shape_t<dimensions> extent{};

  transpose_node(E const& e, std::array<int, static_cast<std::size_t>(dimensions)> const& order)
      : operand(e), axes(order) {
    for (std::size_t d = 0; d < axes.size(); ++d) extent[d] = e.shape()[static_cast<std::size_t>(axes[d])];
  }
  shape_t<dimensions> const& shape() const { return extent; }
  leaf<value_type, dimensions> resolve() const;  // ops/dot.hpp
};

namespace detail {

template <element T, int N>
leaf<T, N> permuted(leaf<T, N> l, std::array<int, static_cast<std::size_t>(N)> const& order) {
  leaf<T, N> result = l;
  for (std::size_t d = 0; d < order.size(); ++d) {
    result.axes[d] = l.axes[static_cast<std::size_t>(order[d])];
    result.extent[d] = l.extent[static_cast<std::size_t>(order[d])];
  }
  return result;
}
template <node E>
auto permuted(E const& e, std::array<int, static_cast<std::size_t>(E::dimensions)> const& order) {
  return transpose_node<E>(e, order);
}

/// Throws index_error unless `order` names every axis once; negative axes count from the end.
void check_permutation(int* order, int dimensions, std::source_location where);

}  // namespace detail

/// Dimension d of the result is dimension axes[d] of the operand. An array is only seen with other strides:
/// nothing moves until it is used.
template <array_operand E>
auto transpose(E const& e, std::array<int, static_cast<std::size_t>(dimensions_of<E>)> axes,
               std::source_location where = std::source_location::current()) {
  detail::check_permutation(axes.data(), dimensions_of<E>, where);
  return detail::permuted(node_of<E>(as_node(e)), axes);
}

/// With the dimensions in reverse order.
template <array_operand E>
auto transpose(E const& e) {
  std::array<int, static_cast<std::size_t>(dimensions_of<E>)> axes{};
  for (int d = 0; d < dimensions_of<E>; ++d) axes[static_cast<std::size_t>(d)] = dimensions_of<E> - 1 - d;
  return detail::permuted(node_of<E>(as_node(e)), axes);
}

}  // namespace pantile
