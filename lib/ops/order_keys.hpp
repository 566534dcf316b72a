#pragma once

#include <pantile/base/checked.hpp>
#include <pantile/comm/communicator.hpp>
#include <pantile/comm/memory.hpp>
#include <pantile/kernel/parallel.hpp>
#include <pantile/kernel/radix_sort.hpp>
#include <pantile/trace/recorder.hpp>

#include <bit>
#include <limits>
#include <memory>
#include <span>
#include <vector>

// Unsigned keys in the order of the elements that they stand for, and sorting them over the ranks.
namespace pantile::order {

template <class T>
struct key_type {
  using type = std::conditional_t<sizeof(T) == 1, std::uint8_t,
                                  std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>>;
};
template <class T>
using key_t = typename key_type<T>::type;

template <class T>
inline constexpr key_t<T> sign_bit = static_cast<key_t<T>>(key_t<T>{1} << (8 * sizeof(T) - 1));

/// The bits of x, in an order that unsigned numbers have: all NaN last, and alike; -0 before +0.
template <class T>
key_t<T> exact_key(T x) {
  using U = key_t<T>;
  if constexpr (std::is_floating_point_v<T>) {
    if (x != x) x = std::numeric_limits<T>::quiet_NaN();
    U const bits = std::bit_cast<U>(x);
    return bits & sign_bit<T> ? static_cast<U>(~bits) : static_cast<U>(bits | sign_bit<T>);
  } else if constexpr (std::is_signed_v<T>) {
    return static_cast<U>(static_cast<U>(x) ^ sign_bit<T>);
  } else {
    return static_cast<U>(x);
  }
}
/// The same, where equal elements have equal keys: +0 for both zeros.
template <class T>
key_t<T> key_of(T x) {
  if constexpr (std::is_floating_point_v<T>)
    return exact_key(x == 0 ? T(0) : x);
  else
    return exact_key(x);
}
template <class T>
T element_of(key_t<T> key) {
  using U = key_t<T>;
  if constexpr (std::is_floating_point_v<T>)
    return std::bit_cast<T>(key & sign_bit<T> ? static_cast<U>(key ^ sign_bit<T>) : static_cast<U>(~key));
  else if constexpr (std::is_signed_v<T>)
    return static_cast<T>(key ^ sign_bit<T>);
  else
    return static_cast<T>(key);
}

/// Items in memory of their own, aligned, not set to anything.
template <class Item>
struct items {
  std::shared_ptr<std::byte> memory;
  index_t count = 0;

