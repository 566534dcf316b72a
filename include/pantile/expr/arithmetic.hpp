#pragma once

#include <pantile/expr/detail/function_macros.hpp>
#include <pantile/kernel/convert.hpp>
#include <pantile/kernel/domain.hpp>

#include <cmath>
#include <complex>
#include <limits>

// Arithmetic. Integers wrap; bool + bool is "or", bool * bool is "and", as in NumPy.
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
    static_assert(!std::is_same_v<R, bool>, "bool has no difference, as in NumPy: take a ^ b or logical_xor");
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
struct negative {
  template <class T>
  T operator()(T x) const {
    static_assert(!std::is_same_v<T, bool>, "bool has no negative, as in NumPy: take !x");
    return static_cast<T>(-wrapping(x));
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

/// Divisions of integers may fail.
struct may_divide_integers {
  template <class... Ts>
  static constexpr bool may_fail = std::is_integral_v<promote_all_t<Ts...>>;
};

struct divide : may_divide_integers {
  template <class A, class B>
  auto operator()(A a, B b) const {
    using R = promote_t<A, B>;
    if constexpr (std::is_integral_v<R>)
      return divide_integers<false>(convert<R>(a), convert<R>(b));
    else
      return convert<R>(a) / convert<R>(b);
  }
};
struct fmod : may_divide_integers {
  template <class A, class B>
  auto operator()(A a, B b) const {
    using R = promote_t<A, B>;
    if constexpr (std::is_integral_v<R>)
      return divide_integers<true>(convert<R>(a), convert<R>(b));
    else
      return std::fmod(convert<R>(a), convert<R>(b));
  }
};
struct remainder : may_divide_integers {
  template <class A, class B>
  auto operator()(A a, B b) const {
    using R = promote_t<A, B>;
    auto const divisor = convert<R>(b);
    R rest = fmod{}(convert<R>(a), divisor);
    if (rest != R(0)) {  // NaN among them: neither comparison holds
      if ((rest < R(0)) != (divisor < R(0))) rest = static_cast<R>(rest + divisor);
    } else if constexpr (std::is_floating_point_v<R>) {
      rest = std::copysign(R(0), divisor);
    }
    return rest;
  }
};
struct floor_divide : may_divide_integers {
  template <class A, class B>
  auto operator()(A a, B b) const {
    using R = promote_t<A, B>;
    R const x = convert<R>(a), y = convert<R>(b);
    if constexpr (std::is_integral_v<R>) {
      R const quotient = divide_integers<false>(x, y);
      if constexpr (std::is_signed_v<R>) {
        bool const exact = y == 0 || static_cast<R>(wrapping(quotient) * wrapping(y)) == x;
        if (!exact && (x < 0) != (y < 0)) return static_cast<R>(quotient - 1);
      }
      return quotient;
    } else {
      // As Python divides floats: the remainder is exact, so x - rest is nearly a multiple of y.
      if (y == R(0)) return x / y;
      R const rest = std::fmod(x, y);
      R quotient = (x - rest) / y;
      if (rest != R(0) && (rest < R(0)) != (y < R(0))) quotient -= R(1);
      if (quotient == R(0)) return std::copysign(R(0), x / y);
      R const below = std::floor(quotient);
      return quotient - below > R(0.5) ? below + R(1) : below;
    }
  }
};
struct reciprocal : may_divide_integers {
  template <class T>
  T operator()(T x) const {
    return divide{}(T(1), x);
  }
};

struct fma {
  template <class A, class B, class C>
  auto operator()(A a, B b, C c) const {
    using R = promote_all_t<A, B, C>;
    if constexpr (std::is_floating_point_v<R>)
      return std::fma(convert<R>(a), convert<R>(b), convert<R>(c));
    else
      return add{}(multiply{}(convert<R>(a), convert<R>(b)), convert<R>(c));
  }
};
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
struct sign {
  template <class T>
  T operator()(T x) const {
    static_assert(!std::is_same_v<T, bool>, "bool has no sign, as in NumPy");
    if constexpr (is_complex<T>) {
      using Real = real_t<T>;
      Real const size = std::abs(x);
      if (size == Real(0)) return T(0);
      if (!std::isinf(size)) return T(x.real() / size, x.imag() / size);
      if (std::isfinite(x.real()) && std::isfinite(x.imag())) return (*this)(x * Real(0.25));
      // One infinite part decides; two leave the direction open, and so does a NaN beside one.
      auto const towards = [](Real part) {
        return std::isinf(part) ? std::copysign(Real(1), part) : part - part;
      };
      T const z(towards(x.real()), towards(x.imag()));
      Real const nan = std::numeric_limits<Real>::quiet_NaN();
      return z.real() * z.imag() == Real(0) ? z : T(nan, nan);
    } else {
      if (x != x) return x;
      return static_cast<T>((x > T(0)) - (x < T(0)));
    }
  }
};

}  // namespace functor

/// -x; integers wrap, bool has none.
PANTILE_UNARY_FUNCTION(negative)
/// 1 / x; integers truncate, and 1 / 0 of them is a domain_error.
PANTILE_UNARY_FUNCTION(reciprocal)
/// |x|: real for complex elements.
PANTILE_UNARY_FUNCTION(abs)
/// -1, 0 or 1; NaN stays; x / |x| for complex elements, 0 for 0.
PANTILE_UNARY_FUNCTION(sign)
/// The largest whole number not above a / b, as NumPy's `//`: floor_divide(-7, 2) is -4 where -7 / 2 is -3.
/// Integers: domain_error for a division by zero; floats: inf or NaN.
PANTILE_BINARY_FUNCTION(floor_divide)
/// a - floor_divide(a, b) * b, as NumPy's `%`: it has the sign of b. (The operator % is C++'s and has the sign
/// of a: see fmod.) Integers: domain_error for a division by zero; floats: NaN.
PANTILE_BINARY_FUNCTION(remainder)
/// What the operator % gives: the remainder of the division that truncates; it has the sign of a. Integers:
/// domain_error for a division by zero; floats: NaN.
PANTILE_BINARY_FUNCTION(fmod)
/// a * b + c; rounded once for real elements.
template <operand A, operand B, operand C>
requires(array_operand<A> || array_operand<B> || array_operand<C>) auto fma(A const& a, B const& b,
                                                                            C const& c) {
  return pantile::apply(functor::fma{}, a, b, c);
}

/// The elements as they are.
PANTILE_UNARY(positive, x)
/// x * x: of complex numbers the square, not that of the modulus.
PANTILE_UNARY(square, multiply{}(x, x))

/// The operators of one operand: negative and positive.
PANTILE_UNARY_OPERATOR(-, negative)
PANTILE_UNARY_OPERATOR(+, positive)

/// The operators of two operands, one of them an array or an expression; numbers take the array's element type
/// where that holds their kind. Integers wrap; `/` and `%` of integers truncate as in C++ and throw
/// domain_error for a division by zero; bool adds as "or", multiplies as "and" and does not subtract.
/// `+=` and its like assign what the operator gives.
PANTILE_ASSIGNING_OPERATOR(+, add)
PANTILE_ASSIGNING_OPERATOR(-, subtract)
PANTILE_ASSIGNING_OPERATOR(*, multiply)
PANTILE_ASSIGNING_OPERATOR(/, divide)
PANTILE_ASSIGNING_OPERATOR(%, fmod)

}  // namespace pantile

#include <pantile/expr/detail/undefine_macros.hpp>
