#pragma once

#include <pantile/base/function_ref.hpp>
#include <pantile/base/types.hpp>

namespace pantile::kernel {

/// Splits [0, count) into one contiguous range per thread and runs body(begin, end, thread) on each; on the
/// calling thread alone where `work` (any unit near one element operation) is too small to share. An exception
/// of a body is thrown when all have ended. A rehearsal runs nothing.
void parallel_ranges(index_t count, index_t work, function_ref<void(index_t, index_t, int)> body);

/// The number of threads parallel_ranges would use: bodies see thread numbers below it.
int parallel_threads(index_t count, index_t work);

}  // namespace pantile::kernel
