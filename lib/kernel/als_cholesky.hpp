#pragma once

#include "rank_update.hpp"

#include <cmath>
#include <limits>

/// Cholesky factorisation A = U'U and solution of a few systems at once, on the panel layout of simd.hpp.
/// Blocks are `lanes` rows high. A diagonal block is a chain of dependent divisions; running the chains of
/// several systems side by side hides their latency.
namespace pantile::kernel::detail {

/// Memory of one system of `panels` blocks: the matrix, of which only the upper block triangle is used and
/// which is overwritten by U; the inverses of the diagonal blocks of U', one after the other; and the right
/// hand side, overwritten by the solution.
template <class T>
struct linear_system {
  T* a;
  T* inverse;
  T* b;
};

/// Factors the diagonal block `a` (lanes x lanes, row-major) as U'U, stores U over it (the part below its
/// diagonal is garbage) and the inverse of U' in `inverse`. Clears good[q] unless all pivots of system q are
/// positive and finite. Eliminates without square roots, so that only one division per row is on the critical
/// path.
template <class T, int Systems>
inline void factor_diagonal(const linear_system<T>* systems, index_t a_offset, index_t inverse_offset,
                            bool* good) {
  constexpr int n = lanes<T>;
  vec<T> row[Systems][n], inv[Systems][n], pivot[Systems];
  for (int q = 0; q < Systems; ++q) {
    for (int i = 0; i < n; ++i) {
      row[q][i] = at(systems[q].a + a_offset + i * n);
      inv[q][i] = vec<T>{};
      inv[q][i][i] = 1;
    }
  }
#pragma GCC unroll 16
  for (int j = 0; j < n; ++j) {
    for (int q = 0; q < Systems; ++q) {
      const T d = row[q][j][j];
      const T reciprocal = 1 / d;
      pivot[q][j] = d;
#pragma GCC unroll 16
      for (int i = j + 1; i < n; ++i) {
        const T f = row[q][j][i] * reciprocal;
        row[q][i] -= f * row[q][j];
        inv[q][i] -= f * inv[q][j];
      }
    }
  }
  for (int q = 0; q < Systems; ++q) {
#pragma GCC unroll 16
    for (int i = 0; i < n; ++i) {
      const T d = pivot[q][i];
      good[q] &= d > 0 && d <= std::numeric_limits<T>::max();
      const T scale = 1 / std::sqrt(d);
      at(systems[q].a + a_offset + i * n) = scale * row[q][i];
      at(systems[q].inverse + inverse_offset + i * n) = scale * inv[q][i];
    }
  }
}

/// The block of rows `b` of U right of the diagonal: inverse(U_bb') times what the update left there.
template <class T>
inline void scale_row_block(T* a, const T* inverse, index_t a_stride, index_t b, index_t panels) {
  constexpr int n = lanes<T>;
  const T* w = inverse + b * n * n;
  for (index_t v = b + 1; v < panels; ++v) {
    T* block = a + v * a_stride + b * n * n;
    vec<T> old[n];
    for (int i = 0; i < n; ++i) old[i] = at(block + i * n);
#pragma GCC unroll 16
    for (int i = 0; i < n; ++i) {
      vec<T> sum = w[i * n] * old[0];
#pragma GCC unroll 16
      for (int j = 1; j <= i; ++j) sum += w[i * n + j] * old[j];
      at(block + i * n) = sum;
    }
  }
}

/// Subtracts the finished rows of U from the block of rows `b` (left-looking).
template <class T>
inline void update_row_block(T* a, index_t a_stride, index_t b, index_t panels) {
  constexpr int rows = tile_rows<T>;
  constexpr index_t n = lanes<T>;
  const T* s = a + b * a_stride;
  index_t v = b;
  const auto tiles = [&]<int Rows, int Vectors>() {
    for (int h = 0; h < n; h += Rows) {
      T* dst = a + v * a_stride + (b * n + h) * n;
      update_tile<T, Rows, Vectors, true>(s + h, a + v * a_stride, a_stride, b * n, dst, dst, a_stride);
    }
    v += Vectors;
  };
  while (panels - v >= 5 || panels - v == 3) tiles.template operator()<rows, 3>();
  while (panels - v >= 2) tiles.template operator()<rows, 2>();
  if (panels - v == 1) tiles.template operator()<lanes<T>, 1>();
}

/// Block b of the forward substitution U' z = rhs; z overwrites the right hand side.
template <class T>
inline void forward_block(const linear_system<T>& system, index_t a_stride, index_t b) {
  constexpr int n = lanes<T>;
  const T* panel = system.a + b * a_stride;
  vec<T> sum[4] = {at(system.b + b * n), {}, {}, {}};
  for (index_t i = 0; i < b * n; i += n)
#pragma GCC unroll 16
    for (int l = 0; l < n; ++l) sum[l % 4] -= system.b[i + l] * at(panel + (i + l) * n);
  const vec<T> rest = (sum[0] + sum[1]) + (sum[2] + sum[3]);
  vec<T> product[n];
  for (int i = 0; i < n; ++i) product[i] = at(system.inverse + (b * n + i) * n) * rest;
  at(system.b + b * n) = sum_each<T>(product);
}

/// Block b of the backward substitution U x = z.
template <class T>
inline void backward_block(const linear_system<T>& system, index_t a_stride, index_t b, index_t panels) {
  constexpr int n = lanes<T>;
  vec<T> sum[n] = {};
  for (index_t v = b + 1; v < panels; ++v) {
    const vec<T> x = at(system.b + v * n);
    for (int i = 0; i < n; ++i) sum[i] += at(system.a + v * a_stride + (b * n + i) * n) * x;
  }
  const vec<T> rest = at(system.b + b * n) - sum_each<T>(sum);
  vec<T> x[2] = {};
#pragma GCC unroll 16
  for (int i = 0; i < n; ++i) x[i % 2] += rest[i] * at(system.inverse + (b * n + i) * n);
  at(system.b + b * n) = x[0] + x[1];
}

/// Solves `Systems` systems of `panels` blocks each; good[q] says whether matrix q was positive definite and
/// its solution finite.
template <class T, int Systems>
inline void cholesky_solve(const linear_system<T>* systems, index_t panels, bool* good) {
  constexpr index_t n = lanes<T>;
  const index_t a_stride = panels * n * n;
  for (int q = 0; q < Systems; ++q) good[q] = true;
  for (index_t b = 0; b < panels; ++b) {
    for (int q = 0; q < Systems; ++q) update_row_block(systems[q].a, a_stride, b, panels);
    factor_diagonal<T, Systems>(systems, b * a_stride + b * n * n, b * n * n, good);
    for (int q = 0; q < Systems; ++q) {
      scale_row_block(systems[q].a, systems[q].inverse, a_stride, b, panels);
      forward_block(systems[q], a_stride, b);
    }
  }
  for (index_t b = panels - 1; b >= 0; --b)
    for (int q = 0; q < Systems; ++q) backward_block(systems[q], a_stride, b, panels);
  for (int q = 0; q < Systems; ++q) {
    vec<T> zero{};
    for (index_t i = 0; i < panels * n; i += n) zero += at(systems[q].b + i) * T{0};
    for (int l = 0; l < n; ++l) good[q] &= zero[l] == 0;
  }
}

}  // namespace pantile::kernel::detail
