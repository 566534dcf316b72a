#pragma once

#include "row_panels.hpp"

#include <algorithm>
#include <utility>

namespace pantile::kernel::detail {

/// x R = a for packed rows a and one upper triangular R: BLAS xTRSM, of which OpenBLAS reaches a fifth for the
/// few columns that tall matrices have. T: float, double.
template <class T>
class upper_solver {
 public:
  using piece = row_panels<T>;

  /// R is n x n, row-major, without zeros on its diagonal.
  upper_solver(index_t n, T const* r)
      : panels_(panels_of<T>(n)), height_(panels_ * lanes<T>), r_(height_ * height_), inverses_(height_) {
    std::fill_n(r_.get(), height_ * height_, T(0));
    for (index_t j = 0; j < height_; ++j) inverses_.get()[j] = j < n ? T(1) / r[j * n + j] : T(1);
    for (index_t j = 0; j < n; ++j)
      for (index_t i = 0; i < j; ++i)
        r_.get()[panel_place<T>(height_, i, j)] =
            i / lanes<T> < j / lanes<T> ? r[i * n + j] : r[i * n + j] / r[i * n + i];
  }

  /// Overwrites the rows by their solutions. (And what is behind the last of them.)
  void solve(piece& x) const {
    for (index_t row = 0; row < x.rows(); row += together)
      for (index_t v = 0; v < panels_; ++v) solve_panel(x.data() + row * lanes<T>, v);
  }

 private:
  static constexpr int together = max_tile_rows == 8 ? 24 : 12;  // rows, one register each
  static_assert(piece::most % together == 0);

  void solve_panel(T* x, index_t v) const {
    vec<T> a[together];
    T* const own = x + v * piece::stride;
    T const* r = r_.get() + v * height_ * lanes<T>;
    for (int row = 0; row < together; ++row) a[row] = at(own + row * lanes<T>);
    for (index_t p = 0; p < v; ++p, x += piece::stride)  // what the panels before take from this one
      for (int lane = 0; lane < lanes<T>; ++lane, r += lanes<T>) {
        vec<T> const factors = load_once(r);
#pragma GCC unroll 24
        for (int row = 0; row < together; ++row) a[row] -= x[row * lanes<T> + lane] * factors;
      }
    solve_lanes(a, r, std::make_integer_sequence<int, lanes<T>>());
    vec<T> const inverses = at(inverses_.get() + v * lanes<T>);
#pragma GCC unroll 24
    for (int row = 0; row < together; ++row) at(own + row * lanes<T>) = a[row] * inverses;
  }
  /// What the lanes of a panel, one after the other, take from those right of them. They are not divided by the
  /// diagonal yet: these rows of R are.
  template <int... Lane>
  [[gnu::always_inline]] static void solve_lanes(vec<T> (&a)[together], T const* r,
                                                 std::integer_sequence<int, Lane...>) {
    (take_lane<Lane>(a, load_once(r + Lane * lanes<T>)), ...);
  }
  template <int Lane>
  [[gnu::always_inline]] static void take_lane(vec<T> (&a)[together], vec<T> const& factors) {
#pragma GCC unroll 24
    for (int row = 0; row < together; ++row) a[row] -= lane_everywhere<T, Lane>(a[row]) * factors;
  }

  index_t panels_, height_;
  buffer<T> r_;         // in panels; the square on the diagonal divided by it, row by row, and without it
  buffer<T> inverses_;  // of the diagonal
};

}  // namespace pantile::kernel::detail
