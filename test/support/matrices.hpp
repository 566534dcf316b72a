#pragma once

#include <pantile/base/types.hpp>

#include <Eigen/Core>

#include <limits>
#include <support/tilings.hpp>

/// Matrices of tests, and what is computed of them to judge results. Products and norms are compiled once, and
/// optimised: Eigen's own take seconds to compile in each test, and minutes to run where nothing is optimised.
namespace support {

template <class T>
using by_rows = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

template <class T>
by_rows<T> times(by_rows<T> const& a, by_rows<T> const& b);
/// Conjugated, for complex elements.
template <class T>
by_rows<T> adjoint(by_rows<T> const& a);
/// Frobenius norms of a and of a - b, which have the same shape; of integers, too.
template <class T>
double norm(by_rows<T> const& a);
template <class T>
double distance(by_rows<T> const& a, by_rows<T> const& b);

template <class T>
by_rows<T> drawn_matrix(index_t rows, index_t columns, dice& d) {
  by_rows<T> a(rows, columns);
  for (index_t i = 0; i < a.size(); ++i) a.data()[i] = d.number<T>();
  return a;
}

/// True where a is b up to the rounding of sums of so many terms; equal for integers.
template <class T>
bool is_near(by_rows<T> const& a, by_rows<T> const& b, index_t terms) {
  if (a.rows() != b.rows() || a.cols() != b.cols()) return false;
  if constexpr (std::is_integral_v<T>)
    return std::equal(a.data(), a.data() + a.size(), b.data());
  else
    return distance(a, b) <= 8 * std::numeric_limits<pantile::real_t<T>>::epsilon() *
                                 static_cast<double>(terms + 4) * (1 + norm(b));
}

}  // namespace support
