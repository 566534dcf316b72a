#pragma once

#include "blas.hpp"
#include "simd.hpp"

#include <algorithm>
namespace pantile::kernel {

/// x R = a for many rows a and one upper triangular R: BLAS xTRSM, in whose place registers hold rows here, as
/// they become x from left to right. OpenBLAS reaches a fifth of that for the few columns that tall matrices
/// have. T: float, double.
template <class T>
class upper_solver {
 public:
  /// The columns of rows for `solve`: whole blocks of vectors. What is beyond n must be finite.
  static index_t width(index_t n) { return (n + block - 1) / block * block; }

  /// R is n x n, row-major, without zeros on its diagonal.
  upper_solver(index_t n, T const* r)
      : n_(n), ld_(width(n)), memory_((n_ + 1) * ld_), r_(memory_.get()), inverses_(r_ + n_ * ld_) {
    std::fill_n(r_, n_ * ld_, T(0));
    for (index_t i = 0; i < n; ++i)
      for (index_t j = i + 1; j < n; ++j) r_[i * ld_ + j] = r[i * n + j];
    for (index_t i = 0; i < ld_; ++i) inverses_[i] = i < n ? T(1) / r[i * n + i] : T(1);
  }
  upper_solver(upper_solver const&) = delete;
  upper_solver& operator=(upper_solver const&) = delete;

  /// Overwrites `rows` rows of width(n) elements, aligned to vectors, by their solutions.
  void solve(index_t rows, T* x) const {
    for (index_t begin = 0; begin < n_; begin += block) {
      if (begin > 0)  // what the columns before take from this block
        blas::gemm<T>(rows, block, begin, T(-1), {x, ld_, false}, {r_ + begin, ld_, false}, T(1), x + begin,
                      ld_);
      index_t row = 0;
      for (; row + together <= rows; row += together) solve_block<together>(x + row * ld_, begin);
      for (; row < rows; ++row) solve_block<1>(x + row * ld_, begin);
    }
  }

 private:
  static constexpr int lanes = detail::lanes<T>, vectors = 8, together = detail::max_tile_rows == 8 ? 3 : 1;
  static constexpr index_t block = index_t{vectors} * lanes;
  using vec = detail::vec<T>;

  /// A block of columns of some rows. Vector v is done when all columns before it are: then its lanes, from
  /// left to right, become x and leave those after them.
  template <int Rows>
  void solve_block(T* x, index_t begin) const {
    vec a[Rows][vectors];
#pragma GCC unroll 8
    for (int v = 0; v < vectors; ++v)
#pragma GCC unroll 3
      for (int row = 0; row < Rows; ++row) a[row][v] = detail::at(x + row * ld_ + begin + v * lanes);
    solve_vectors<Rows, 0>(a, begin);
#pragma GCC unroll 8
    for (int v = 0; v < vectors; ++v)
#pragma GCC unroll 3
      for (int row = 0; row < Rows; ++row) detail::at(x + row * ld_ + begin + v * lanes) = a[row][v];
  }
  template <int Rows, int V>
  [[gnu::always_inline]] void solve_vectors(vec (&a)[Rows][vectors], index_t begin) const {
    if constexpr (V < vectors) {
      index_t const first = begin + V * lanes;
#pragma GCC unroll 16
      for (int lane = 0; lane < lanes; ++lane) {
        index_t const i = first + lane;
        if (i >= n_) break;
        T const* const r = r_ + i * ld_ + first;
        vec solved[Rows];
#pragma GCC unroll 3
        for (int row = 0; row < Rows; ++row) solved[row] = vec{} + a[row][V][lane] * inverses_[i];
#pragma GCC unroll 8
        for (int v = V; v < vectors; ++v) {
          vec const factors = detail::load_once(r + (v - V) * lanes);
#pragma GCC unroll 3
          for (int row = 0; row < Rows; ++row) a[row][v] -= solved[row] * factors;
        }
      }
      vec const inverses = detail::at(inverses_ + first);  // lane i of R has a zero for itself: not divided yet
#pragma GCC unroll 3
      for (int row = 0; row < Rows; ++row) a[row][V] *= inverses;
      solve_vectors<Rows, V + 1>(a, begin);
    }
  }

  index_t n_, ld_;
  detail::buffer<T> memory_;
  T* r_;         // row i from its diagonal on, which is zero
  T* inverses_;  // of the diagonal
};

}  // namespace pantile::kernel
