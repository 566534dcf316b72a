#pragma once

#include <pantile/base/types.hpp>

#include <complex>
#include <cstdint>

// What templates that the library compiles are instantiated for: MACRO(T) or MACRO(N) for each.

/// The types that BLAS and LAPACK compute with.
#define PANTILE_FOR_LAPACK_TYPES(MACRO) \
  MACRO(float) MACRO(double) MACRO(std::complex<float>) MACRO(std::complex<double>)

/// The types of products: bool counts as int64.
#define PANTILE_FOR_PRODUCT_TYPES(MACRO) \
  PANTILE_FOR_LAPACK_TYPES(MACRO)        \
  MACRO(std::uint8_t) MACRO(std::int32_t) MACRO(std::int64_t)

/// The numbers of dimensions of arrays.
#define PANTILE_FOR_DIMENSIONS(MACRO) MACRO(1) MACRO(2) MACRO(3) MACRO(4)
