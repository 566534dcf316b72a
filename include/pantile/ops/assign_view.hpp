#pragma once

#include <pantile/expr/assignable_view.hpp>
#include <pantile/ops/deferred.hpp>

// Assignment to views: `A(range(0, 10, 2), every) = e`, `row(A, i) = v`, `transpose(A) += 1`.
namespace pantile {

namespace detail {

/// Throws shape_error unless `got` broadcasts to the shape of the view that takes it.
void check_broadcast_into(extents const& wanted, extents const& got);

/// Assigns an expression to a part, of this shape, of an array: `store(resolved)` puts the elements there.
template <class Array, node E, class Store>
void assign_part(Array& target, extents const& shape, E const& expression, Store store) {
  using T = typename Array::value_type;
  static_assert(assignable_element<T, typename E::value_type>,
                "complex elements do not fit a real array: take real(e), imag(e) or abs(e)");
  auto const resolved = expression.resolve();
  check_broadcast_into(shape, extents(resolved.shape()));
  operand_survey const survey = survey_of(resolved);
  if constexpr (requires { target.comm(); }) {
    check_communicator(survey, target.comm());
    store(resolved);
    refresh_halo(target.comm(), target.tiling(), reinterpret_cast<std::byte*>(target.data()),
                 target.stored_box(), sizeof(T));
    target.touch();
  } else {
    if (trace::rehearsing()) trace::changes(target.data());
    if constexpr (E::dimensions > 0) {
      using U = typename E::value_type;
      if (survey.comm) return store(leaf<U, E::dimensions>(local_array<U, E::dimensions>(resolved)));
    }
    store(resolved);
  }
}

}  // namespace detail

template <class Array, int N>
template <node E>
void assignable_view<Array, N>::assign(E const& expression) {
  static_assert(E::dimensions <= N, "the expression has more dimensions than the view");
  leaf_type const seen = resolve();
  detail::assign_part(*target_, seen.view.shape, expression,
                      [&](auto const& resolved) { detail::store(resolved, seen); });
}

}  // namespace pantile
