#pragma once

#include <pantile/base/types.hpp>

#include <memory>
#include <vector>

namespace pantile::kernel {

/// A node of a tree of QR factorisations: two upper trapezoids one above the other become one (Demmel, Grigori,
/// Hoemmen, Langou 2012, "Communication-optimal parallel and sequential QR and LU factorizations", section 3).
/// Matrices are column-major without gaps. T: float, double and their complex types.
template <class T>
class stacked_qr {
 public:
  /// Factorises `top` (above x n) over `bottom` (below x n).
  stacked_qr(index_t above, T const* top, index_t below, T const* bottom, index_t n);
  /// The rows of R: min(above + below, n).
  index_t height() const noexcept;
  /// R, height() x n.
  std::vector<T> r() const;
  /// Q c for a c of height() x n: its upper rows into `top` (above x n), the others into `bottom` (below x n).
  void split(T const* c, T* top, T* bottom) const;

 private:
  index_t above_, below_, n_;
  std::vector<T> v_, tau_;
};

/// The QR factorisation of a tall matrix by pieces that stay in cache, one chain of them per thread (sequential
/// TSQR, loc. cit.): every element is read and written once. Reflectors take the place of Q until it is asked
/// for.
template <class T>
class tall_qr {
 public:
  /// Factorises the rows x n row-major elements `a`. `q`, of as many elements (or the same), takes the
  /// reflectors, and must live as long.
  tall_qr(index_t rows, index_t n, T const* a, T* q);
  ~tall_qr();
  tall_qr(tall_qr const&) = delete;
  tall_qr& operator=(tall_qr const&) = delete;

  /// The rows of R: min(rows, n); and R, height() x n, column-major, upper trapezoid.
  index_t height() const noexcept;
  std::vector<T> const& r() const noexcept;
  /// q becomes Q c, row-major, for a c of height() x n, column-major. Once.
  void multiply(T const* c);

 private:
  struct chain;
  index_t rows_, n_;
  T* q_;
  std::vector<std::unique_ptr<chain>> chains_;
  std::vector<std::unique_ptr<stacked_qr<T>>> joined_;  // chain i + 1 to those before
  std::vector<T> r_;
};

}  // namespace pantile::kernel
