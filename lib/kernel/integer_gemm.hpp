#pragma once

#include "simd.hpp"

#include <pantile/kernel/matrix.hpp>

#include <algorithm>
#include <type_traits>

namespace pantile::kernel::detail {

/// c += alpha a . b for integers, which wrap: in register tiles, on blocks of b that are packed to stay in
/// cache.
template <class T>
class integer_product {
 public:
  integer_product(index_t n, index_t k, matrix_view<T> a, matrix_view<T> b, T* c, index_t ldc, T alpha)
      : n_(n), k_(k), a_(a), b_(b), c_(c), ldc_(ldc), alpha_(static_cast<U>(alpha)) {}

  /// Adds the rows [begin, end).
  void add_rows(index_t begin, index_t end) const {
    if (end - begin < tile_rows || n_ < lanes<U>) return add_thin_rows(begin, end);
    buffer<U> rows(block_rows * depth), columns(depth * width);
    for (index_t l = 0; l < k_; l += depth) {
      index_t const deep = std::min(depth, k_ - l);
      for (index_t i = begin; i < end; i += block_rows) {
        index_t const high = std::min(block_rows, end - i);
        pack_rows(i, high, l, deep, rows.get());
        for (index_t j = 0; j < n_; j += width) {
          index_t const wide = std::min(width, n_ - j);
          pack_columns(l, deep, j, wide, columns.get());
          for (index_t r = 0; r < high; r += tile_rows)
            add_tile(rows.get() + r * deep, columns.get(), deep, i + r, std::min(tile_rows, high - r), j, wide);
        }
      }
    }
  }

 private:
  using U = std::make_unsigned_t<T>;
  static constexpr index_t tile_rows = 4, vectors = 4, width = vectors * lanes<U>, depth = 256,
                           block_rows = 256;

  /// Where tiles would be mostly empty.
  void add_thin_rows(index_t begin, index_t end) const {
    for (index_t i = begin; i < end; ++i) {
      T* const row = c_ + i * ldc_;
      for (index_t l = 0; l < k_; ++l) {
        U const x = static_cast<U>(alpha_ * element(a_, i, l));
        for (index_t j = 0; j < n_; ++j)
          row[j] = static_cast<T>(static_cast<U>(row[j]) + x * element(b_, l, j));
      }
    }
  }

  /// Tiles of rows, each column by column, times alpha; zeros where there are no more rows.
  void pack_rows(index_t i0, index_t high, index_t l0, index_t deep, U* to) const {
    for (index_t r = 0; r < high; r += tile_rows)
      for (index_t l = l0; l < l0 + deep; ++l)
        for (index_t i = i0 + r; i < i0 + r + tile_rows; ++i)
          *to++ = i < i0 + high ? static_cast<U>(alpha_ * element(a_, i, l)) : U(0);
  }
  /// Row by row, with zeros behind the last column.
  void pack_columns(index_t l0, index_t deep, index_t j0, index_t wide, U* to) const {
    for (index_t l = l0; l < l0 + deep; ++l, to += width) {
      for (index_t j = 0; j < wide; ++j) to[j] = element(b_, l, j0 + j);
      std::fill(to + wide, to + width, U(0));
    }
  }
  void add_tile(U const* a, U const* b, index_t deep, index_t i0, index_t high, index_t j0,
                index_t wide) const {
    vec<U> sum[tile_rows][vectors]{};
    for (index_t l = 0; l < deep; ++l, a += tile_rows, b += width) {
      vec<U> y[vectors];
      for (int v = 0; v < vectors; ++v) y[v] = at(b + v * lanes<U>);
#pragma GCC unroll 4
      for (int r = 0; r < tile_rows; ++r)
#pragma GCC unroll 4
        for (int v = 0; v < vectors; ++v) sum[r][v] += a[r] * y[v];
    }
    for (index_t r = 0; r < high; ++r) {
      T* const row = c_ + (i0 + r) * ldc_ + j0;
      auto const* const of_row = reinterpret_cast<U const*>(&sum[r]);
      for (index_t j = 0; j < wide; ++j)
        row[j] = static_cast<T>(static_cast<U>(static_cast<U>(row[j]) + of_row[j]));
    }
  }
  static U element(matrix_view<T> x, index_t i, index_t j) {
    return static_cast<U>(x.transposed ? x.data[j * x.ld + i] : x.data[i * x.ld + j]);
  }

  index_t n_, k_;
  matrix_view<T> a_, b_;
  T* c_;
  index_t ldc_;
  U alpha_;
};

}  // namespace pantile::kernel::detail
