#pragma once

#include <pantile/base/types.hpp>
#include <pantile/trace/traffic.hpp>

#include <atomic>

namespace pantile::trace::detail {

/// What all threads of this process have counted while they were recorded: what PAPI shows other tools as
/// software-defined events, "sde:::pantile::bytes_sent" and so on. "flops" are whole; "waiting" is in
/// nanoseconds.
class own_counters {
 public:
  void moved(traffic const& t) {
    add(bytes_sent_, t.bytes_sent);
    add(bytes_received_, t.bytes_received);
    add(messages_sent_, t.messages_sent);
    add(messages_received_, t.messages_received);
  }
  void computed(double flops) { add(flops_, static_cast<index_t>(flops)); }
  void waited(index_t ns) { add(waiting_, ns); }
  void allocated(index_t bytes) { add(allocated_, bytes); }

  /// Shows them to PAPI, once; false where Pantile was built without PAPI's libsde, or it refuses.
  bool show();

 private:
  using counter = std::atomic<index_t>;
  static void add(counter& to, index_t n) {
    if (n != 0) to.fetch_add(n, std::memory_order_relaxed);
  }

  counter bytes_sent_ = 0, bytes_received_ = 0, messages_sent_ = 0, messages_received_ = 0, flops_ = 0,
          waiting_ = 0, allocated_ = 0;
};

/// Those of this process.
inline own_counters process_counters;

}  // namespace pantile::trace::detail
