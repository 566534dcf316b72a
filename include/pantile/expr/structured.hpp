#pragma once

#include <pantile/expr/functions.hpp>
#include <pantile/expr/nodes.hpp>
#include <pantile/expr/site.hpp>
#include <pantile/kernel/diagonal.hpp>

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

/// s times the identity matrix beside an array: the loop looks for the diagonal once in a row, not at each
/// element.
template <element T>
struct scaled_identity_node : node_members<scaled_identity_node<T>> {
  using value_type = T;
  static constexpr int dimensions = 2;

  T scale;
  index_t n;

  scaled_identity_node(T s, index_t extent) : scale(s), n(extent) {}
  shape_t<2> shape() const { return {n, n}; }
  scaled_identity_node const& resolve() const { return *this; }
  void survey(operand_survey& s) const {
    if (s.values) s.compare_formula(print_of(scale), extents(shape()));
  }
  template <int M>
  auto bind(evaluation_site<M> const& site) const {
    site.note_values(&scale, 1);
    kernel::strides_t<M> origin{};
    for (std::size_t d = 0; d < M; ++d) origin[d] = site.region.lo[d];
    return kernel::bound_diagonal<T, M>(&scale, 0, 0, n, 0, origin, n == 1);
  }
};

template <class E, class I>
concept meets_identity = E::dimensions == 2 && symbol_rank<E> == 0 && is_scaled_identity<I>;

struct add_to_diagonal {
  static constexpr char const* name = "A + s * identity(n) adds s to the diagonal";
  template <class I>
  static auto scaled(I const& i) {
    return scaled_identity_node<typename I::value_type>(scale_of(i), i.shape()[0]);
  }
};

}  // namespace detail

template <node E, class I>
requires detail::meets_identity<E, I>
struct map_rule<functor::add, E, I> : detail::add_to_diagonal {
  static auto apply(E const& e, I const& i) { return pantile::apply(functor::add{}, e, scaled(i)); }
};
template <class I, node E>
requires detail::meets_identity<E, I>
struct map_rule<functor::add, I, E> : detail::add_to_diagonal {
  static auto apply(I const& i, E const& e) { return pantile::apply(functor::add{}, e, scaled(i)); }
};
template <node E, class I>
requires(detail::meets_identity<E, I> &&
         !std::is_same_v<typename E::value_type, bool>)  // bool has no difference
    struct map_rule<functor::subtract, E, I> : detail::add_to_diagonal {
  static auto apply(E const& e, I const& i) { return pantile::apply(functor::subtract{}, e, scaled(i)); }
};

template <class E>
requires detail::is_scaled_identity<E>
struct transpose_rule<E> {
  static constexpr char const* name = "transpose(s * identity(n)) is s * identity(n)";
  static E apply(E const& e) { return e; }
};

}  // namespace pantile
