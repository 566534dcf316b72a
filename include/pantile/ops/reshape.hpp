#pragma once

#include <pantile/ops/stored.hpp>
#include <pantile/plan/linear_range.hpp>

#include <array>
#include <source_location>

// The same elements, in row-major order of the global array, under another shape.
namespace pantile {

namespace detail {

/// The shape with its extent -1, if there is one, filled in; throws shape_error unless it has as many elements
/// as `from`.
extents full_shape(extents const& from, index_t const* wanted, int dimensions, std::source_location where);

/// The elements of an array under another shape (collective where it is distributed).
stored_array reshape_elements(stored_array const& source, extents const& shape, index_t element_bytes);

}  // namespace detail

/// The elements in row-major order under another shape, of which one extent may be -1: what remains for it.
/// Throws shape_error where the numbers of elements differ. The result is tiled along its first dimension that
/// is longer than 1: where the operand's tiles are ranges of rows of the new shape they stay where they are,
/// and nothing is communicated; otherwise the cuts are even, and one movement brings each rank the elements
/// that it lacks. Local operands stay local.
template <std::size_t M, array_operand E>
requires(M >= 1 && M <= static_cast<std::size_t>(max_dimensions)) auto reshape(
    E const& e, std::array<index_t, M> const& shape,
    std::source_location where = std::source_location::current()) {
  constexpr int N = static_cast<int>(M);
  using T = value_of<E>;
  auto const& n = as_node(e);
  extents const full = detail::full_shape(extents(n.shape()), shape.data(), N, where);
  shape_t<N> sizes{};
  for (int d = 0; d < N; ++d) sizes[static_cast<std::size_t>(d)] = full[d];
  return detail::deferred<T, N>(
      "reshape", sizes,
      [full](auto const& operand) {
        return detail::leaf_of<T, N>(
            detail::reshape_elements(detail::stored_whole<T>(operand), full, sizeof(T)));
      },
      n);
}
template <std::size_t M, array_operand E>
auto reshape(E const& e, index_t const (&shape)[M],
             std::source_location where = std::source_location::current()) {
  return reshape(e, std::to_array(shape), where);
}

/// All elements in row-major order, as reshape(e, {-1}).
template <array_operand E>
auto flatten(E const& e, std::source_location where = std::source_location::current()) {
  return reshape(e, std::array<index_t, 1>{extents(as_node(e).shape()).count()}, where);
}

}  // namespace pantile
