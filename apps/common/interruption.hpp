#pragma once

#include <pantile/comm/communicator.hpp>

#include <csignal>
#include <cstdint>

namespace pantile::apps {

/// The exit code of a program that was asked to end and has kept what it had: EX_TEMPFAIL, to be started again.
inline constexpr int interrupted_exit_code = 75;

namespace detail {
inline std::sig_atomic_t volatile interruption_signal = 0;
}  // namespace detail

/// From here on SIGUSR1 and SIGTERM do not kill this process: they are a wish that is asked for between two
/// iterations. Batch systems send them some time before they kill a job.
inline void take_interruptions() {
  struct sigaction action {};
  action.sa_handler = [](int signal) { detail::interruption_signal = signal; };
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  for (int const signal : {SIGUSR1, SIGTERM}) sigaction(signal, &action, nullptr);
}

/// True on every rank where one of them was sent such a signal (collective).
inline bool interruption_wished(communicator const& comm) {
  return comm.allreduce(std::int32_t{detail::interruption_signal != 0}, reduce_op::max) != 0;
}

}  // namespace pantile::apps
