#pragma once

#include <pantile/expr/views.hpp>

#include <algorithm>
#include <array>
#include <source_location>
#include <tuple>

// Broadcasting, where it is asked for by name; operators and functions do it by themselves.
namespace pantile {

/// The shape to which arrays of these shapes broadcast together. Throws shape_error where they do not.
template <std::size_t... Ns>
requires(sizeof...(Ns) > 0) auto broadcast_shapes(std::array<index_t, Ns> const&... shapes) {
  constexpr int N = std::max({static_cast<int>(Ns)...});
  shape_t<N> shape{};
  shape.fill(1);
  (detail::broadcast_into(shape.data(), N, shapes.data(), static_cast<int>(Ns)), ...);
  return shape;
}

/// The operands, stretched to the shape to which they broadcast together: a tuple of views. Throws shape_error.
template <array_operand... Es>
requires(sizeof...(Es) > 0) auto broadcast_arrays(Es const&... es) {
  auto const shape = broadcast_shapes(as_node(es).shape()...);
  return std::tuple(broadcast_to(es, shape)...);
}

}  // namespace pantile
