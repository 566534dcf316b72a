#pragma once

#include <pantile/ops/deferred.hpp>

#include <concepts>
#include <source_location>

// Assignment to views: `A(range(0, 10, 2), every) = e`, `row(A, i) = v`.
namespace pantile {

namespace detail {
/// Throws shape_error unless `got` broadcasts to the shape of the view that takes it.
void check_broadcast_into(extents const& wanted, extents const& got);
}  // namespace detail

/// A view of an array (or local array) to which expressions and numbers can be assigned; they are broadcast to
/// its shape (shape_error where that cannot be). The array must outlive it. Assigning is one update of the
/// array and collective where the array is distributed: what other ranks have of the expression is fetched, the
/// halo is refreshed; correct where the expression reads the same array. A failed statement leaves the array as
/// it was.
template <class Array, int N>
class assignable_view : public leaf<typename Array::value_type, N> {
 public:
  using element_type = typename Array::value_type;
  using leaf_type = leaf<element_type, N>;

  assignable_view(Array& target, view_map const& seen)
      : leaf_type(leaf<element_type, Array::dimensions>(target), seen), target_(&target) {}
  assignable_view(assignable_view const&) = default;

  template <operand E>
  assignable_view& operator=(E const& e) {
    assign(detail::operand_node<element_type>(e));
    return *this;
  }
  assignable_view& operator=(assignable_view const& other) {
    assign(static_cast<leaf_type const&>(other));
    return *this;
  }

 private:
  static constexpr bool distributed = requires(Array const& a) { a.comm(); };

  template <node E>
  void assign(E const& expression) {
    static_assert(E::dimensions <= N, "the expression has more dimensions than the view");
    static_assert(detail::assignable_element<element_type, typename E::value_type>,
                  "complex elements do not fit a real array: take real(e), imag(e) or abs(e)");
    auto const resolved = expression.resolve();
    detail::check_broadcast_into(this->view.shape, extents(resolved.shape()));
    operand_survey const survey = detail::survey_of(resolved);
    if constexpr (distributed) {
      detail::check_communicator(survey, target_->comm());
      detail::store(resolved, static_cast<leaf_type const&>(*this));
      detail::refresh_halo(target_->comm(), target_->tiling(), reinterpret_cast<std::byte*>(target_->data()),
                           target_->stored_box(), sizeof(element_type));
      target_->touch();
    } else {
      if constexpr (E::dimensions > 0)
        if (survey.comm) return assign(all_of(resolved));
      detail::store(resolved, static_cast<leaf_type const&>(*this));
    }
  }

  template <node E>
  static auto all_of(E const& resolved) {
    using U = typename E::value_type;
    return leaf<U, E::dimensions>(local_array<U, E::dimensions>(resolved));
  }

  Array* target_;
};

/// As an operand it is the leaf that it is.
template <class Array, int N>
leaf<typename Array::value_type, N> as_node(assignable_view<Array, N> const& v) {
  return v;
}

namespace detail {
template <class Array, class... Is>
view_map sliced_view(Array const& a, std::source_location where, Is... is) {
  slicer s(view_map(extents(a.shape())), where);
  (s.take(is), ...);
  return s.view();
}
}  // namespace detail

template <element T, int N>
template <class... Is>
requires(sizeof...(Is) == N && (slice_argument<Is> && ...) &&
         detail::ranges_among<Is...> > 0) auto array<T, N>::operator()(Is... is) {
  return assignable_view<array, detail::ranges_among<Is...>>(
      *this, detail::sliced_view(*this, std::source_location::current(), is...));
}
template <element T, int N>
template <class... Is>
requires(sizeof...(Is) == N && (slice_argument<Is> && ...) &&
         detail::ranges_among<Is...> > 0) auto array<T, N>::operator()(Is... is) const {
  return slice(*this, is...);
}
template <element T, int N>
template <class... Is>
requires(sizeof...(Is) == N && (slice_argument<Is> && ...) &&
         detail::ranges_among<Is...> > 0) auto local_array<T, N>::operator()(Is... is) {
  return assignable_view<local_array, detail::ranges_among<Is...>>(
      *this, detail::sliced_view(*this, std::source_location::current(), is...));
}
template <element T, int N>
template <class... Is>
requires(sizeof...(Is) == N && (slice_argument<Is> && ...) &&
         detail::ranges_among<Is...> > 0) auto local_array<T, N>::operator()(Is... is) const {
  return slice(*this, is...);
}

/// Row i and column j of a matrix that can be assigned to.
template <class Array>
requires(detail::is_array<Array>&& Array::dimensions ==
         2) auto row(Array& a, index_t i, std::source_location where = std::source_location::current()) {
  return assignable_view<Array, 1>(a, detail::sliced_view(a, where, i, every));
}
template <class Array>
requires(detail::is_array<Array>&& Array::dimensions ==
         2) auto column(Array& a, index_t j, std::source_location where = std::source_location::current()) {
  return assignable_view<Array, 1>(a, detail::sliced_view(a, where, every, j));
}

}  // namespace pantile
