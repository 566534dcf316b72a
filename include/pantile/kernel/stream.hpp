#pragma once

#include <cstddef>

namespace pantile::kernel {

/// memcpy whose stores go past the cache, so that no line of the target is read first. Call stream_fence() on
/// the same thread before another thread reads the target.
void stream_store(std::byte* target, std::byte const* source, std::size_t bytes) noexcept;
void stream_fence() noexcept;

}  // namespace pantile::kernel