  explicit items(index_t n)
      : memory(allocate_tile(checked_product(n, sizeof(Item)), memory_kind::local)), count(n) {}
  Item* data() const { return reinterpret_cast<Item*>(memory.get()); }
  std::span<Item> span() const { return {data(), static_cast<std::size_t>(count)}; }
  Item& operator[](index_t i) const { return data()[i]; }
};

/// items[i] = make(i), on all threads.
template <class Item, class Make>
items<Item> items_of(index_t n, Make make) {
  items<Item> all(n);
  if (trace::rehearsing()) return all;
  kernel::parallel_ranges(n, n, [&](index_t begin, index_t end, int) {
    for (index_t i = begin; i < end; ++i) all[i] = make(i);
  });
  return all;
}

struct plus {
  index_t operator()(index_t a, index_t b) const { return a + b; }
};

inline std::vector<index_t> sum_over(communicator const* comm, std::vector<index_t> values) {
  if (comm) comm->allreduce(std::span<index_t>(values), reduce_op::sum);
  return values;
}

/// Where to cut this rank's sorted items so that target[k] items of all ranks lie before cut k: items of equal
/// keys in the order of the ranks. The cuts' keys are found digit by digit, with one reduction of counts for
/// each digit: 8 of them for 64-bit keys on up to 15 ranks (collective).
template <class Item>
std::vector<index_t> cuts_at(communicator const* comm, std::span<Item const> sorted,
                             std::vector<index_t> const& targets) {
  if (!comm || comm->size() == 1) return targets;
  using U = decltype(kernel::key_of(sorted[0]));
  std::size_t const m = targets.size();
  int const step = m <= 16 ? 8 : m <= 256 ? 4 : 2;  // few rounds, of messages that stay small
  index_t const digits = (index_t{1} << step) - 1;
  auto below = [&](U key) -> index_t {
    return std::partition_point(sorted.begin(), sorted.end(),
                                [key](Item const& x) { return kernel::key_of(x) < key; }) -
           sorted.begin();
  };
  std::vector<U> key(m, 0);
  for (int shift = 8 * int{sizeof(U)} - step; shift >= 0; shift -= step) {
    std::vector<index_t> counts;
    for (std::size_t k = 0; k < m; ++k)
      for (index_t v = 1; v <= digits; ++v)
        counts.push_back(below(static_cast<U>(key[k] | static_cast<U>(static_cast<U>(v) << shift))));
    counts = sum_over(comm, std::move(counts));
    for (std::size_t k = 0; k < m; ++k) {
      auto const* first = counts.data() + static_cast<index_t>(k) * digits;
      auto const v =
          std::partition_point(first, first + digits, [&](index_t n) { return n <= targets[k]; }) - first;
      key[k] = static_cast<U>(key[k] | static_cast<U>(static_cast<U>(v) << shift));
    }
  }
  std::vector<index_t> cuts, equal;
  for (std::size_t k = 0; k < m; ++k) {
    cuts.push_back(below(key[k]));
    auto const end = std::partition_point(sorted.begin(), sorted.end(),
                                          [&](Item const& x) { return kernel::key_of(x) <= key[k]; });
    equal.push_back(end - sorted.begin() - cuts.back());
  }
  std::vector<index_t> const all_below = sum_over(comm, cuts);
  std::vector<index_t> before = equal;
  comm->exclusive_scan_with<plus>(std::span<index_t>(before));
  for (std::size_t k = 0; k < m; ++k) {
    index_t const others = comm->rank() == 0 ? 0 : before[k];
    cuts[k] += std::clamp<index_t>(targets[k] - all_below[k] - others, 0, equal[k]);
  }
  return cuts;
}

/// Sorts the items of all ranks, stable where the ranks hold them in their order; rank r gets those from place
/// targets[r] to targets[r + 1]. Each rank sorts its own, finds where they are cut, exchanges and merges: every
/// item travels at most once. (Collective.)
template <class Item>
items<Item> sort_over(communicator const* comm, items<Item> mine, std::vector<index_t> const& targets) {
  kernel::radix_sort(mine.span());
  if (!comm || comm->size() == 1) {
    mine.count = targets.back();
    return mine;
  }
  std::vector<index_t> const cuts =
      cuts_at(comm, std::span<Item const>(mine.data(), static_cast<std::size_t>(mine.count)), targets);
  std::vector<index_t> counts, received, offsets{0};
  for (std::size_t r = 0; r + 1 < cuts.size(); ++r) counts.push_back(cuts[r + 1] - cuts[r]);
  std::span<Item const> const sent(mine.data() + cuts.front(),
                                   static_cast<std::size_t>(cuts.back() - cuts.front()));
  std::vector<Item> const runs = comm->alltoallv(sent, counts, &received);
  mine = items<Item>(0);
  for (index_t n : received) offsets.push_back(offsets.back() + n);
  items<Item> result =
      items_of<Item>(std::ssize(runs), [&](index_t i) { return runs[static_cast<std::size_t>(i)]; });
  kernel::merge_runs(result.span(), offsets);
  return result;
}

/// Even shares of n things: the places where those of each rank begin, and n.
inline std::vector<index_t> even_places(index_t n, int ranks) {
  std::vector<index_t> places;
  for (index_t r = 0; r <= ranks; ++r) places.push_back(n / ranks * r + std::min(r, n % ranks));
  return places;
}

}  // namespace pantile::order
