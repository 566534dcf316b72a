#pragma once

#include <pantile/base/types.hpp>

#include <Eigen/Core>

#include <limits>
#include <support/tilings.hpp>

// Matrices that the tests of kernels draw, and how near their results come to Eigen's.
namespace support {

template <class T>
using by_rows = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

template <class T>
by_rows<T> drawn_matrix(index_t rows, index_t columns, dice& d) {
  by_rows<T> a(rows, columns);
  for (index_t i = 0; i < a.size(); ++i) a.data()[i] = d.number<T>();
  return a;
}

/// True where a is b up to the rounding of sums of so many terms; equal for integers.
template <class A, class B>
bool is_near(A const& a, B const& b, index_t terms) {
  using T = typename A::Scalar;
  if (a.size() == 0) return true;
  if constexpr (std::is_integral_v<T>)
    return a == b;
  else
    return static_cast<double>((a - b).norm()) <= 8 * std::numeric_limits<pantile::real_t<T>>::epsilon() *
                                                      static_cast<double>(terms + 4) *
                                                      (1 + static_cast<double>(b.norm()));
}

}  // namespace support
