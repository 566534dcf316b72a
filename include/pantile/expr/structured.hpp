#pragma once

#include <pantile/expr/functions.hpp>
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

namespace detail {

template <class T>
using identity_node = generator_node<functor::identity_element<T>, 2>;

/// identity(n), s * identity(n), identity(n) * s: the number and the matrix.
template <class E>
inline constexpr bool is_scaled_identity = false;
template <class T>
inline constexpr bool is_scaled_identity<identity_node<T>> = true;
template <class T>
inline constexpr bool is_scaled_identity<map_node<functor::multiply, scalar_node<T>, identity_node<T>>> = true;
template <class T>
inline constexpr bool is_scaled_identity<map_node<functor::multiply, identity_node<T>, scalar_node<T>>> = true;

template <class T>
T scale_of(identity_node<T> const&) {
  return T(1);
}
template <class T>
T scale_of(map_node<functor::multiply, scalar_node<T>, identity_node<T>> const& e) {
  return detail::get<0>(e.operands).value;
}
template <class T>
T scale_of(map_node<functor::multiply, identity_node<T>, scalar_node<T>> const& e) {
  return detail::get<1>(e.operands).value;
}

template <class E>
requires is_scaled_identity<E>
inline constexpr int symbol_rank<E> = 3;

}  // namespace detail

template <class E>
requires detail::is_scaled_identity<E>
struct transpose_rule<E> {
  static constexpr char const* name = "transpose(s * identity(n)) is s * identity(n)";
  static E apply(E const& e) { return e; }
};

}  // namespace pantile
