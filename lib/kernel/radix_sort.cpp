#include <pantile/base/checked.hpp>
#include <pantile/comm/memory.hpp>
#include <pantile/kernel/parallel.hpp>
#include <pantile/kernel/radix_sort.hpp>
#include <pantile/trace/recorder.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <memory>
#include <vector>

#ifdef __SSE2__
#include <immintrin.h>
#endif

namespace pantile::kernel {

namespace {

constexpr std::size_t at(index_t i) { return static_cast<std::size_t>(i); }
constexpr std::size_t line_bytes = 64;
constexpr index_t small = 2048;        // up to here a comparison sort is faster
constexpr index_t in_cache = 1 << 16;  // up to here 8-bit digits and plain stores are
constexpr int widest_digit = 11;       // bits of a digit

struct by_key {
  template <class Item>
  bool operator()(Item const& a, Item const& b) const {
    return key_of(a) < key_of(b);
  }
};

/// Whole lines past the cache: they are not read again before the pass ends.
inline void store_line(void* to, void const* from) {
#ifdef __SSE2__
  auto* out = static_cast<__m128i*>(to);
  auto const* in = static_cast<__m128i const*>(from);
  for (int i = 0; i < 4; ++i) _mm_stream_si128(out + i, _mm_load_si128(in + i));
#else
  std::memcpy(to, from, line_bytes);
#endif
}

/// One digit of the keys.
struct digit {
  int shift = 0, bits = 0;
  index_t values() const { return index_t{1} << bits; }
  template <class Item>
  index_t of(Item const& item) const {
    return static_cast<index_t>((std::uint64_t{key_of(item)} >> shift) & ((std::uint64_t{1} << bits) - 1));
  }
};

/// Scatters items[begin, end) to where `place` says, one place per digit value, and advances these.
template <class Item>
void scatter(Item const* items, index_t begin, index_t end, digit d, index_t* place, Item* to) {
  for (index_t i = begin; i < end; ++i) to[place[d.of(items[i])]++] = items[i];
}

/// The same through a buffer of one line per digit value, so that each line of the target is written once,
/// whole. `to` is aligned to a line.
template <class Item>
void scatter_lines(Item const* items, index_t begin, index_t end, digit d, index_t* place, Item* to) {
  constexpr index_t per_line = index_t{line_bytes / sizeof(Item)};
  auto const memory = allocate_tile(d.values() * index_t{line_bytes}, memory_kind::local);
  auto* lines = reinterpret_cast<Item*>(memory.get());
  std::vector<index_t> const first(place, place + d.values());
  for (index_t i = begin; i < end; ++i) {
    index_t const v = d.of(items[i]), p = place[v]++, slot = p % per_line;
    Item* line = lines + v * per_line;
    line[slot] = items[i];
    if (slot + 1 < per_line) continue;
    index_t const start = p + 1 - per_line;
    if (start >= first[at(v)])
      store_line(to + start, line);
    else  // the line begins with another thread's items
      std::copy(line + (first[at(v)] - start), line + per_line, to + first[at(v)]);
  }
  for (index_t v = 0; v < d.values(); ++v) {
    index_t const p = place[v], start = std::max(p - p % per_line, first[at(v)]);
    for (index_t k = start; k < p; ++k) to[k] = lines[v * per_line + k % per_line];
  }
#ifdef __SSE2__
  _mm_sfence();
#endif
}

/// One stable pass over all threads.
template <class Item>
void pass(Item const* from, Item* to, index_t n, digit d, int threads, bool lines) {
  auto const values = at(d.values());
  std::vector<index_t> places(values * at(threads), 0);
  // The same cuts in both loops: parallel_ranges gives every thread one of `threads` parts.
  auto each_part = [&](auto body) {
    parallel_ranges(threads, n, [&](index_t first, index_t last, int) {
      for (index_t part = first; part < last; ++part)
        body(n * part / threads, n * (part + 1) / threads, places.data() + at(part) * values);
    });
  };
  each_part([&](index_t begin, index_t end, index_t* count) {
    for (index_t i = begin; i < end; ++i) ++count[d.of(from[i])];
  });
  index_t sum = 0;
  for (std::size_t v = 0; v < values; ++v)
    for (int t = 0; t < threads; ++t) sum += std::exchange(places[at(t) * values + v], sum);
  each_part([&](index_t begin, index_t end, index_t* place) {
    if (lines)
      scatter_lines(from, begin, end, d, place, to);
    else
      scatter(from, begin, end, d, place, to);
  });
}

/// The bits in which the keys differ.
template <class Item>
std::uint64_t varying_bits(Item const* items, index_t n) {
  std::vector<std::uint64_t> bits(at(std::max(1, parallel_threads(n, n))), 0);
  parallel_ranges(n, n, [&](index_t begin, index_t end, int thread) {
    std::uint64_t const first = key_of(items[0]);
    std::uint64_t differ = 0;
    for (index_t i = begin; i < end; ++i) differ |= std::uint64_t{key_of(items[i])} ^ first;
    bits[at(thread)] = differ;
  });
  std::uint64_t all = 0;
  for (std::uint64_t b : bits) all |= b;
  return all;
}

/// The digits that cover these bits, as even in width as can be.
std::vector<digit> digits_of(std::uint64_t bits, int widest) {
  std::vector<digit> digits;
  while (bits != 0) {
    int const low = std::countr_zero(bits), length = 64 - std::countl_zero(bits) - low;
    int const passes = (length + widest - 1) / widest, width = (length + passes - 1) / passes;
    digits.push_back({low, width});
    bits &= low + width >= 64 ? 0 : ~std::uint64_t{0} << (low + width);
  }
  return digits;
}

}  // namespace

template <class Item>
void radix_sort(std::span<Item> items) {
  index_t const n = std::ssize(items);
  if (trace::rehearsing()) {  // what it takes, where the keys are not all equal
    if (n <= small) return;
    auto const copy = allocate_tile(checked_product(n, sizeof(Item)), memory_kind::local);
    if (n > in_cache) allocate_tile((index_t{1} << widest_digit) * index_t{line_bytes}, memory_kind::local);
    return;
  }
  if (n <= small) {
    if constexpr (std::is_same_v<Item, ranked>)
      std::stable_sort(items.begin(), items.end(), by_key{});
    else
      std::sort(items.begin(), items.end());
    return;
  }
  std::uint64_t const differ = varying_bits(items.data(), n);
  if (differ == 0) return;
  auto const memory = allocate_tile(checked_product(n, sizeof(Item)), memory_kind::local);
  Item* a = items.data();
  Item* b = reinterpret_cast<Item*>(memory.get());
  bool const large = n > in_cache;
  bool const aligned = reinterpret_cast<std::uintptr_t>(a) % line_bytes == 0;
  for (digit const d : digits_of(differ, large ? widest_digit : 8)) {
    pass(a, b, n, d, parallel_threads(n, n), large && aligned);
    std::swap(a, b);
  }
  if (a != items.data())
    parallel_ranges(n, n, [&](index_t begin, index_t end, int) {
      std::memcpy(static_cast<void*>(b + begin), a + begin, at(end - begin) * sizeof(Item));
    });
}

namespace {

/// How many of the first k items of two merged runs come from the first one.
template <class Item>
index_t share_of_first(std::span<Item const> a, std::span<Item const> b, index_t k) {
  index_t low = std::max<index_t>(0, k - std::ssize(b)), high = std::min(k, std::ssize(a));
  while (low < high) {
    index_t const i = (low + high) / 2;  // a[i] goes among the first k unless b[k - 1 - i] is below it
    if (key_of(b[at(k - 1 - i)]) < key_of(a[at(i)]))
      high = i;
    else
      low = i + 1;
  }
  return low;
}

template <class Item>
void merge_two(Item const* a, Item const* a_end, Item const* b, Item const* b_end, Item* out) {
  while (a < a_end && b < b_end) {
    bool const second = key_of(*b) < key_of(*a);
    *out++ = second ? *b : *a;
    a += !second;
    b += second;
  }
  out = std::copy(a, a_end, out);
  std::copy(b, b_end, out);
}

}  // namespace

template <class Item>
void merge_runs(std::span<Item> items, std::span<index_t const> offsets) {
  std::vector<index_t> cuts(offsets.begin(), offsets.end());
  cuts.erase(std::unique(cuts.begin(), cuts.end()), cuts.end());
  constexpr std::size_t worth_merging = 16;  // runs: more passes than sorting anew
  if (cuts.size() <= 2) return;
  if (cuts.size() > worth_merging + 1) return radix_sort(items);
  index_t const n = std::ssize(items);
  auto const memory = allocate_tile(checked_product(n, sizeof(Item)), memory_kind::local);
  Item* from = items.data();
  Item* to = reinterpret_cast<Item*>(memory.get());
  while (cuts.size() > 2) {
    std::vector<index_t> merged{0};
    for (std::size_t r = 0; r + 1 < cuts.size(); r += 2) {
      index_t const first = cuts[r], middle = cuts[r + 1], last = r + 2 < cuts.size() ? cuts[r + 2] : middle;
      std::span<Item const> const a(from + first, from + middle), b(from + middle, from + last);
      parallel_ranges(last - first, last - first, [&](index_t begin, index_t end, int) {
        index_t const i = share_of_first(a, b, begin), j = share_of_first(a, b, end);
        merge_two(a.data() + i, a.data() + j, b.data() + (begin - i), b.data() + (end - j), to + first + begin);
      });
      merged.push_back(last);
    }
    cuts = std::move(merged);
    std::swap(from, to);
  }
  if (from != items.data())
    parallel_ranges(n, n, [&](index_t begin, index_t end, int) {
      std::memcpy(static_cast<void*>(to + begin), from + begin, at(end - begin) * sizeof(Item));
    });
}

#define PANTILE_SORTED(Item)                       \
  template void radix_sort<Item>(std::span<Item>); \
  template void merge_runs<Item>(std::span<Item>, std::span<index_t const>);
PANTILE_SORTED(std::uint8_t)
PANTILE_SORTED(std::uint32_t)
PANTILE_SORTED(std::uint64_t)
PANTILE_SORTED(ranked)

}  // namespace pantile::kernel
