// Preloaded into every test: who gives way sleeps for a moment.
//
// Tests have more ranks than there are processors, and run beside other tests and a build of low priority. Open
// MPI calls sched_yield for as long as it waits, and the kernel hands the processor to anybody, for
// milliseconds: to another rank that waits as well, or to a compiler. One who sleeps takes nothing from those
// who work, and is back before a compiler.
#include <sched.h>
#include <time.h>

extern "C" int sched_yield() noexcept {
  timespec const moment{0, 1000};  // the kernel adds 50 us
  nanosleep(&moment, nullptr);
  return 0;
}
