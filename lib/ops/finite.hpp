#pragma once

#include <pantile/base/error.hpp>
#include <pantile/base/types.hpp>

#include <cmath>
#include <complex>
#include <source_location>
#include <string>

namespace pantile::detail {

/// Throws linalg_error for NaN and infinities, with which the iterations of LAPACK do not converge.
template <class T>
void check_finite(char const* operation, T const* a, index_t count, std::source_location where) {
  for (index_t i = 0; i < count; ++i)
    if (!std::isfinite(std::real(a[i])) || !std::isfinite(std::imag(a[i])))
      throw linalg_error(std::string(operation) + ": an operand has elements that are not finite", where);
}

inline void check_converged(char const* operation, index_t info, std::source_location where) {
  if (info != 0) throw linalg_error(std::string(operation) + ": the iteration did not converge", where);
}

}  // namespace pantile::detail
