#include <pantile/kernel/masked.hpp>
#include <pantile/kernel/parallel.hpp>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <vector>

namespace pantile::kernel {

namespace {

constexpr std::size_t as_size(index_t i) { return static_cast<std::size_t>(i); }
constexpr index_t packed_block = 1024;  // elements that are packed at a time, in the cache

struct sixteen_bytes {
  std::uint64_t low, high;
};

index_t count_part(bool const* mask, index_t begin, index_t end) {
  index_t sum = 0;
  for (index_t i = begin; i < end; ++i) sum += mask[i];
  return sum;
}

/// Where the numbers [first, first + n) go; the elements are in `from`.
void put_chosen(std::byte const* from, index_t first, index_t n, index_t bytes, chosen_places const& to) {
  index_t const lo = std::clamp(to.lo, first, first + n), hi = std::clamp(to.hi, lo, first + n);
  auto const copy = [&](index_t begin, index_t end, std::byte* start, index_t number) {
    if (begin < end)
      std::memcpy(start + (begin - number) * bytes, from + (begin - first) * bytes,
                  as_size((end - begin) * bytes));
  };
  copy(first, lo, to.outside, 0);
  copy(lo, hi, to.inside, to.lo);
  copy(hi, first + n, to.outside, 0);
}

/// Chosen elements of [begin, end), the first of which has the number `first`. Without a branch for each
/// element: masks are hard to foresee.
template <class Item>
void pack_part(std::byte const* values, bool const* mask, index_t begin, index_t end, index_t first,
               chosen_places const& to) {
  auto const* items = reinterpret_cast<Item const*>(values);
  alignas(64) Item packed[packed_block];
  for (index_t i = begin; i < end; i += packed_block) {
    index_t const stop = std::min(i + packed_block, end);
    index_t n = 0;
    for (index_t j = i; j < stop; ++j) {
      packed[n] = items[j];
      n += mask[j];
    }
    put_chosen(reinterpret_cast<std::byte const*>(packed), first, n, index_t{sizeof(Item)}, to);
    first += n;
  }
}

}  // namespace

index_t count_true(bool const* mask, index_t count) {
  std::vector<index_t> sums(as_size(std::max(1, parallel_threads(count, count))), 0);
  parallel_ranges(count, count, [&](index_t begin, index_t end, int thread) {
    sums[as_size(thread)] = count_part(mask, begin, end);
  });
  index_t sum = 0;
  for (index_t n : sums) sum += n;
  return sum;
}

void pack_chosen(std::byte const* values, bool const* mask, index_t count, index_t element_bytes,
                 chosen_places const& to) {
  index_t const parts = parallel_threads(count, count);
  std::vector<index_t> first(as_size(parts) + 1, 0);
  auto const each_part = [&](auto body) {
    parallel_ranges(parts, count, [&](index_t from, index_t end, int) {
      for (index_t part = from; part < end; ++part)
        body(part, count * part / parts, count * (part + 1) / parts);
    });
  };
  if (parts > 1)
    each_part([&](index_t part, index_t begin, index_t end) {
      first[as_size(part) + 1] = count_part(mask, begin, end);
    });
  for (index_t part = 0; part < parts; ++part) first[as_size(part) + 1] += first[as_size(part)];
  each_part([&](index_t part, index_t begin, index_t end) {
    index_t const number = first[as_size(part)];
    switch (element_bytes) {
      case 1:
        return pack_part<std::uint8_t>(values, mask, begin, end, number, to);
      case 4:
        return pack_part<std::uint32_t>(values, mask, begin, end, number, to);
      case 8:
        return pack_part<std::uint64_t>(values, mask, begin, end, number, to);
      default:  // the largest elements are complex<double>
        return pack_part<sixteen_bytes>(values, mask, begin, end, number, to);
    }
  });
}

}  // namespace pantile::kernel
