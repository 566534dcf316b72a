#pragma once

#include <pantile/ops/deferred.hpp>
#include <pantile/ops/factorise.hpp>
#include <pantile/ops/statistics.hpp>

#include <limits>
#include <source_location>

// Norms of other orders than the Euclidean one.
namespace pantile {

/// The order of a norm, NumPy's `ord`: any number p, `ord::inf`, `-ord::inf`, or `ord::fro` for matrices. A
/// type of its own, because `norm(A, 1)` goes over axis 1.
struct ord {
  double p = 2;
  bool frobenius = false;
  /// Any p; -ord::inf is the other extreme.
  constexpr explicit ord(double order) : p(order) {}
  constexpr ord operator-() const { return ord(-p); }
  static ord const inf;
  static ord const fro;

 private:
  constexpr ord(double order, bool f) : p(order), frobenius(f) {}
};
inline constexpr ord ord::inf = ord(std::numeric_limits<double>::infinity());
inline constexpr ord ord::fro = ord(2, true);

namespace detail {

/// Throws domain_error: vectors have no Frobenius norm; for matrices there are fro, 1, 2, inf and their
/// negatives.
void check_vector_order(ord order, std::source_location where);
void check_matrix_order(ord order, std::source_location where);

/// The type of norms of elements T.
template <class T>
using norm_t = real_t<floating_t<T>>;

/// f(norm of order p) for the five ways to compute it; every way gives f's argument another type.
template <class E, class Axes, class Take>
auto vector_norm(E const& e, Axes const& over, ord order, std::source_location where, Take take) {
  using R = norm_t<typename E::value_type>;
  auto const size = abs(as_floating(e));
  if (order.p == 0)
    return take(reduce_with<monoid::sum>(pantile::apply(functor::cast<bool>{}, e), over, where));
  if (order.p == 1) return take(reduce_with<monoid::sum>(size, over, where));
  if (order.p == 2) return take(root(reduce_with<monoid::sum>(square(size), over, where)));
  if (order.p == std::numeric_limits<double>::infinity())
    return take(reduce_with<monoid::max>(size, over, where));
  if (order.p == -std::numeric_limits<double>::infinity())
    return take(reduce_with<monoid::min>(size, over, where));
  auto const power = static_cast<R>(order.p);
  auto const powers = reduce_with<monoid::sum>(pow(size, power), over, where);
  if constexpr (Axes::gives_scalar)
    return take(std::pow(powers, 1 / power));
  else
    return take(pow(powers, 1 / power));
}

template <class E, class Axes>
auto norm_over(E const& e, ord order, Axes const& over, std::source_location where) {
  using R = norm_t<typename E::value_type>;
  static_assert(Axes::gives_scalar == false);
  constexpr int M = Axes::dimensions;
  check_vector_order(order, where);
  auto const shape = over.shape_of(e.shape());
  return deferred<R, M>(
      "norm", shape,
      [order, over, where](E const& operand) {
        return vector_norm(operand, over, order, where, [](auto const& n) { return carried_out<R>(n); });
      },
      e);
}

}  // namespace detail

/// The norm of order p of a vector: (sum |x|^p)^(1/p); 0: how many elements are not zero; inf and -inf: the
/// greatest and the least |x|. Of a matrix: `ord::fro`; 1 and -1: the greatest and the least sum of |x| over a
/// column; inf and -inf: over a row; 2 and -2: the greatest and the least singular value (svdvals, which is
/// costlier by far, and throws linalg_error for elements that are not finite). Throws domain_error for another
/// order, and for the extremes of nothing. (Collective: an allreduce of a number; of a matrix one over the sums
/// of its columns or rows, or what svdvals moves.)
template <array_operand E>
requires(dimensions_of<E> <= 2) auto norm(E const& e, ord order,
                                          std::source_location where = std::source_location::current()) {
  auto const n = node_of<E>(as_node(e));
  using R = detail::norm_t<value_of<E>>;
  if constexpr (dimensions_of<E> == 1) {
    detail::check_vector_order(order, where);
    return detail::vector_norm(n, detail::all_axes<1>(), order, where,
                               [](auto x) { return static_cast<R>(x); });
  } else {
    detail::check_matrix_order(order, where);
    if (order.frobenius) return static_cast<R>(norm(n, where));
    if (std::abs(order.p) == 2) {
      auto const values = svdvals(n, where);
      return static_cast<R>(order.p > 0 ? max(values, where) : min(values, where));
    }
    int const axis = std::abs(order.p) == 1 ? 0 : 1;
    auto const sums = sum(abs(detail::as_floating(n)), axis, where);
    return static_cast<R>(order.p > 0 ? max(sums, where) : min(sums, where));
  }
}
/// Norms of the vectors along an axis: a node.
template <array_operand E>
auto norm(E const& e, ord order, int axis, std::source_location where = std::source_location::current()) {
  auto const over = detail::chosen_axes<dimensions_of<E>, false>(axis, where);
  if constexpr (dimensions_of<E> == 1)
    return norm(e, order, where);
  else
    return detail::norm_over(node_of<E>(as_node(e)), order, over, where);
}
template <array_operand E>
auto norm(E const& e, ord order, int axis, keepdims_t,
          std::source_location where = std::source_location::current()) {
  return detail::norm_over(node_of<E>(as_node(e)), order,
                           detail::chosen_axes<dimensions_of<E>, true>(axis, where), where);
}

}  // namespace pantile
