#pragma once

#include <pantile/base/types.hpp>

/// Calls a macro for every element type: the explicit instantiations of this room.
#define PANTILE_SPARSE_ELEMENTS(MACRO) \
  MACRO(bool)                          \
  MACRO(std::uint8_t)                  \
  MACRO(std::int32_t)                  \
  MACRO(std::int64_t)                  \
  MACRO(float)                         \
  MACRO(double)                        \
  MACRO(std::complex<float>)           \
  MACRO(std::complex<double>)
