#pragma once

#include <pantile/expr/detail/function_macros.hpp>
#include <pantile/kernel/vector_math.hpp>

#include <complex>

// Parts of complex numbers; real numbers are their own real parts.
namespace pantile {

namespace functor {

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
struct angle {
  template <class T>
  auto operator()(T x) const {
    using F = floating_t<real_t<T>>;
    return math::atan2(static_cast<F>(imag{}(x)), static_cast<F>(real{}(x)));
  }
};

}  // namespace functor

/// The conjugate and the parts; of real numbers the number itself and 0.
PANTILE_UNARY_FUNCTION(conj)
PANTILE_UNARY_FUNCTION(real)
PANTILE_UNARY_FUNCTION(imag)
/// The angle with the positive real axis, in [-pi, pi]; of real numbers 0 or pi.
PANTILE_UNARY_FUNCTION(angle)

}  // namespace pantile

#include <pantile/expr/detail/undefine_macros.hpp>
