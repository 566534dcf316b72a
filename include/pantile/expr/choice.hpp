#pragma once

#include <pantile/expr/detail/function_macros.hpp>
#include <pantile/kernel/convert.hpp>

#include <optional>

// Choosing between values, limiting them, and changing their type.
namespace pantile {

namespace functor {
using kernel::convert;
}

/// The larger and the smaller of two; NaN where one is NaN.
PANTILE_BINARY(maximum, convert<R>(a) > convert<R>(b) || a != a ? convert<R>(a) : convert<R>(b))
PANTILE_BINARY(minimum, convert<R>(a) < convert<R>(b) || a != a ? convert<R>(a) : convert<R>(b))
/// The larger and the smaller of two; the other operand where one is NaN.
PANTILE_BINARY(fmax, convert<R>(a) >= convert<R>(b) || b != b ? convert<R>(a) : convert<R>(b))
PANTILE_BINARY(fmin, convert<R>(a) <= convert<R>(b) || b != b ? convert<R>(a) : convert<R>(b))
/// max(x, 0); NaN stays.
PANTILE_UNARY(relu, x > T(0) || x != x ? x : T(0))

namespace functor {

struct where {
  template <class C, class A, class B>
  auto operator()(C condition, A a, B b) const {
    using R = promote_t<A, B>;
    return condition != C(0) ? convert<R>(a) : convert<R>(b);
  }
};
struct clip {
  template <class T, class A, class B>
  auto operator()(T x, A low, B high) const {
    return minimum{}(maximum{}(x, low), high);
  }
};
struct heaviside {
  template <class A, class B>
  auto operator()(A x, B at_zero) const {
    using F = floating_t<promote_t<A, B>>;
    if (x != x) return convert<F>(x);
    return x == A(0) ? convert<F>(at_zero) : x > A(0) ? F(1) : F(0);
  }
};
template <class To>
struct cast {
  template <class T>
  To operator()(T x) const {
    if constexpr (std::is_same_v<To, bool>)
      return x != T(0);
    else
      return convert<To>(x);
  }
};

}  // namespace functor

/// a where the condition holds, b elsewhere.
template <array_operand C, operand A, operand B>
auto where(C const& condition, A const& a, B const& b) {
  return pantile::apply(functor::where{}, condition, a, b);
}

/// minimum(maximum(x, low), high): NaN of any operand propagates; `high` where low > high.
template <operand E, operand A, operand B>
requires(array_operand<E> || array_operand<A> || array_operand<B>) auto clip(E const& e, A const& low,
                                                                             B const& high) {
  return pantile::apply(functor::clip{}, e, low, high);
}
/// Limited on one side only.
template <operand E, operand A>
requires(array_operand<E> || array_operand<A>) auto clip(E const& e, A const& low, std::nullopt_t) {
  return maximum(e, low);
}
template <operand E, operand B>
requires(array_operand<E> || array_operand<B>) auto clip(E const& e, std::nullopt_t, B const& high) {
  return minimum(e, high);
}

/// 0 where x < 0, 1 where x > 0, `at_zero` where x is 0; NaN stays. Integers compute as double.
PANTILE_BINARY_FUNCTION(heaviside)

/// The elements as another type; complex to real is not offered (take real or abs).
template <element To, array_operand E>
requires(is_complex<To> || !is_complex<value_of<E>>) auto cast(E const& e) {
  return pantile::apply(functor::cast<To>{}, e);
}

}  // namespace pantile

#include <pantile/expr/detail/undefine_macros.hpp>
