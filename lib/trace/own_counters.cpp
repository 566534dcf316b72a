#include "own_counters.hpp"

#ifdef PANTILE_HAVE_SDE
#include <sde_lib.h>
#endif

namespace pantile::trace::detail {

#ifdef PANTILE_HAVE_SDE

namespace {

long long value_of(void* counter) {
  return static_cast<std::atomic<index_t>*>(counter)->load(std::memory_order_relaxed);
}

}  // namespace

bool own_counters::show() {
  static bool const shown = [&] {
    papi_handle_t const library = papi_sde_init("pantile");
    if (!library) return false;
    bool good = true;
    auto const event = [&](char const* name, char const* what, counter& c, int mode) {
      good = good && papi_sde_register_counter_cb(library, name, PAPI_SDE_RO | mode, PAPI_SDE_long_long,
                                                  &value_of, &c) == SDE_OK;
      papi_sde_describe_counter(library, name, what);
    };
    event("bytes_sent", "Payload that communicators have sent", bytes_sent_, PAPI_SDE_DELTA);
    event("bytes_received", "Payload that communicators have received", bytes_received_, PAPI_SDE_DELTA);
    event("messages_sent", "Messages that communicators have sent", messages_sent_, PAPI_SDE_DELTA);
    event("messages_received", "Messages that communicators have received", messages_received_, PAPI_SDE_DELTA);
    event("flops", "Operations that kernels have carried out", flops_, PAPI_SDE_DELTA);
    event("waiting", "Nanoseconds inside MPI", waiting_, PAPI_SDE_DELTA);
    event("allocated", "Bytes of tiles, since the recording began", allocated_, PAPI_SDE_INSTANT);
    return good;
  }();
  return shown;
}

#else

bool own_counters::show() { return false; }

#endif

}  // namespace pantile::trace::detail
