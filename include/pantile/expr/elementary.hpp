#pragma once

#include <pantile/expr/detail/function_macros.hpp>
#include <pantile/kernel/convert.hpp>
#include <pantile/kernel/fused.hpp>
#include <pantile/kernel/sine.hpp>
#include <pantile/kernel/vector_math.hpp>

#include <cmath>
#include <numbers>

// Elementary functions: of integers they compute as double; those that have complex values have complex
// arguments too.
namespace pantile {

namespace functor {
using kernel::convert;

/// log(exp(a) + exp(b)) without overflow.
template <class R>
R log_add_exp(R a, R b) {
  if (a == b) return a + std::numbers::ln2_v<R>;  // infinities among them, whose difference is NaN
  return (a > b ? a : b) + math::log1p(math::exp(-std::abs(a - b)));
}
/// The cube root, after one step of Newton's: glibc's own, scalar and vector, gives 3.0000000000000004 for 27.
template <class F>
F cube_root(F x) {
  F const root = math::cbrt(x), squared = root * root;
  F const error = (squared * root - x) / (3 * squared);
  return std::isfinite(error) ? root - error : root;  // not for 0, infinities and NaN
}
/// 1 / (1 + exp(-x)) without overflow on either side.
template <class F>
F logistic(F x) {
  F const e = math::exp(-std::abs(x));
  return (x >= F(0) ? F(1) : e) / (F(1) + e);
}
}  // namespace functor

/// Roots; NaN of negative numbers for sqrt. cbrt is for real numbers.
PANTILE_UNARY(sqrt, std::sqrt(static_cast<floating_t<T>>(x)))
PANTILE_UNARY(cbrt, cube_root(static_cast<floating_t<T>>(x)))
/// Exponentials and logarithms; expm1(x) is exp(x) - 1 and log1p(x) is log(1 + x), exact for small x.
PANTILE_UNARY(exp, math::exp(static_cast<floating_t<T>>(x)))
PANTILE_UNARY(exp2, math::exp2(static_cast<floating_t<T>>(x)))
PANTILE_UNARY(expm1, math::expm1(static_cast<floating_t<T>>(x)))
PANTILE_UNARY(log, math::log(static_cast<floating_t<T>>(x)))
PANTILE_UNARY(log1p, math::log1p(static_cast<floating_t<T>>(x)))
PANTILE_UNARY(log2, math::log2(static_cast<floating_t<T>>(x)))
PANTILE_UNARY(log10, math::log10(static_cast<floating_t<T>>(x)))
/// Trigonometric and hyperbolic functions and their inverses, in radians; NaN outside of their domains.
PANTILE_UNARY(sin, math::sin(static_cast<floating_t<T>>(x)))
PANTILE_UNARY(cos, math::cos(static_cast<floating_t<T>>(x)))
PANTILE_UNARY(tan, math::tan(static_cast<floating_t<T>>(x)))
PANTILE_UNARY(asin, math::asin(static_cast<floating_t<T>>(x)))
PANTILE_UNARY(acos, math::acos(static_cast<floating_t<T>>(x)))
PANTILE_UNARY(atan, math::atan(static_cast<floating_t<T>>(x)))
PANTILE_UNARY(sinh, math::sinh(static_cast<floating_t<T>>(x)))
PANTILE_UNARY(cosh, math::cosh(static_cast<floating_t<T>>(x)))
PANTILE_UNARY(tanh, math::tanh(static_cast<floating_t<T>>(x)))
PANTILE_UNARY(asinh, math::asinh(static_cast<floating_t<T>>(x)))
PANTILE_UNARY(acosh, math::acosh(static_cast<floating_t<T>>(x)))
PANTILE_UNARY(atanh, math::atanh(static_cast<floating_t<T>>(x)))
/// 1 / (1 + exp(-x)), without overflow.
PANTILE_UNARY(sigmoid, logistic(static_cast<floating_t<T>>(x)))
/// Degrees in radians, and back.
PANTILE_UNARY(deg2rad, static_cast<floating_t<T>>(x) * (std::numbers::pi_v<floating_t<T>> / 180))
PANTILE_UNARY(rad2deg, static_cast<floating_t<T>>(x) * (180 / std::numbers::pi_v<floating_t<T>>))

/// To a whole number: down, up, to the nearest (halves to the even one, as in NumPy), towards 0. Integers
/// become double.
PANTILE_UNARY(floor, std::floor(static_cast<floating_t<T>>(x)))
PANTILE_UNARY(ceil, std::ceil(static_cast<floating_t<T>>(x)))
PANTILE_UNARY(round, std::nearbyint(static_cast<floating_t<T>>(x)))
PANTILE_UNARY(trunc, std::trunc(static_cast<floating_t<T>>(x)))

/// a to the power of b; integers compute as double. NaN for a negative base and a power that is not whole.
PANTILE_BINARY(pow, math::pow(static_cast<floating_t<R>>(a), static_cast<floating_t<R>>(b)))
/// sqrt(a^2 + b^2) without overflow, and the angle of the point (b, a) in [-pi, pi].
PANTILE_BINARY(hypot, math::hypot(static_cast<floating_t<R>>(a), static_cast<floating_t<R>>(b)))
PANTILE_BINARY(atan2, math::atan2(static_cast<floating_t<R>>(a), static_cast<floating_t<R>>(b)))
/// log(exp(a) + exp(b)) without overflow.
PANTILE_BINARY(logaddexp, log_add_exp(static_cast<floating_t<R>>(a), static_cast<floating_t<R>>(b)))
/// |a| with the sign of b, and the number next to a in the direction of b.
PANTILE_BINARY(copysign, std::copysign(static_cast<floating_t<R>>(a), static_cast<floating_t<R>>(b)))
PANTILE_BINARY(nextafter, std::nextafter(static_cast<floating_t<R>>(a), static_cast<floating_t<R>>(b)))

namespace kernel {
template <>
inline constexpr stretch_function_type stretch_function<functor::sin, double> = &sine;
template <>
inline constexpr stretch_function_type stretch_function<functor::cos, double> = &cosine;
}  // namespace kernel

}  // namespace pantile

#include <pantile/expr/detail/undefine_macros.hpp>
