#pragma once

#include <pantile/expr/detail/function_macros.hpp>
#include <pantile/kernel/convert.hpp>

#include <cmath>
#include <functional>

// Comparisons, logic and properties of numbers: all of them give bool.
namespace pantile {

namespace functor {

using kernel::convert;

/// A property of a number; of a complex one what `combine` makes of those of its two parts.
template <class T, class Property, class Combine>
bool holds_for_parts(T x, Property property, Combine combine) {
  if constexpr (is_complex<T>)
    return combine(property(x.real()), property(x.imag()));
  else
    return property(static_cast<floating_t<T>>(x));
}

}  // namespace functor

/// True where x is 0.
PANTILE_UNARY(logical_not, x == T(0))
/// True where the sign is set, of -0 and NaN too.
PANTILE_UNARY(signbit, std::signbit(static_cast<floating_t<T>>(x)))
/// Properties of numbers; a complex one is NaN or infinite where a part is, finite where both are.
PANTILE_UNARY(isnan, x != x)
PANTILE_UNARY(isfinite, holds_for_parts(
                            x, [](auto part) { return std::isfinite(part); }, std::logical_and<>()))
PANTILE_UNARY(isinf, holds_for_parts(
                         x, [](auto part) { return std::isinf(part); }, std::logical_or<>()))

/// Comparisons in the promoted type; with NaN only not_equal_to holds.
PANTILE_BINARY(equal_to, convert<R>(a) == convert<R>(b))
PANTILE_BINARY(not_equal_to, convert<R>(a) != convert<R>(b))
PANTILE_BINARY(less, convert<R>(a) < convert<R>(b))
PANTILE_BINARY(less_equal, convert<R>(a) <= convert<R>(b))
PANTILE_BINARY(greater, convert<R>(a) > convert<R>(b))
PANTILE_BINARY(greater_equal, convert<R>(a) >= convert<R>(b))
/// Logic, of operands that are true where they are not 0. Both are evaluated everywhere.
PANTILE_BINARY(logical_and, a != A(0) && b != B(0))
PANTILE_BINARY(logical_or, a != A(0) || b != B(0))
PANTILE_BINARY(logical_xor, (a != A(0)) != (b != B(0)))

namespace functor {
struct isclose {
  double rtol;
  double atol;
  bool equal_nan;
  template <class A, class B>
  bool operator()(A a, B b) const {
    using F = floating_t<promote_t<A, B>>;
    F const x = convert<F>(a), y = convert<F>(b);
    if (x == y) return true;  // infinities among them
    if (equal_nan && x != x && y != y) return true;
    return isfinite{}(y) &&
           static_cast<double>(std::abs(x - y)) <= atol + rtol * static_cast<double>(std::abs(y));
  }
};
}  // namespace functor

/// |a - b| <= atol + rtol |b|; infinities are close to themselves, NaN to nothing but, with `equal_nan`, NaN.
template <operand A, operand B>
requires(array_operand<A> || array_operand<B>) auto isclose(A const& a, B const& b, double rtol = 1e-5,
                                                            double atol = 1e-8, bool equal_nan = false) {
  return pantile::apply(functor::isclose{rtol, atol, equal_nan}, a, b);
}

/// The operators for the functions above. `&&` and `||` evaluate both operands; the comparisons of arrays are
/// arrays: see `all` and `any`.
PANTILE_UNARY_OPERATOR(!, logical_not)
PANTILE_OPERATOR(==, equal_to)
PANTILE_OPERATOR(!=, not_equal_to)
PANTILE_OPERATOR(<, less)
PANTILE_OPERATOR(<=, less_equal)
PANTILE_OPERATOR(>, greater)
PANTILE_OPERATOR(>=, greater_equal)
PANTILE_OPERATOR(&&, logical_and)
PANTILE_OPERATOR(||, logical_or)

}  // namespace pantile

#include <pantile/expr/detail/undefine_macros.hpp>
