#include "file_size_signal.hpp"

#include <cerrno>
#include <ctime>

namespace pantile::detail {

file_size_signal_held::file_size_signal_held() noexcept {
  sigset_t held;
  sigemptyset(&held);
  sigaddset(&held, SIGXFSZ);
  ::pthread_sigmask(SIG_BLOCK, &held, &before_);
}

file_size_signal_held::~file_size_signal_held() {
  if (sigismember(&before_, SIGXFSZ)) return;
  sigset_t held;
  sigemptyset(&held);
  sigaddset(&held, SIGXFSZ);
  timespec const at_once{};
  int const of_the_write = errno;
  while (::sigtimedwait(&held, nullptr, &at_once) > 0) continue;
  ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  errno = of_the_write;
}

}  // namespace pantile::detail
