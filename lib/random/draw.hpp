#pragma once

#include <pantile/base/types.hpp>

#include <Random123/philox.h>

#include <bit>
#include <cmath>
#include <cstdint>

// Everything here is made of integer arithmetic and of additions, products, fused multiply-adds, divisions and
// square roots, each of them correctly rounded and none left to the compiler to fuse or not. So a number does
// not depend on the machine's mathematical library, on vector width, on the place in a loop or on compiler
// options.
namespace pantile::random::detail {

/// 128 random bits.
struct words {
  std::uint64_t first;
  std::uint64_t second;
};

inline words draw(std::uint64_t seed, std::uint64_t stream, std::uint64_t counter) {
  auto const low = [](std::uint64_t w) { return static_cast<std::uint32_t>(w); };
  auto const high = [](std::uint64_t w) { return static_cast<std::uint32_t>(w >> 32); };
  philox4x32_ctr_t const place = {{low(counter), high(counter), low(stream), high(stream)}};
  philox4x32_key_t const key = {{low(seed), high(seed)}};
  philox4x32_ctr_t const out = philox4x32_R(10, place, key);
  return {out.v[0] | std::uint64_t{out.v[1]} << 32, out.v[2] | std::uint64_t{out.v[3]} << 32};
}

/// [0, 1) in steps of 2^-53 or, for float, 2^-24: the upper bits, as a signed number because these convert in
/// vectors.
template <class Real>
Real unit(std::uint64_t word) {
  constexpr int digits = sizeof(Real) == 8 ? 53 : 24;
  constexpr Real step = Real(1) / static_cast<Real>(std::int64_t{1} << digits);
  return static_cast<Real>(static_cast<std::int64_t>(word >> (64 - digits))) * step;
}

/// p(z) for coefficients from the highest power down.
template <std::size_t N>
double horner(double z, double const (&coefficients)[N]) {
  double sum = coefficients[0];
  for (std::size_t i = 1; i < N; ++i) sum = std::fma(sum, z, coefficients[i]);
  return sum;
}

/// The natural logarithm of a normal x > 0: x = 2^e m with m in [sqrt(1/2), sqrt(2)), log m = 2 artanh(s) with
/// s = (m - 1) / (m + 1), |s| < 0.1716, as a power series.
inline double logarithm(double x) {
  constexpr double ln2 = 0x1.62e42fefa39efp-1;
  constexpr double series[] = {2. / 21, 2. / 19, 2. / 17, 2. / 15, 2. / 13,
                               2. / 11, 2. / 9,  2. / 7,  2. / 5,  2. / 3};
  constexpr std::uint64_t sqrt_half = 0x3fe6a09e667f3bcdULL, exponent_bits = 0xfff0000000000000ULL;
  auto const bits = std::bit_cast<std::uint64_t>(x);
  std::uint64_t const exponent = (bits - sqrt_half) & exponent_bits;
  double const m = std::bit_cast<double>(bits - exponent);
  double const s = (m - 1) / (m + 1), z = s * s;
  double const log_m = std::fma(s * z, horner(z, series), 2 * s);
  // The exponent as a double without converting an integer: the bits of 2^52, with e + 1023 as the last ones.
  constexpr std::uint64_t bias = 1023, anchor = 0x4330000000000000ULL;
  double const e = std::bit_cast<double>(anchor | (exponent + (bias << 52)) >> 52) - (0x1p52 + 1023);
  return std::fma(e, ln2, log_m);
}

struct circle_point {
  double cosine;
  double sine;
};

/// cos and sin of 2 pi turns, turns in [0, 1): the nearest quarter turn is taken off exactly, the rest, at most
/// pi / 4, goes through the Taylor series.
inline circle_point on_circle(double turns) {
  constexpr double half_pi = 0x1.921fb54442d18p0, anchor = 0x1.8p52;
  constexpr double sine_series[] = {
      1. / 355687428096000., -1. / 1307674368000., 1. / 6227020800., -1. / 39916800.,
      1. / 362880.,          -1. / 5040.,          1. / 120.,        -1. / 6.};
  constexpr double cosine_series[] = {1. / 20922789888000., -1. / 87178291200., 1. / 479001600., -1. / 3628800.,
                                      1. / 40320.,          -1. / 720.,         1. / 24.,        -1. / 2.};
  double const quarters = 4 * turns, shifted = quarters + anchor, nearest = shifted - anchor;
  auto const quadrant = std::bit_cast<std::uint64_t>(shifted);
  double const angle = (quarters - nearest) * half_pi, z = angle * angle;
  double const sine = std::fma(angle * z, horner(z, sine_series), angle);
  double const cosine = std::fma(z, horner(z, cosine_series), 1.);
  bool const swapped = (quadrant & 1) != 0;
  double const c = swapped ? sine : cosine, s = swapped ? cosine : sine;
  auto const signed_as = [](double v, std::uint64_t negative) {
    return std::bit_cast<double>(std::bit_cast<std::uint64_t>(v) ^ negative << 63);
  };
  return {signed_as(c, ((quadrant + 1) >> 1) & 1), signed_as(s, (quadrant >> 1) & 1)};
}

/// Two independent standard normal numbers (Box and Muller 1958).
inline circle_point normal_pair(words w) {
  double const radius = std::sqrt(-2 * logarithm(1 - unit<double>(w.first)));
  circle_point const direction = on_circle(unit<double>(w.second));
  return {radius * direction.cosine, radius * direction.sine};
}

}  // namespace pantile::random::detail
