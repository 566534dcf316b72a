#pragma once

#include "simd.hpp"

/// The rank update A += S' P of an upper triangle, in register tiles, on the panel layout of simd.hpp.
namespace pantile::kernel::detail {

/// What there is to do meanwhile.
struct nothing {
  void operator()() const {}
};

/// Rows of a register tile. 4 x 3 vectors fill sixteen registers with 12 sums, 3 vectors and one broadcast, and
/// hide the latency of two multiply-add units; 8 x 3 does the same for thirty-two registers.
template <class T>
inline constexpr int tile_rows = max_tile_rows < lanes<T> ? max_tile_rows : lanes<T>;
inline constexpr int tile_vectors = 3;

/// dst = src +- s' p for Rows rows and Vectors panels: s is the first of Rows neighbouring lanes of a panel, p
/// the first panel on the vector side; both hold n vectors, and the panels of p are `p_stride` elements apart.
/// src and dst point at the first row in the first panel of A, whose panels are `a_stride` elements apart.
template <class T, int Rows, int Vectors, bool Subtract, class Meanwhile = nothing>
inline void update_tile(const T* s, const T* p, index_t p_stride, index_t n, const T* src, T* dst,
                        index_t a_stride, Meanwhile&& meanwhile = {}) {
  vec<T> sum[Rows][Vectors];
  for (int r = 0; r < Rows; ++r)
    for (int v = 0; v < Vectors; ++v) sum[r][v] = at(src + v * a_stride + r * lanes<T>);
  for (index_t e = 0; e < n * lanes<T>; e += lanes<T>) {
    vec<T> y[Vectors];
    for (int v = 0; v < Vectors; ++v) y[v] = load_once(p + v * p_stride + e);
    meanwhile();
#pragma GCC unroll 16
    for (int r = 0; r < Rows; ++r) {
      const T f = s[e + r];
      for (int v = 0; v < Vectors; ++v) {
        if constexpr (Subtract)
          sum[r][v] -= f * y[v];
        else
          sum[r][v] += f * y[v];
      }
    }
  }
  for (int r = 0; r < Rows; ++r)
    for (int v = 0; v < Vectors; ++v) at(dst + v * a_stride + r * lanes<T>) = sum[r][v];
}

/// Two tiles in one, so that the steps of the diagonal fill the registers as well: Rows rows by two panels
/// (s, src, dst as above) and, one block of rows further down, Rows rows by the second of these panels only.
template <class T, int Rows, class Meanwhile>
inline void update_step(const T* s, const T* s2, const T* p, index_t p_stride, index_t n, const T* src, T* dst,
                        index_t a_stride, Meanwhile&& meanwhile) {
  constexpr int down = lanes<T> * lanes<T>;
  vec<T> sum[Rows][3];
  for (int r = 0; r < Rows; ++r) {
    for (int v = 0; v < 2; ++v) sum[r][v] = at(src + v * a_stride + r * lanes<T>);
    sum[r][2] = at(src + a_stride + down + r * lanes<T>);
  }
  for (index_t e = 0; e < n * lanes<T>; e += lanes<T>) {
    const vec<T> y0 = load_once(p + e), y1 = load_once(p + p_stride + e);
    meanwhile();
#pragma GCC unroll 16
    for (int r = 0; r < Rows; ++r) {
      sum[r][0] += s[e + r] * y0;
      sum[r][1] += s[e + r] * y1;
      sum[r][2] += s2[e + r] * y1;
    }
  }
  for (int r = 0; r < Rows; ++r) {
    for (int v = 0; v < 2; ++v) at(dst + v * a_stride + r * lanes<T>) = sum[r][v];
    at(dst + a_stride + down + r * lanes<T>) = sum[r][2];
  }
}

/// Upper block triangle of dst = src + s' p: p and s are n x (panels * lanes) with panels `stride` elements
/// apart, src and dst square. `between` is called after tiles, `meanwhile` in every step of one: they have the
/// time to prefetch. Panels of the vector side are the outer loop, so that three of them stay in the
/// first-level cache.
template <class T, class Between, class Meanwhile = nothing>
inline void rank_update(const T* s, const T* p, index_t stride, index_t n, const T* src, T* dst, index_t panels,
                        Between&& between, Meanwhile&& meanwhile = {}) {
  constexpr index_t block = lanes<T> * lanes<T>;
  constexpr int rows = tile_rows<T>;
  const index_t a_stride = panels * block;
  const auto step = [&](index_t b) {
    const index_t a = b * a_stride + b * block;
    for (int h = 0; h < lanes<T>; h += rows) {
      update_step<T, rows>(s + b * stride + h, s + (b + 1) * stride + h, p + b * stride, stride, n,
                           src + a + h * lanes<T>, dst + a + h * lanes<T>, a_stride, meanwhile);
      between();
    }
  };
  const index_t first = panels % tile_vectors;
  if (first == 1) update_tile<T, lanes<T>, 1, false>(s, p, stride, n, src, dst, a_stride, meanwhile);
  if (first == 2) step(0);
  for (index_t v = first; v < panels; v += tile_vectors) {
    for (index_t i = 0; i < (v + 1) * lanes<T>; i += rows) {
      const index_t a = v * a_stride + i * lanes<T>;
      update_tile<T, rows, tile_vectors, false>(s + i / lanes<T> * stride + i % lanes<T>, p + v * stride,
                                                stride, n, src + a, dst + a, a_stride, meanwhile);
      between();
    }
    step(v + 1);
  }
}

}  // namespace pantile::kernel::detail
