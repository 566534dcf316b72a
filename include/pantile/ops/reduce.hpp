#pragma once

#include <pantile/ops/reduce_node.hpp>

#include <cmath>

// Reductions: `sum(e)` over all elements (evaluated at once, the scalar on every rank), `sum(e, 1)` and `sum(e,
// axes{0, 2})` over one axis or several (a node; negative axes count from the end), `sum(e, keepdims)` and
// `sum(e, 1, keepdims)` with the reduced axes kept at extent 1, so that the result broadcasts against the
// operand. The expression below a reduction is fused into it: no temporary. Communication: one allreduce of the
// partial results over the ranks along each reduced axis that is cut; none where none is.
//
// Over axes the result keeps the cuts of the other axes and is replicated along the reduced ones. For a given
// tiling the results have the same bits on every rank and for any number of threads. Throws index_error for an
// axis that does not exist or is named twice.
//
// More of them: ops/statistics.hpp, ops/norm.hpp.
namespace pantile {

namespace detail {

template <class T>
struct locate {
  monoid::located<T> operator()(T value, index_t index) const { return {value, index}; }
};

/// Pairs every element with its place: along `axis`, or row-major over the whole array for -1.
template <array_operand E>
auto located_elements(E const& e, int axis) {
  constexpr int N = dimensions_of<E>;
  auto const& n = as_node(e);
  auto place = [axis, shape = shape_t<N>(n.shape())](shape_t<N> const& index) {
    if (axis >= 0) return index[static_cast<std::size_t>(axis)];
    index_t flat = 0;
    for (std::size_t d = 0; d < N; ++d) flat = flat * shape[d] + index[d];
    return flat;
  };
  generator_node<decltype(place), N> indices(place, n.shape());
  return map_node<locate<value_of<E>>, node_of<E>, decltype(indices)>({}, node_of<E>(n), indices);
}

template <class Monoid>
inline constexpr auto reduction = [](auto const& e, auto const& over, std::source_location where) {
  return reduce_with<Monoid>(e, over, where);
};

template <class Monoid>
inline constexpr auto quantifier = [](auto const& e, auto const& over, std::source_location where) {
  using T = value_of<std::remove_cvref_t<decltype(e)>>;
  if constexpr (is_complex<T>)
    return reduce_with<Monoid>(e != T(0), over, where);
  else
    return reduce_with<Monoid>(e, over, where);
};

template <class Monoid>
inline constexpr auto place_reduction =
    []<class E, int N, int K, bool Keep>(E const& e, reduced_axes<N, K, Keep> const& over,
                                         std::source_location where) {
      static_assert(K == 1 || K == N, "argmin and argmax go over one axis or over everything");
      static_assert(!is_complex<value_of<E>>,
                    "complex numbers are not ordered: take real(e), imag(e) or abs(e)");
      return reduce_with<Monoid>(located_elements(e, K == N ? -1 : over.first()), over, where);
    };

inline constexpr auto mean_reduction = [](auto const& e, auto const& over, std::source_location where) {
  auto const n = as_floating(e);
  using R = real_t<value_of<decltype(n)>>;
  return reduce_with<monoid::sum>(n, over, where) / static_cast<R>(over.count(n.shape()));
};

inline constexpr auto norm_reduction = [](auto const& e, auto const& over, std::source_location where) {
  auto const squares = reduce_with<monoid::sum>(square(abs(as_floating(e))), over, where);
  if constexpr (node<decltype(squares)>)
    return sqrt(squares);
  else
    return std::sqrt(squares);
};

}  // namespace detail

/// Integers sum to int64 and wrap; float accumulates in double. The sum of nothing is 0, the product 1.
PANTILE_REDUCTION_FORMS(sum, detail::reduction<monoid::sum>)
PANTILE_REDUCTION_FORMS(prod, detail::reduction<monoid::prod>)

/// The least and the greatest element. NaN wins; -0 is below +0. Of nothing: domain_error.
PANTILE_REDUCTION_FORMS(min, detail::reduction<monoid::min>)
PANTILE_REDUCTION_FORMS(max, detail::reduction<monoid::max>)

/// Whether any element is not 0, and whether all are; of nothing false and true.
PANTILE_REDUCTION_FORMS(any, detail::quantifier<monoid::any>)
PANTILE_REDUCTION_FORMS(all, detail::quantifier<monoid::all>)

/// The place of the least or greatest element: along the axis, or row-major over everything. Ties: the lowest;
/// the first NaN wins. Over one axis or over everything; of nothing: domain_error.
PANTILE_REDUCTION_FORMS(argmin, detail::place_reduction<monoid::argmin>)
PANTILE_REDUCTION_FORMS(argmax, detail::place_reduction<monoid::argmax>)

/// True where all elements are close (see isclose), broadcast against each other. Collective where an operand
/// is distributed, the same on every rank.
template <operand A, operand B>
requires(array_operand<A> ||
         array_operand<B>) bool allclose(A const& a, B const& b, double rtol = 1e-5, double atol = 1e-8,
                                         bool equal_nan = false,
                                         std::source_location where = std::source_location::current()) {
  return all(isclose(a, b, rtol, atol, equal_nan), where);
}

namespace detail {
struct same_element {
  bool equal_nan;
  template <class A, class B>
  bool operator()(A a, B b) const {
    return functor::equal_to{}(a, b) || (equal_nan && a != a && b != b);
  }
};
}  // namespace detail

/// True where two arrays have the same shape and equal elements; nothing is broadcast. NaN equals NaN only with
/// `equal_nan`. Collective where an operand is distributed, the same on every rank.
template <array_operand A, array_operand B>
bool array_equal(A const& a, B const& b, bool equal_nan = false,
                 std::source_location where = std::source_location::current()) {
  if (extents(as_node(a).shape()) != extents(as_node(b).shape())) return false;
  return all(pantile::apply(detail::same_element{equal_nan}, a, b), where);
}

/// The arithmetic mean; integers as double; NaN for no elements.
PANTILE_REDUCTION_FORMS(mean, detail::mean_reduction)

/// The Euclidean (for matrices: Frobenius) norm, sqrt(sum |x|^2). Other orders: ops/norm.hpp.
PANTILE_REDUCTION_FORMS(norm, detail::norm_reduction)

}  // namespace pantile
