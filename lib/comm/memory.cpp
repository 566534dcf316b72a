#include "arena.hpp"
#include "node.hpp"

#include <pantile/base/error.hpp>
#include <pantile/comm/memory.hpp>
#include <pantile/trace/recorder.hpp>

#include <atomic>
#include <cstdlib>
#include <iterator>
#include <map>
#include <new>
#include <sys/mman.h>
#include <sys/sysinfo.h>

namespace pantile {

namespace {

constexpr index_t arena_threshold = 64 << 10;
std::atomic<index_t> allocated{0};
std::atomic<index_t> peak{0};

/// Where what is only rehearsed lies, on this thread: begin and length. Never destroyed, as the arena below.
std::map<std::byte const*, std::size_t>& imagined() {
  thread_local auto* const all = new std::map<std::byte const*, std::size_t>;
  return *all;
}

/// Tells whoever listens.
void give_back(std::byte const* p, index_t bytes) {
  if (!trace::active) return;
  trace::active->memory(-bytes);
  trace::active->released(p);
}

/// Addresses without memory behind them, for what is only rehearsed.
std::shared_ptr<std::byte> imagine_tile(index_t bytes) {
  auto const length = static_cast<std::size_t>(std::max<index_t>(bytes, 1));
  void* p = mmap(nullptr, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (p == MAP_FAILED) throw memory_error("no addresses for a tile of " + std::to_string(bytes) + " bytes");
  trace::active->memory(bytes);
  imagined()[static_cast<std::byte*>(p)] = length;
  return {static_cast<std::byte*>(p), [bytes, length](std::byte* q) {
            imagined().erase(q);
            give_back(q, bytes);
            munmap(q, length);
          }};
}

void count_allocation(index_t bytes) {
  if (trace::active) trace::active->memory(bytes);
  index_t const now = allocated.fetch_add(bytes) + bytes;
  for (index_t before = peak.load(); before < now && !peak.compare_exchange_weak(before, now);) {
  }
}

void count_release(std::byte const* p, index_t bytes) {
  give_back(p, bytes);
  allocated -= bytes;
}

/// None where the system gives no addresses for it.
detail::arena* local_arena() {
  // Never destroyed: arrays with static life may be freed after any destructor here would run.
  static detail::arena* const a = []() -> detail::arena* {
    try {
      return new detail::arena(detail::arena::backing::anonymous, detail::physical_memory() * 4);
    } catch (memory_error const&) {
      return nullptr;
    }
  }();
  return a;
}

std::shared_ptr<std::byte> allocate_alone(index_t bytes) {
  void* p = std::aligned_alloc(64, static_cast<std::size_t>((std::max<index_t>(bytes, 1) + 63) / 64 * 64));
  if (!p) throw memory_error("no memory for a tile of " + std::to_string(bytes) + " bytes");
  count_allocation(bytes);
  return {static_cast<std::byte*>(p), [bytes](std::byte* q) {
            count_release(q, bytes);
            std::free(q);
          }};
}

}  // namespace

std::shared_ptr<std::byte> allocate_tile(index_t bytes, memory_kind kind) {
  if (bytes < 0) throw memory_error("a tile cannot have " + std::to_string(bytes) + " bytes");
  if (trace::rehearsing()) return imagine_tile(bytes);
  if (bytes < arena_threshold) return allocate_alone(bytes);
  detail::arena* from = kind == memory_kind::shareable ? detail::shared_arena() : nullptr;
  if (!from) from = local_arena();
  if (!from) return allocate_alone(bytes);
  std::byte* p = from->allocate(bytes);
  count_allocation(bytes);
  return {p, [from, bytes](std::byte* q) {
            count_release(q, bytes);
            from->free(q);
          }};
}

index_t allocated_tile_bytes() noexcept { return allocated; }
index_t peak_tile_bytes() noexcept { return peak; }

index_t detail::shared_offset(void const* p) noexcept {
  arena const* shared = shared_arena();
  return shared && shared->holds(p) ? static_cast<std::byte const*>(p) - shared->base() : -1;
}

bool detail::is_imagined(void const* p) noexcept {
  auto const* const address = static_cast<std::byte const*>(p);
  auto const after = imagined().upper_bound(address);
  return after != imagined().begin() && address < std::prev(after)->first + std::prev(after)->second;
}

void detail::is_filled(void const* p) noexcept { imagined().erase(static_cast<std::byte const*>(p)); }

bool detail::would_be_shared(index_t bytes) noexcept { return bytes >= arena_threshold && shared_arena(); }

}  // namespace pantile
