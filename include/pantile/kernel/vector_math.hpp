#pragma once

#include <cmath>
#include <complex>
#include <features.h>
#include <numbers>

// Elementary functions that vectorise. glibc has vector versions of them in libmvec (at most 4 ulp), which GCC
// calls only under -ffast-math; the declarations below say of the same functions that vector versions exist, so
// that loops marked `omp simd` use them under any flags. Where there are none, and for complex elements, these
// are those of the standard library.
namespace pantile::math {

#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__) && defined(__GLIBC__) && defined(_OPENMP)
#if __GLIBC_PREREQ(2, 35)
#define PANTILE_VECTOR_MATH
#endif
#endif

#ifdef PANTILE_VECTOR_MATH
#define PANTILE_MATH_1(name)                                                                           \
  extern "C" {                                                                                         \
  [[gnu::simd("notinbranch"), gnu::const]] double pantile_##name(double) noexcept __asm__(#name);      \
  [[gnu::simd("notinbranch"), gnu::const]] float pantile_##name##f(float) noexcept __asm__(#name "f"); \
  }                                                                                                    \
  inline double name(double x) { return pantile_##name(x); }                                           \
  inline float name(float x) { return pantile_##name##f(x); }
#define PANTILE_MATH_2(name)                                                                                  \
  extern "C" {                                                                                                \
  [[gnu::simd("notinbranch"), gnu::const]] double pantile_##name(double, double) noexcept __asm__(#name);     \
  [[gnu::simd("notinbranch"), gnu::const]] float pantile_##name##f(float, float) noexcept __asm__(#name "f"); \
  }                                                                                                           \
  inline double name(double x, double y) { return pantile_##name(x, y); }                                     \
  inline float name(float x, float y) { return pantile_##name##f(x, y); }
#else
#define PANTILE_MATH_1(name)                            \
  inline double name(double x) { return std::name(x); } \
  inline float name(float x) { return std::name(x); }
#define PANTILE_MATH_2(name)                                         \
  inline double name(double x, double y) { return std::name(x, y); } \
  inline float name(float x, float y) { return std::name(x, y); }
#endif

PANTILE_MATH_1(exp)
PANTILE_MATH_1(expm1)
PANTILE_MATH_1(log)
PANTILE_MATH_1(log1p)
PANTILE_MATH_1(log2)
PANTILE_MATH_1(log10)
PANTILE_MATH_1(sin)
PANTILE_MATH_1(cos)
PANTILE_MATH_1(tan)
PANTILE_MATH_1(asin)
PANTILE_MATH_1(acos)
PANTILE_MATH_1(atan)
PANTILE_MATH_1(sinh)
PANTILE_MATH_1(cosh)
PANTILE_MATH_1(tanh)
PANTILE_MATH_1(asinh)
PANTILE_MATH_1(acosh)
PANTILE_MATH_1(atanh)
PANTILE_MATH_1(exp2)
PANTILE_MATH_1(cbrt)
PANTILE_MATH_2(pow)
PANTILE_MATH_2(hypot)
PANTILE_MATH_2(atan2)

#undef PANTILE_MATH_1
#undef PANTILE_MATH_2

// Complex elements.
template <class T>
auto exp(std::complex<T> x) {
  return std::exp(x);
}
template <class T>
auto log(std::complex<T> x) {
  return std::log(x);
}
template <class T>
auto log10(std::complex<T> x) {
  return std::log10(x);
}
template <class T>
auto sin(std::complex<T> x) {
  return std::sin(x);
}
template <class T>
auto cos(std::complex<T> x) {
  return std::cos(x);
}
template <class T>
auto tan(std::complex<T> x) {
  return std::tan(x);
}
template <class T>
auto asin(std::complex<T> x) {
  return std::asin(x);
}
template <class T>
auto acos(std::complex<T> x) {
  return std::acos(x);
}
template <class T>
auto atan(std::complex<T> x) {
  return std::atan(x);
}
template <class T>
auto sinh(std::complex<T> x) {
  return std::sinh(x);
}
template <class T>
auto cosh(std::complex<T> x) {
  return std::cosh(x);
}
template <class T>
auto tanh(std::complex<T> x) {
  return std::tanh(x);
}
template <class T>
auto asinh(std::complex<T> x) {
  return std::asinh(x);
}
template <class T>
auto acosh(std::complex<T> x) {
  return std::acosh(x);
}
template <class T>
auto atanh(std::complex<T> x) {
  return std::atanh(x);
}
/// 2 to the power of x. The angle is carried in two numbers: large ones cost no digits.
template <class T>
auto exp2(std::complex<T> x) {
  T const a = x.real(), b = x.imag();
  if (b == 0) return std::complex<T>(std::exp2(a), b);
  if (!std::isfinite(a) || !std::isfinite(b)) return std::exp(x * std::numbers::ln2_v<T>);
  constexpr T high = std::numbers::ln2_v<T>;  // ln 2 = high + low
  constexpr T low =
      static_cast<T>(sizeof(T) == sizeof(float) ? -1.904654299957767e-09 : 2.319046813846299558e-17);
  T const angle = b * high, rest = std::fma(b, high, -angle) + b * low;
  T const half = std::exp2(a / 2);  // the whole may overflow where the result does not
  T const s = std::sin(angle), c = std::cos(angle), small_s = std::sin(rest), small_c = std::cos(rest);
  return std::complex<T>(half * (c * small_c - s * small_s) * half, half * (s * small_c + c * small_s) * half);
}
template <class T>
auto log2(std::complex<T> x) {
  return std::log(x) * std::numbers::log2e_v<T>;
}
/// exp(x) - 1, exact in its leading digits near 0: with x = a + ib its real part is expm1(a) cos(b) - (1 -
/// cos(b)).
template <class T>
auto expm1(std::complex<T> x) {
  T const half = std::sin(x.imag() / 2);
  return std::complex<T>(std::expm1(x.real()) * std::cos(x.imag()) - 2 * half * half,
                         std::exp(x.real()) * std::sin(x.imag()));
}
/// log(1 + x), accurate relative to |log(1 + x)| also near 0: with x = a + ib its real part is log1p(2a + a^2 +
/// b^2) / 2.
template <class T>
auto log1p(std::complex<T> x) {
  T const a = x.real(), b = x.imag();
  T const modulus = std::abs(a) < T(0.5) && std::abs(b) < T(0.5) ? std::log1p(a * (2 + a) + b * b) / 2
                                                                 : std::log(std::complex<T>(a + 1, b)).real();
  return std::complex<T>(modulus, std::atan2(b, a + 1));
}
/// 0 to the power of 0 is 1, as in NumPy and as for real numbers; std::pow has NaN there.
template <class T>
auto pow(std::complex<T> x, std::complex<T> y) {
  return y == T(0) ? std::complex<T>(1) : std::pow(x, y);
}

}  // namespace pantile::math
