#include "index_set.hpp"

#include <pantile/kernel/radix_sort.hpp>
#include <pantile/trace/recorder.hpp>

#include <algorithm>

namespace pantile::detail {

namespace {
/// A bitmap is worth it up to so many bits for an index.
constexpr index_t thinnest = 64;
}  // namespace

index_set::index_set(std::span<index_t const> indices, index_t extent) {
  if (extent / thinnest > std::ssize(indices)) {
    std::vector<std::uint64_t> sorted(indices.begin(), indices.end());
    if (trace::rehearsing())
      std::sort(sorted.begin(), sorted.end());  // indices are there in a rehearsal, too
    else
      kernel::radix_sort(std::span(sorted));
    sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
    ascending_.assign(sorted.begin(), sorted.end());
    return;
  }
  words_.resize(static_cast<std::size_t>(extent / 64 + 1));
  for (index_t i : indices) words_[static_cast<std::size_t>(i / 64)].marks |= std::uint64_t{1} << (i % 64);
  index_t marked = 0;
  for (word& w : words_) {
    w.before = marked;
    marked += std::popcount(w.marks);
  }
  ascending_.reserve(static_cast<std::size_t>(marked));
  index_t first = 0;
  for (word const& w : words_) {
    for (std::uint64_t left = w.marks; left != 0; left &= left - 1)
      ascending_.push_back(first + std::countr_zero(left));
    first += 64;
  }
}

std::vector<index_t> index_set::places(std::span<index_t const> indices) const {
  std::vector<index_t> all(indices.size());
  std::transform(indices.begin(), indices.end(), all.begin(), [this](index_t i) { return place(i); });
  return all;
}

index_t index_set::searched_place(index_t i) const {
  return std::lower_bound(ascending_.begin(), ascending_.end(), i) - ascending_.begin();
}

}  // namespace pantile::detail
