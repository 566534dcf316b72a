#include <pantile/kernel/parallel.hpp>
#include <pantile/trace/recorder.hpp>

#include <omp.h>

#include <algorithm>
#include <exception>

namespace pantile::kernel {

namespace {
constexpr index_t worth_sharing = 32768;  // below this, waking the threads costs more than the work
}

int parallel_threads(index_t count, index_t work) {
  if (work < worth_sharing || omp_in_parallel()) return 1;
  return static_cast<int>(
      std::clamp<index_t>(std::min(count, work / (worth_sharing / 4)), 1, omp_get_max_threads()));
}

void parallel_ranges(index_t count, index_t work, function_ref<void(index_t, index_t, int)> body) {
  if (trace::rehearsing()) return;
  int const threads = parallel_threads(count, work);
  if (threads == 1) {
    if (count > 0) body(0, count, 0);
    return;
  }
  std::exception_ptr failure;
#pragma omp parallel num_threads(threads)
  {
    int const thread = omp_get_thread_num(), all = omp_get_num_threads();
    index_t const begin = count * thread / all, end = count * (thread + 1) / all;
    try {
      if (begin < end) body(begin, end, thread);
    } catch (...) {
#pragma omp critical(pantile_parallel_failure)
      if (!failure) failure = std::current_exception();
    }
  }
  if (failure) std::rethrow_exception(failure);
}

}  // namespace pantile::kernel
