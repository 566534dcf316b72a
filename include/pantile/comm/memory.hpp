#pragma once

#include <pantile/base/types.hpp>

#include <cstddef>
#include <memory>

namespace pantile {

/// Where a tile lives.
enum class memory_kind {
  local,     ///< this process only, huge pages where the system gives them
  shareable  ///< also readable by the other ranks of the node, when a job has several there
};

/// Uninitialised memory for `bytes` bytes, aligned to 64, given back when the last copy of the pointer goes.
/// Blocks of 64 KiB and more come from an arena that keeps freed pages for the next allocation: as
/// many as are in use, and no more in all than ever were; 256 MiB in any case. Throws memory_error where the
/// system has no more.
std::shared_ptr<std::byte> allocate_tile(index_t bytes, memory_kind kind);

/// Bytes of tiles that are allocated now, and the most there ever were, in this process.
index_t allocated_tile_bytes() noexcept;
index_t peak_tile_bytes() noexcept;

namespace detail {
/// The place of `p` in the memory that this rank shares with its node; -1 where it is not shared.
index_t shared_offset(void const* p) noexcept;
/// True where shareable memory of this size lies where the node reads it.
bool would_be_shared(index_t bytes) noexcept;
/// True for memory that a rehearsal of this thread took: nothing was computed into it, unless that was said.
bool is_imagined(void const* p) noexcept;
void is_filled(void const* p) noexcept;
}  // namespace detail

}  // namespace pantile
