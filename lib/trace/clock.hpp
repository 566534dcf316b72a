#pragma once

#include <pantile/base/types.hpp>

#include <ctime>

namespace pantile::trace::detail {

/// Nanoseconds of this host's monotonic clock.
inline index_t now_ns() noexcept {
  timespec t{};
  clock_gettime(CLOCK_MONOTONIC, &t);
  return static_cast<index_t>(t.tv_sec) * 1'000'000'000 + static_cast<index_t>(t.tv_nsec);
}

/// Nanoseconds since 1970.
inline index_t calendar_ns() noexcept {
  timespec t{};
  clock_gettime(CLOCK_REALTIME, &t);
  return static_cast<index_t>(t.tv_sec) * 1'000'000'000 + static_cast<index_t>(t.tv_nsec);
}

}  // namespace pantile::trace::detail
