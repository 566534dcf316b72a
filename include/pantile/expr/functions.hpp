#pragma once

#include <pantile/expr/nodes.hpp>
#include <pantile/kernel/convert.hpp>
#include <pantile/kernel/domain.hpp>
#include <pantile/kernel/vector_math.hpp>

#include <cmath>
#include <complex>
#include <functional>

// The elementwise functions and operators of the language. To add one: a line here and a row in
// test/mpi/expression_functions_test.cpp. Integer arithmetic wraps; integer division truncates as in C++, its
// division by zero is a domain_error; functions such as exp compute integers as double; NaN propagates as in
// NumPy.
namespace pantile {

namespace functor {

using kernel::convert;

template <class T>
constexpr auto wrapping(T x) {  // signed overflow wraps, as in NumPy
  if constexpr (std::is_same_v<T, bool>)
    return static_cast<int>(x);
  else if constexpr (std::is_integral_v<T>)
    return static_cast<std::make_unsigned_t<T>>(x);
  else
    return x;
}

struct add {
  template <class A, class B>
  auto operator()(A a, B b) const {
    using R = promote_t<A, B>;
    return static_cast<R>(wrapping(convert<R>(a)) + wrapping(convert<R>(b)));
  }
};
struct subtract {
  template <class A, class B>
  auto operator()(A a, B b) const {
    using R = promote_t<A, B>;
    return static_cast<R>(wrapping(convert<R>(a)) - wrapping(convert<R>(b)));
  }
};
struct multiply {
  template <class A, class B>
  auto operator()(A a, B b) const {
    using R = promote_t<A, B>;
    return static_cast<R>(wrapping(convert<R>(a)) * wrapping(convert<R>(b)));
  }
};

/// Integer division that neither traps nor hides: by zero it notes the failure and gives 0; the least number by
/// -1 wraps.
template <bool Remainder, class R>
R divide_integers(R a, R b) {
  if (b == 0) {
    kernel::note_domain_failure();
    return R(0);
  }
  if constexpr (std::is_signed_v<R>)
    if (b == -1) return Remainder ? R(0) : static_cast<R>(0 - wrapping(a));
  return static_cast<R>(Remainder ? a % b : a / b);
}

struct divide {
  template <class A, class B>
  static constexpr bool may_fail = std::is_integral_v<promote_t<A, B>>;
  template <class A, class B>
  auto operator()(A a, B b) const {
    using R = promote_t<A, B>;
    if constexpr (std::is_integral_v<R>)
      return divide_integers<false>(convert<R>(a), convert<R>(b));
    else
      return convert<R>(a) / convert<R>(b);
  }
};
struct remainder {
  template <class A, class B>
  static constexpr bool may_fail = std::is_integral_v<promote_t<A, B>>;
  template <class A, class B>
  auto operator()(A a, B b) const {
    using R = promote_t<A, B>;
    if constexpr (std::is_integral_v<R>)
      return divide_integers<true>(convert<R>(a), convert<R>(b));
    else
      return std::fmod(convert<R>(a), convert<R>(b));
  }
};

/// A property of a number; of a complex one what `combine` makes of those of its two parts.
template <class T, class Property, class Combine>
bool holds_for_parts(T x, Property property, Combine combine) {
  if constexpr (is_complex<T>)
    return combine(property(x.real()), property(x.imag()));
  else
    return property(static_cast<floating_t<T>>(x));
}

}  // namespace functor

#define PANTILE_UNARY(name, result)            \
  namespace functor {                          \
  struct name {                                \
    template <class T>                         \
    auto operator()(T x) const {               \
      return result;                           \
    }                                          \
  };                                           \
  }                                            \
  template <array_operand E>                   \
  auto name(E const& e) {                      \
    return pantile::apply(functor::name{}, e); \
  }

#define PANTILE_BINARY(name, result)                                                     \
  namespace functor {                                                                    \
  struct name {                                                                          \
    template <class A, class B>                                                          \
    auto operator()(A a, B b) const {                                                    \
      using R [[maybe_unused]] = promote_t<A, B>;                                        \
      return result;                                                                     \
    }                                                                                    \
  };                                                                                     \
  }                                                                                      \
  template <operand E1, operand E2>                                                      \
  requires(array_operand<E1> || array_operand<E2>) auto name(E1 const& a, E2 const& b) { \
    return pantile::apply(functor::name{}, a, b);                                        \
  }

PANTILE_UNARY(negative, static_cast<T>(-wrapping(x)))
PANTILE_UNARY(logical_not, x == T(0))
PANTILE_UNARY(sqrt, std::sqrt(static_cast<floating_t<T>>(x)))
PANTILE_UNARY(exp, math::exp(static_cast<floating_t<T>>(x)))
PANTILE_UNARY(expm1, math::expm1(static_cast<floating_t<T>>(x)))
PANTILE_UNARY(log, math::log(static_cast<floating_t<T>>(x)))
PANTILE_UNARY(log1p, math::log1p(static_cast<floating_t<T>>(x)))
PANTILE_UNARY(log2, math::log2(static_cast<floating_t<T>>(x)))
PANTILE_UNARY(log10, math::log10(static_cast<floating_t<T>>(x)))
PANTILE_UNARY(sin, math::sin(static_cast<floating_t<T>>(x)))
PANTILE_UNARY(cos, math::cos(static_cast<floating_t<T>>(x)))
PANTILE_UNARY(tan, math::tan(static_cast<floating_t<T>>(x)))
PANTILE_UNARY(asin, math::asin(static_cast<floating_t<T>>(x)))
PANTILE_UNARY(acos, math::acos(static_cast<floating_t<T>>(x)))
PANTILE_UNARY(atan, math::atan(static_cast<floating_t<T>>(x)))
PANTILE_UNARY(sinh, math::sinh(static_cast<floating_t<T>>(x)))
PANTILE_UNARY(cosh, math::cosh(static_cast<floating_t<T>>(x)))
PANTILE_UNARY(tanh, math::tanh(static_cast<floating_t<T>>(x)))
PANTILE_UNARY(floor, std::floor(static_cast<floating_t<T>>(x)))
PANTILE_UNARY(ceil, std::ceil(static_cast<floating_t<T>>(x)))
PANTILE_UNARY(round, std::nearbyint(static_cast<floating_t<T>>(x)))  // half to even, as in NumPy
PANTILE_UNARY(trunc, std::trunc(static_cast<floating_t<T>>(x)))
PANTILE_UNARY(square, multiply{}(x, x))
PANTILE_UNARY(isnan, x != x)
PANTILE_UNARY(isfinite, holds_for_parts(
                            x, [](auto part) { return std::isfinite(part); }, std::logical_and<>()))
PANTILE_UNARY(isinf, holds_for_parts(
                         x, [](auto part) { return std::isinf(part); }, std::logical_or<>()))

PANTILE_BINARY(equal_to, convert<R>(a) == convert<R>(b))
PANTILE_BINARY(not_equal_to, convert<R>(a) != convert<R>(b))
PANTILE_BINARY(less, convert<R>(a) < convert<R>(b))
PANTILE_BINARY(less_equal, convert<R>(a) <= convert<R>(b))
PANTILE_BINARY(greater, convert<R>(a) > convert<R>(b))
PANTILE_BINARY(greater_equal, convert<R>(a) >= convert<R>(b))
PANTILE_BINARY(logical_and, a != A(0) && b != B(0))
PANTILE_BINARY(logical_or, a != A(0) || b != B(0))
PANTILE_BINARY(maximum, convert<R>(a) > convert<R>(b) || a != a ? convert<R>(a) : convert<R>(b))
PANTILE_BINARY(minimum, convert<R>(a) < convert<R>(b) || a != a ? convert<R>(a) : convert<R>(b))
PANTILE_BINARY(pow, math::pow(static_cast<floating_t<R>>(a), static_cast<floating_t<R>>(b)))
PANTILE_BINARY(hypot, math::hypot(static_cast<floating_t<R>>(a), static_cast<floating_t<R>>(b)))
PANTILE_BINARY(atan2, math::atan2(static_cast<floating_t<R>>(a), static_cast<floating_t<R>>(b)))

#undef PANTILE_UNARY
#undef PANTILE_BINARY

namespace functor {

struct abs {
  template <class T>
  auto operator()(T x) const {
    if constexpr (std::is_unsigned_v<T>)
      return x;
    else if constexpr (std::is_integral_v<T>)
      return x < 0 ? negative{}(x) : x;
    else
      return std::abs(x);
  }
};
/// 1 / (1 + exp(-x)) without overflow on either side.
struct sigmoid {
  template <class T>
  auto operator()(T x) const {
    using F = floating_t<T>;
    F const e = math::exp(-std::abs(static_cast<F>(x)));
    return (x >= T(0) ? F(1) : e) / (F(1) + e);
  }
};
struct conj {
  template <class T>
  T operator()(T x) const {
    if constexpr (is_complex<T>)
      return std::conj(x);
    else
      return x;
  }
};
struct real {
  template <class T>
  auto operator()(T x) const {
    if constexpr (is_complex<T>)
      return x.real();
    else
      return x;
  }
};
struct imag {
  template <class T>
  auto operator()(T x) const {
    if constexpr (is_complex<T>)
      return x.imag();
    else
      return T(0);
  }
};
struct where {
  template <class C, class A, class B>
  auto operator()(C condition, A a, B b) const {
    using R = promote_t<A, B>;
    return condition != C(0) ? convert<R>(a) : convert<R>(b);
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

/// |x|: real for complex elements.
template <array_operand E>
auto abs(E const& e) {
  return pantile::apply(functor::abs{}, e);
}
/// 1 / (1 + exp(-x)).
template <array_operand E>
auto sigmoid(E const& e) {
  return pantile::apply(functor::sigmoid{}, e);
}
template <array_operand E>
auto conj(E const& e) {
  return pantile::apply(functor::conj{}, e);
}
template <array_operand E>
auto real(E const& e) {
  return pantile::apply(functor::real{}, e);
}
template <array_operand E>
auto imag(E const& e) {
  return pantile::apply(functor::imag{}, e);
}
/// a where the condition holds, b elsewhere.
template <array_operand C, operand A, operand B>
auto where(C const& condition, A const& a, B const& b) {
  return pantile::apply(functor::where{}, condition, a, b);
}
/// The elements as another type; complex to real is not offered (take real or abs).
template <element To, array_operand E>
requires(is_complex<To> || !is_complex<value_of<E>>) auto cast(E const& e) {
  return pantile::apply(functor::cast<To>{}, e);
}

template <array_operand E>
auto operator-(E const& e) {
  return pantile::apply(functor::negative{}, e);
}
template <array_operand E>
auto operator!(E const& e) {
  return pantile::apply(functor::logical_not{}, e);
}

#define PANTILE_OPERATOR(symbol, name)                                                              \
  template <operand E1, operand E2>                                                                 \
  requires(array_operand<E1> || array_operand<E2>) auto operator symbol(E1 const& a, E2 const& b) { \
    return pantile::apply(functor::name{}, a, b);                                                   \
  }

PANTILE_OPERATOR(+, add)
PANTILE_OPERATOR(-, subtract)
PANTILE_OPERATOR(*, multiply)
PANTILE_OPERATOR(/, divide)
PANTILE_OPERATOR(%, remainder)
PANTILE_OPERATOR(==, equal_to)
PANTILE_OPERATOR(!=, not_equal_to)
PANTILE_OPERATOR(<, less)
PANTILE_OPERATOR(<=, less_equal)
PANTILE_OPERATOR(>, greater)
PANTILE_OPERATOR(>=, greater_equal)
PANTILE_OPERATOR(&&, logical_and)
PANTILE_OPERATOR(||, logical_or)

#undef PANTILE_OPERATOR

}  // namespace pantile
