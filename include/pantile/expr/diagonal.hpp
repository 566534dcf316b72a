#pragma once

#include <pantile/expr/functions.hpp>
#include <pantile/expr/rewrite.hpp>
#include <pantile/expr/structured.hpp>
#include <pantile/expr/views.hpp>

#include <type_traits>

// The diagonal matrix of a vector as a symbol, and its products, which never make it.
namespace pantile {

namespace functor {
struct on_diagonal {
  template <class T>
  T operator()(bool here, T value) const {
    return here ? value : T(0);
  }
};
}  // namespace functor

/// The n x n matrix with the elements of a vector expression on its diagonal and zeros elsewhere: nothing is
/// stored.
template <node V>
using diag_node = map_node<functor::on_diagonal, generator_node<functor::identity_element<bool>, 2>, V>;

/// The diagonal matrix of a vector. As an operand of products it scales: `dot(diag(v), B)` multiplies row i of
/// B by v[i], `dot(A, diag(v))` column j of A by v[j]; both fuse with what is around them, and the n x n matrix
/// never exists. Elsewhere its elements are made where they are asked for.
template <array_operand V>
requires(dimensions_of<V> == 1) auto diag(V const& v) {
  auto const& n = as_node(v);
  return diag_node<node_of<V>>({}, identity<bool>(n.shape()[0]), n);
}

namespace detail {

template <class E>
inline constexpr bool is_diag = false;
template <class V>
inline constexpr bool is_diag<diag_node<V>> = true;

template <node V>
V const& diagonal_of(diag_node<V> const& d) {
  return std::get<1>(d.operands);
}

/// a * b with the element type of a product.
template <array_operand A, array_operand B>
auto scaled_by(A const& a, B const& b) {
  if constexpr (std::is_same_v<promote_t<value_of<A>, value_of<B>>, bool>)
    return cast<index_t>(a) * b;
  else
    return a * b;
}

}  // namespace detail

template <node V, node B>
requires(!detail::is_diag<B>) struct dot_rule<diag_node<V>, B> {
  static auto apply(diag_node<V> const& a, B const& b, std::source_location where) {
    detail::check_inner(a.shape()[1], b.shape()[0], where);
    if constexpr (B::dimensions == 1)
      return detail::scaled_by(detail::diagonal_of(a), b);
    else
      return detail::scaled_by(expand_dims(detail::diagonal_of(a), 1), b);
  }
};
template <node A, node V>
requires(!detail::is_diag<A>) struct dot_rule<A, diag_node<V>> {
  static auto apply(A const& a, diag_node<V> const& b, std::source_location where) {
    detail::check_inner(a.shape()[A::dimensions - 1], b.shape()[0], where);
    return detail::scaled_by(a, detail::diagonal_of(b));
  }
};
template <node V, node W>
struct dot_rule<diag_node<V>, diag_node<W>> {
  static auto apply(diag_node<V> const& a, diag_node<W> const& b, std::source_location where) {
    detail::check_inner(a.shape()[1], b.shape()[0], where);
    return diag(detail::scaled_by(detail::diagonal_of(a), detail::diagonal_of(b)));
  }
};

}  // namespace pantile
