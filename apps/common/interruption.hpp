#pragma once

#include <pantile/comm/communicator.hpp>

#include <atomic>
#include <csignal>
#include <cstdint>
#include <span>

namespace pantile::apps {

namespace detail {
inline std::atomic<int> interruption_signal = 0;
static_assert(std::atomic<int>::is_always_lock_free);  // others must not be touched by a signal handler
}  // namespace detail

/// From here on SIGUSR1 and SIGTERM do not kill this process: they are a wish that is asked for between two
/// iterations, also where they came earlier and were held back. Batch systems send them some time before they
/// kill a job.
inline void take_interruptions() {
  struct sigaction action {};
  action.sa_handler = [](int signal) { detail::interruption_signal = signal; };
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  sigset_t both;
  sigemptyset(&both);
  for (int const signal : {SIGUSR1, SIGTERM}) {
    sigaction(signal, &action, nullptr);
    sigaddset(&both, signal);
  }
  pthread_sigmask(SIG_UNBLOCK, &both, nullptr);
}

/// What all ranks agree on after an iteration.
struct ending {
  bool interrupted = false;  ///< some rank was sent such a signal
  bool finished = false;     ///< rank 0 sees nothing left to do
};

/// Asks all ranks (collective). Only rank 0's `finished` counts: what is computed from rounded numbers could
/// differ between the ranks.
inline ending agreed_ending(communicator const& comm, bool finished) {
  std::int32_t wishes[] = {detail::interruption_signal != 0, comm.rank() == 0 && finished};
  comm.allreduce(std::span<std::int32_t>(wishes), reduce_op::max);
  return {wishes[0] != 0, wishes[1] != 0};
}

}  // namespace pantile::apps
