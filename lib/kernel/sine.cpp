#include "simd.hpp"

#include <pantile/kernel/sine.hpp>
#include <pantile/kernel/vector_math.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>

namespace pantile::kernel {

#ifdef __FP_FAST_FMA
namespace {

using reals = detail::vec<double>;
using words = detail::simd<double>::mask;

constexpr double greatest = 0x1p30;

words bits_of(reals x) { return reinterpret_cast<words>(x); }
reals from_bits(words x) { return reinterpret_cast<reals>(x); }
reals magnitude(reals x) { return from_bits(bits_of(x) & std::numeric_limits<std::int64_t>::max()); }

/// Several vectors at a time, step by step: each step of one waits for the one before.
constexpr int V = 4;
struct several {
  reals v[V];
  reals& operator[](std::size_t i) { return v[i]; }
};
template <class Step>
[[gnu::always_inline]] inline void each(Step step) {
#pragma GCC unroll 4
  for (std::size_t v = 0; v < V; ++v) step(v);
}

/// sin(x) for Shift = 0, cos(x) for 1. The argument is reduced to [-pi/2, pi/2] by pi in three parts (Cody and
/// Waite): with fused multiply-adds the first difference is exact. The polynomial interpolates (sin(r) / r - 1)
/// / r^2 at Chebyshev's nodes; its error is a sixth of a unit in the last place.
template <int Shift>
[[gnu::always_inline]] inline void sines_of(several& x) {
  constexpr double magic = 0x1.8p52;  // its last bits count units
  static constexpr double coefficients[] = {
      -7.643970233520291e-13,  1.6058977310482129e-10, -2.5052107616965613e-08, 2.7557319219162993e-06,
      -0.00019841269841254974, 0.008333333333333316,   -0.16666666666666666};
  several whole, n, r, z, p;
  each([&](std::size_t v) {
    whole[v] = (Shift == 0 ? x[v] * 0x1.45f306dc9c883p-2 : x[v] * 0x1.45f306dc9c883p-2 - 0.5) + magic;
  });
  each([&](std::size_t v) { n[v] = Shift == 0 ? whole[v] - magic : whole[v] - magic + 0.5; });
  each([&](std::size_t v) { r[v] = x[v] - n[v] * 0x1.921fb54442d18p+1; });
  each([&](std::size_t v) { r[v] = r[v] - n[v] * 0x1.1a62633145c07p-53; });
  each([&](std::size_t v) { r[v] = r[v] - n[v] * -0x1.f1976b7ed8fbcp-109; });
  each([&](std::size_t v) { z[v] = r[v] * r[v]; });
  each([&](std::size_t v) { p[v] = z[v] * 2.7314439779805667e-15 + coefficients[0]; });
#pragma GCC unroll 6
  for (int k = 1; k < 7; ++k) each([&](std::size_t v) { p[v] = z[v] * p[v] + coefficients[k]; });
  each([&](std::size_t v) { z[v] = z[v] * r[v]; });
  each([&](std::size_t v) { r[v] = r[v] + z[v] * p[v]; });
  each([&](std::size_t v) {
    reals const s =
        from_bits(bits_of(r[v]) ^ ((bits_of(whole[v]) + Shift) << 63));  // odd multiples change the sign
    x[v] = Shift == 0 ? (x[v] == 0 ? x[v] : s) : s;                      // zeros keep theirs
  });
}

bool any(words w) {
  std::int64_t all = 0;
  for (int l = 0; l < detail::lanes<double>; ++l) all |= w[l];
  return all != 0;
}

template <int Shift>
double standard(double x) {
  return Shift == 0 ? std::sin(x) : std::cos(x);
}

constexpr index_t group = V * detail::lanes<double>;

/// At most a group of numbers, of which some may be too large.
template <int Shift>
void sines_of_some(double* x, index_t n) {
  alignas(64) std::array<double, group> in{};
  std::copy_n(x, n, in.begin());
  for (double& e : in)
    if (!(std::abs(e) <= greatest)) e = 0;
  several s;
  std::memcpy(&s, &in, sizeof s);
  sines_of<Shift>(s);
  std::memcpy(&in, &s, sizeof s);
  for (index_t i = 0; i < n; ++i)
    x[i] = std::abs(x[i]) <= greatest ? in[static_cast<std::size_t>(i)] : standard<Shift>(x[i]);
}

template <int Shift>
void sines(double* x, index_t n) noexcept {
  index_t i = 0;
  for (; i + group <= n; i += group) {
    several s;
    words large{};
    each([&](std::size_t v) {
      s[v] = detail::load_unaligned(x + i + static_cast<index_t>(v) * detail::lanes<double>);
    });
    each([&](std::size_t v) { large |= !(magnitude(s[v]) <= greatest); });
    if (any(large)) {
      sines_of_some<Shift>(x + i, group);
      continue;
    }
    sines_of<Shift>(s);
    each([&](std::size_t v) {
      detail::store_unaligned(x + i + static_cast<index_t>(v) * detail::lanes<double>, s[v]);
    });
  }
  if (i < n) sines_of_some<Shift>(x + i, n - i);
}

}  // namespace

void sine(double* x, index_t n) noexcept { sines<0>(x, n); }
void cosine(double* x, index_t n) noexcept { sines<1>(x, n); }
#else
namespace {

/// f of groups of eight numbers: the last ones, too, so that all go by the same way.
template <class Eight>
void by_eight(double* x, index_t n, Eight f) {
  index_t i = 0;
  for (; i + 8 <= n; i += 8) f(x + i);
  if (i == n) return;
  double rest[8] = {};
  std::copy_n(x + i, n - i, rest);
  f(rest);
  std::copy_n(rest, n - i, x + i);
}

}  // namespace

void sine(double* x, index_t n) noexcept {
  by_eight(x, n, [](double* eight) {
#pragma omp simd
    for (int l = 0; l < 8; ++l) eight[l] = math::sin(eight[l]);
  });
}
void cosine(double* x, index_t n) noexcept {
  by_eight(x, n, [](double* eight) {
#pragma omp simd
    for (int l = 0; l < 8; ++l) eight[l] = math::cos(eight[l]);
  });
}
#endif

}  // namespace pantile::kernel
