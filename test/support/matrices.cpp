#include "support/matrices.hpp"

#include "base/instantiate.hpp"

#include <cmath>

namespace support {

template <class T>
by_rows<T> times(by_rows<T> const& a, by_rows<T> const& b) {
  index_t const m = a.rows(), inner = a.cols(), n = b.cols();
  by_rows<T> c = by_rows<T>::Zero(m, n);
  for (index_t i = 0; i < m; ++i)
    for (index_t k = 0; k < inner; ++k) {
      T const x = a.data()[i * inner + k];
      T const* const row = b.data() + k * n;
      T* const sums = c.data() + i * n;
      for (index_t j = 0; j < n; ++j) sums[j] = static_cast<T>(sums[j] + static_cast<T>(x * row[j]));
    }
  return c;
}

template <class T>
by_rows<T> adjoint(by_rows<T> const& a) {
  by_rows<T> result(a.cols(), a.rows());
  for (index_t i = 0; i < a.rows(); ++i)
    for (index_t j = 0; j < a.cols(); ++j) result(j, i) = pantile::conjugate(a(i, j));
  return result;
}

namespace {

template <class T>
double squared(T x) {
  if constexpr (pantile::is_complex<T>)
    return std::norm(std::complex<double>(x));
  else
    return static_cast<double>(x) * static_cast<double>(x);
}

}  // namespace

template <class T>
double norm(by_rows<T> const& a) {
  double sum = 0;
  for (index_t i = 0; i < a.size(); ++i) sum += squared(a.data()[i]);
  return std::sqrt(sum);
}
template <class T>
double distance(by_rows<T> const& a, by_rows<T> const& b) {
  double sum = 0;
  for (index_t i = 0; i < a.size(); ++i) sum += squared(static_cast<T>(a.data()[i] - b.data()[i]));
  return std::sqrt(sum);
}

#define INSTANTIATE(T)                                             \
  template by_rows<T> times(by_rows<T> const&, by_rows<T> const&); \
  template by_rows<T> adjoint(by_rows<T> const&);                  \
  template double norm(by_rows<T> const&);                         \
  template double distance(by_rows<T> const&, by_rows<T> const&);
PANTILE_FOR_PRODUCT_TYPES(INSTANTIATE)

}  // namespace support
