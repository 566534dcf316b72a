#pragma once

#include <pantile/base/error.hpp>
#include <pantile/base/types.hpp>
#include <pantile/trace/recorder.hpp>

#include <cmath>
#include <complex>
#include <source_location>
#include <string>

namespace pantile::detail {

/// Throws linalg_error for NaN and infinities: no factorisation means anything with them, and the iterations of
/// LAPACK do not converge. A rehearsal has no elements to look at.
template <class T>
void check_finite(char const* operation, T const* a, index_t count, std::source_location where) {
  if (trace::rehearsing()) return;
  for (index_t i = 0; i < count; ++i)
    if (!std::isfinite(std::real(a[i])) || !std::isfinite(std::imag(a[i])))
      throw linalg_error(std::string(operation) + ": an operand has elements that are not finite", where);
}

/// The same for the lower triangle of n x n elements, the only one that counts.
template <class T>
void check_finite_triangle(char const* operation, index_t n, T const* a, std::source_location where) {
  for (index_t i = 0; i < n; ++i) check_finite(operation, a + i * n, i + 1, where);
}

inline void check_converged(char const* operation, index_t info, std::source_location where) {
  if (info != 0) throw linalg_error(std::string(operation) + ": the iteration did not converge", where);
}

}  // namespace pantile::detail
