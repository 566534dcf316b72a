#pragma once

#include <pantile/base/types.hpp>

// Sine and cosine of many numbers at a time, within 2 ulp; 4, those of libmvec, for processors without fused
// multiply-adds. What a number gives does not depend on where it stands. Numbers beyond 2^30 are left to the
// standard library.
namespace pantile::kernel {

/// x[i] = sin(x[i]), x[i] = cos(x[i]) for i < n.
void sine(double* x, index_t n) noexcept;
void cosine(double* x, index_t n) noexcept;

}  // namespace pantile::kernel
