#pragma once

#include <pantile/base/types.hpp>

#include <omp.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace pantile::detail {

/// Sorts by counting, stably and in O(count + buckets): calls place(i, to) for every i of [0, count), where
/// `to` is the place of element i among all sorted by key(i), a number of [0, buckets). Gives where each bucket
/// begins, and the end. Both callables run on several threads and must not throw.
template <class Key, class Place>
std::vector<index_t> bucket_sort(index_t count, index_t buckets, Key key, Place place) {
  constexpr index_t least_share = index_t{1} << 15;  // elements per thread for which threads pay
  index_t const parts = std::clamp<index_t>(count / std::max(buckets, least_share), 1, omp_get_max_threads());
  int const threads = static_cast<int>(parts);
  auto const width = static_cast<std::size_t>(buckets);
  std::vector<index_t> next(static_cast<std::size_t>(parts) * width, 0), starts(width + 1, 0);
  auto const in_parts = [&](auto visit) {
#pragma omp parallel for num_threads(threads) schedule(static)
    for (index_t part = 0; part < parts; ++part) {
      index_t* const mine = next.data() + static_cast<std::size_t>(part) * width;
      for (index_t i = count * part / parts; i < count * (part + 1) / parts; ++i) visit(mine[key(i)], i);
    }
  };
  in_parts([](index_t& n, index_t) { ++n; });
  index_t sum = 0;
  for (std::size_t b = 0; b < width; ++b) {
    starts[b] = sum;
    for (std::size_t part = 0; part < static_cast<std::size_t>(parts); ++part) {
      index_t& n = next[part * width + b];
      sum += std::exchange(n, sum);
    }
  }
  starts[width] = sum;
  in_parts([&](index_t& n, index_t i) { place(i, n++); });
  return starts;
}

}  // namespace pantile::detail
