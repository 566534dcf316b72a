#pragma once

#include <csignal>

namespace pantile::detail {

/// Makes the write that exceeds the limit on the size of files (ulimit -f) fail with EFBIG: the signal that
/// would kill the process is held back, and swallowed if it came. For the calling thread, for its own lifetime.
class file_size_signal_held {
 public:
  file_size_signal_held() noexcept;
  ~file_size_signal_held();
  file_size_signal_held(file_size_signal_held const&) = delete;
  file_size_signal_held& operator=(file_size_signal_held const&) = delete;

 private:
  sigset_t before_;
};

}  // namespace pantile::detail
