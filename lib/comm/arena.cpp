#include "arena.hpp"

#include "../base/file_size_signal.hpp"

#include <pantile/base/error.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <optional>
#include <string>
#include <sys/mman.h>
#include <unistd.h>

namespace pantile::detail {

namespace {
constexpr index_t page = 4096;
constexpr index_t huge_page = index_t{2} << 20;
constexpr index_t always_kept = index_t{256} << 20;

index_t rounded(index_t bytes, index_t unit) { return (bytes + unit - 1) / unit * unit; }
}  // namespace

arena::arena(backing kind, index_t capacity) : capacity_(rounded(capacity, huge_page)) {
  int flags = MAP_NORESERVE;
  if (kind == backing::memory_file) {
    file_size_signal_held const held;  // the limit on the size of files holds for files in memory, too
    descriptor_ = memfd_create("pantile-tiles", MFD_CLOEXEC);
    if (descriptor_ < 0 || ftruncate(descriptor_, capacity_) != 0) {
      int const reason = errno;
      if (descriptor_ >= 0) close(descriptor_);
      throw memory_error(std::string("no memory file for tiles: ") + std::strerror(reason));
    }
    flags |= MAP_SHARED;
  } else {
    flags |= MAP_PRIVATE | MAP_ANONYMOUS;
  }
  auto const map = [&] {
    return mmap(nullptr, static_cast<std::size_t>(capacity_), PROT_READ | PROT_WRITE, flags, descriptor_, 0);
  };
  void* p = map();
  // A limit on addresses, or a system that promises no more than it has: take what there is. (A memory file is
  // as long as its neighbours think it is.)
  while (p == MAP_FAILED && kind == backing::anonymous && capacity_ > 32 * huge_page) {
    capacity_ = rounded(capacity_ / 2, huge_page);
    p = map();
  }
  if (p == MAP_FAILED) {
    int const reason = errno;
    if (descriptor_ >= 0) close(descriptor_);
    throw memory_error("cannot reserve " + std::to_string(capacity_) +
                       " bytes of addresses for tiles: " + std::strerror(reason));
  }
  base_ = static_cast<std::byte*>(p);
  madvise(p, static_cast<std::size_t>(capacity_), MADV_HUGEPAGE);
  gaps_.emplace(0, gap{capacity_, false});
}

arena::~arena() {
  munmap(base_, static_cast<std::size_t>(capacity_));
  if (descriptor_ >= 0) close(descriptor_);
}

bool arena::holds(void const* p) const noexcept {
  auto const* byte = static_cast<std::byte const*>(p);
  return !std::less<>{}(byte, base_) && std::less<>{}(byte, base_ + capacity_);
}

std::byte* arena::allocate(index_t bytes) {
  std::lock_guard lock(mutex_);
  // What is larger than the arena might not survive being rounded up.
  index_t const size =
      bytes > capacity_ ? bytes : rounded(std::max<index_t>(bytes, 1), bytes >= huge_page ? huge_page : page);
  // Where most of its pages are there already, they need not be faulted in again; otherwise where it is
  // tightest.
  struct place {
    index_t offset, room, populated;
  };
  std::optional<place> best;
  for (auto first = gaps_.begin(); first != gaps_.end(); ++first) {
    place here{first->first, 0, 0};
    for (auto it = first; it != gaps_.end() && it->first == here.offset + here.room && here.room < size; ++it) {
      if (it->second.populated) here.populated += std::min(it->second.size, size - here.room);
      here.room += it->second.size;
    }
    if (here.room < size) continue;
    if (!best || here.populated > best->populated ||
        (here.populated == best->populated && here.room < best->room))
      best = here;
  }
  if (!best)
    throw memory_error("the arena for tiles has no room for " + std::to_string(bytes) + " bytes (" +
                       std::to_string(used_bytes_) + " of " + std::to_string(capacity_) + " are in use)");
  index_t const offset = best->offset;
  for (index_t left = size; left > 0;) {
    auto const it = gaps_.find(offset + size - left);
    gap const found = it->second;
    gaps_.erase(it);
    index_t const taken = std::min(found.size, left);
    if (found.size > taken)
      gaps_.emplace(offset + size - left + taken, gap{found.size - taken, found.populated});
    left -= taken;
  }
  kept_bytes_ -= best->populated;
  used_.emplace(offset, size);
  used_bytes_ += size;
  peak_bytes_ = std::max(peak_bytes_, used_bytes_);
  give_back();
  return base_ + offset;
}

void arena::free(std::byte* p) noexcept {
  std::lock_guard lock(mutex_);
  auto const it = used_.find(p - base_);
  if (it == used_.end()) return;
  auto const [offset, size] = *it;
  used_.erase(it);
  used_bytes_ -= size;
  kept_bytes_ += size;
  insert_gap(offset, gap{size, true});
  give_back();
}

void arena::give_back() noexcept {
  // What comes and goes finds its pages again: no more of them than are in use, and no more in all than ever
  // were.
  index_t const most = std::max(always_kept, std::min(used_bytes_, peak_bytes_ - used_bytes_));
  while (kept_bytes_ > most) {
    auto smallest = gaps_.end();
    for (auto it = gaps_.begin(); it != gaps_.end(); ++it)
      if (it->second.populated && (smallest == gaps_.end() || it->second.size < smallest->second.size))
        smallest = it;
    index_t const size = std::min(smallest->second.size, rounded(kept_bytes_ - most, huge_page)),
                  offset = smallest->first + smallest->second.size - size;
    smallest->second.size -= size;
    if (smallest->second.size == 0) gaps_.erase(smallest);
    release_pages(offset, size);
    kept_bytes_ -= size;
    insert_gap(offset, gap{size, false});
  }
}

void arena::insert_gap(index_t offset, gap g) {
  auto next = gaps_.lower_bound(offset);
  if (next != gaps_.end() && next->first == offset + g.size && next->second.populated == g.populated) {
    g.size += next->second.size;
    next = gaps_.erase(next);
  }
  if (next != gaps_.begin()) {
    auto previous = std::prev(next);
    if (previous->first + previous->second.size == offset && previous->second.populated == g.populated) {
      previous->second.size += g.size;
      return;
    }
  }
  gaps_.emplace(offset, g);
}

void arena::release_pages(index_t offset, index_t size) noexcept {
  if (descriptor_ >= 0)
    fallocate(descriptor_, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, offset, size);
  else
    madvise(base_ + offset, static_cast<std::size_t>(size), MADV_DONTNEED);
}

}  // namespace pantile::detail
