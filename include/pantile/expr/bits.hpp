#pragma once

#include <pantile/expr/detail/function_macros.hpp>
#include <pantile/kernel/convert.hpp>

// Bit operations of integers and bool.
namespace pantile {

namespace functor {

using kernel::convert;

/// Shifts of bool are numbers; the least type that holds them is uint8 (NumPy: int8, which we do not have).
template <class A, class B>
using shifted_t = std::conditional_t<std::is_same_v<promote_t<A, B>, bool>, std::uint8_t, promote_t<A, B>>;

/// True where shifting by b leaves something: 0 <= b < width.
template <class R>
bool within_width(R b) {
  return static_cast<std::make_unsigned_t<R>>(b) < 8 * sizeof(R);
}

struct invert {
  template <class T>
  T operator()(T x) const {
    if constexpr (std::is_same_v<T, bool>)
      return !x;
    else
      return static_cast<T>(~x);
  }
};
struct left_shift {
  template <class A, class B>
  auto operator()(A a, B b) const {
    using R = shifted_t<A, B>;
    auto const by = convert<R>(b);
    auto const bits = static_cast<std::make_unsigned_t<R>>(convert<R>(a));
    return within_width(by) ? static_cast<R>(bits << by) : R(0);
  }
};
struct right_shift {
  template <class A, class B>
  auto operator()(A a, B b) const {
    using R = shifted_t<A, B>;
    auto const x = convert<R>(a), by = convert<R>(b);
    return within_width(by) ? static_cast<R>(x >> by) : static_cast<R>(x < 0 ? -1 : 0);
  }
};

}  // namespace functor

/// ~x; for bool !x.
PANTILE_UNARY_FUNCTION(invert)
/// a * 2^b, wrapping; 0 where b is negative or at least the width of the type.
PANTILE_BINARY_FUNCTION(left_shift)
/// floor(a / 2^b); where b is negative or at least the width of the type, what shifting very far gives: 0, or
/// -1 for negative a.
PANTILE_BINARY_FUNCTION(right_shift)

/// Bit by bit; of integers and bool.
PANTILE_BINARY(bitwise_and, static_cast<R>(convert<R>(a) & convert<R>(b)))
PANTILE_BINARY(bitwise_or, static_cast<R>(convert<R>(a) | convert<R>(b)))
PANTILE_BINARY(bitwise_xor, static_cast<R>(convert<R>(a) ^ convert<R>(b)))

/// The operators for invert, bitwise_and, bitwise_or, bitwise_xor, left_shift and right_shift.
PANTILE_UNARY_OPERATOR(~, invert)
PANTILE_ASSIGNING_OPERATOR(&, bitwise_and)
PANTILE_ASSIGNING_OPERATOR(|, bitwise_or)
PANTILE_ASSIGNING_OPERATOR(^, bitwise_xor)
PANTILE_ASSIGNING_OPERATOR(<<, left_shift)
PANTILE_ASSIGNING_OPERATOR(>>, right_shift)

}  // namespace pantile

#include <pantile/expr/detail/undefine_macros.hpp>
