#pragma once

#include <pantile/base/types.hpp>

#include <cstdint>
#include <span>

// Sorting by unsigned keys, whose order is that of the elements that they stand for.
namespace pantile::kernel {

/// A key with what belongs to it: an index, a count.
struct ranked {
  std::uint64_t key = 0;
  index_t place = 0;
};

/// By what an item is sorted.
constexpr auto key_of(std::unsigned_integral auto key) { return key; }
constexpr std::uint64_t key_of(ranked const& r) { return r.key; }

/// Sorts by ascending key; stable. Least significant digit first, over those bits in which keys differ at all;
/// on all threads. Memory: as much again. Throws memory_error.
template <class Item>
void radix_sort(std::span<Item> items);

/// Merges sorted runs that lie one after the other, run r from offsets[r] to offsets[r + 1]; stable: equal keys
/// in the order of the runs.
template <class Item>
void merge_runs(std::span<Item> items, std::span<index_t const> offsets);

}  // namespace pantile::kernel
