#pragma once

#include <pantile/base/types.hpp>

#include <cstddef>
#include <map>
#include <mutex>

namespace pantile::detail {

/// A large reserved range of addresses whose pages materialise when touched. Shared arenas lie in an anonymous
/// memory file, which other processes of the node open by the descriptor and map whole; nothing remains when a
/// process dies. One file per rank instead of an MPI window per array: an allocation is not collective and
/// costs no message.
class arena {
 public:
  enum class backing { anonymous, memory_file };

  /// Reserves `capacity` bytes of addresses; throws memory_error where even that is refused.
  arena(backing kind, index_t capacity);
  ~arena();
  arena(arena const&) = delete;
  arena& operator=(arena const&) = delete;

  std::byte* base() const noexcept { return base_; }
  index_t capacity() const noexcept { return capacity_; }
  /// The memory file's descriptor, -1 for anonymous memory.
  int descriptor() const noexcept { return descriptor_; }
  bool holds(void const* p) const noexcept;

  std::byte* allocate(index_t bytes);
  void free(std::byte* p) noexcept;

 private:
  struct gap {
    index_t size;
    bool populated;  // its pages may still be in memory
  };
  void insert_gap(index_t offset, gap g);
  /// Gives pages of gaps back to the system, the smallest gaps first, the end of the last.
  void give_back() noexcept;
  void release_pages(index_t offset, index_t size) noexcept;

  std::mutex mutex_;
  std::byte* base_ = nullptr;
  index_t capacity_ = 0;
  int descriptor_ = -1;
  std::map<index_t, index_t> used_;  // offset -> size
  std::map<index_t, gap> gaps_;      // offset -> free range; neighbours of equal kind are merged
  index_t used_bytes_ = 0;
  index_t peak_bytes_ = 0;  // the most that was in use
  index_t kept_bytes_ = 0;  // in populated gaps
};

}  // namespace pantile::detail
