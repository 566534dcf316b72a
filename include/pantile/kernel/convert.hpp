#pragma once

#include <pantile/base/types.hpp>

namespace pantile::kernel {

/// A number as another element type, on purpose: as static_cast does it, also from real numbers of any type to
/// complex ones.
template <class To, class From>
constexpr To convert(From x) {
  if constexpr (is_complex<To> && !is_complex<From>)
    return To(static_cast<real_t<To>>(x));
  else
    return static_cast<To>(x);
}

}  // namespace pantile::kernel
