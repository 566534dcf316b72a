#pragma once

#include <pantile/expr/nodes.hpp>

#include <type_traits>

// What can be assigned to: arrays and views of them, by `=` and by `+=` and its like.
namespace pantile {

namespace detail {

/// Throws shape_error unless an array that was viewed still has the shape that it had then.
void check_still(extents const& viewed, extents const& now);

/// The view of what an array holds now.
template <int N, class Array>
leaf<typename Array::value_type, N> seen_now(Array const& target, view_map const& view) {
  check_still(view.stored, extents(target.shape()));
  return {leaf<typename Array::value_type, Array::dimensions>(target), view};
}

}  // namespace detail

/// A view of an array (or local array) to which expressions and numbers can be assigned; they are broadcast to
/// its shape (shape_error where that cannot be). Slices, rows, transposes, flips and the other views of an
/// array that is not const are such; views of them are again. The array must outlive it, and may be assigned to
/// in between: reading and assigning concern the elements that the array has by then (shape_error where it has
/// taken another shape). Assigning is one update of the array and collective where the array is distributed:
/// what other ranks have of the expression is fetched, the halo is refreshed; correct where the expression
/// reads the same array. A failed statement leaves the array as it was.
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
    assign(other.resolve());
    return *this;
  }

  /// The part of it that indices and ranges choose, one per dimension: `transpose(A)(0, every) = v`; it can be
  /// assigned to. Throws index_error.
  template <slice_argument... Is>
  requires(sizeof...(Is) == N && detail::ranges_among<Is...> > 0) auto operator()(Is... is) const {
    return slice(*this, is...);
  }

  /// The array that this is a view of.
  Array& array() const noexcept { return *target_; }
  /// The view of what the array holds now.
  leaf_type resolve() const { return detail::seen_now<N>(*target_, this->view); }

 private:
  template <node E>
  void assign(E const& expression);  // ops/assign_view.hpp

  Array* target_;
};

/// As an operand it is the leaf that it is.
template <class Array, int N>
leaf<typename Array::value_type, N> as_node(assignable_view<Array, N> const& v) {
  return v.resolve();
}

namespace detail {

template <class E>
inline constexpr bool is_assignable_view = false;
template <class Array, int N>
inline constexpr bool is_assignable_view<assignable_view<Array, N>> = true;

/// What else can be assigned to and is no array itself: a diagonal (ops/diagonal.hpp).
template <class E>
inline constexpr bool is_target_part = is_assignable_view<E>;

/// An array that is there to be assigned to: not const, and no temporary.
template <class E>
inline constexpr bool is_target_array = std::is_lvalue_reference_v<E>&& is_array<std::remove_reference_t<E>>;

}  // namespace detail

/// What stands on the left of an assignment, as the argument of a function `f(E&& e)`.
template <class E>
concept assignment_target = detail::is_target_array<E> || detail::is_target_part<std::remove_cvref_t<E>>;

namespace detail {

/// The order of element types in which casts lose no kind of number: bool, unsigned, signed, real, complex.
template <class T>
inline constexpr int cast_rank = kind_of<T> == 1 && std::is_signed_v<T> ? 2
                                 : kind_of<T> < 2                       ? kind_of<T>
                                                                        : kind_of<T> + 1;

/// target = f(target, e), in one loop.
template <class F, class Target, operand E>
void update(F f, Target& target, E const& e) {
  if constexpr (array_operand<E>)
    static_assert(dimensions_of<E> <= dimensions_of<Target>,
                  "the expression has more dimensions than its target");
  auto const updated = pantile::apply(f, target, e);
  using From = value_of<decltype(updated)>;
  static_assert(
      cast_rank<From> <= cast_rank<value_of<Target>>,
      "the result is of a higher kind (bool < unsigned < signed < real < complex) than the elements of "
      "the target, as NumPy's same_kind rule has it: cast<T> the right side, or assign the expression");
  target = updated;
}

}  // namespace detail
}  // namespace pantile
