#pragma once

#include "support/oracle.hpp"

#include <algorithm>
#include <numeric>
#include <vector>

/// The serial side of tests of reductions.
namespace reduction_cases {

using namespace support;

/// fold(values along the axis) for every place of the other axes; without `keep` the axis goes.
template <class R, bool Keep = false, class T, int N, class Fold>
auto folded(local_array<T, N> const& a, int axis, Fold fold) {
  constexpr int M = Keep ? N : N - 1;
  shape_of<M> shape{};
  for (int d = 0, out = 0; d < N; ++d) {
    if (d == axis && !Keep) continue;
    shape[static_cast<std::size_t>(out++)] = d == axis ? 1 : a.extent(d);
  }
  return made<R>(shape, [&](any_index const& i) {
    any_index at = i;
    if (!Keep)
      for (int d = N - 1; d > axis; --d) at[static_cast<std::size_t>(d)] = i[static_cast<std::size_t>(d - 1)];
    std::vector<T> values;
    for (index_t k = 0; k < a.extent(axis); ++k) {
      at[static_cast<std::size_t>(axis)] = k;
      values.push_back(a.data()[place_in(box(extents(a.shape())), at)]);
    }
    return fold(values);
  });
}

constexpr auto total = [](auto const& v) { return std::accumulate(v.begin(), v.end(), 0.0); };
constexpr auto least = [](auto const& v) { return *std::min_element(v.begin(), v.end()); };
constexpr auto place_of_greatest = [](auto const& v) -> index_t {
  return std::max_element(v.begin(), v.end()) - v.begin();
};

}  // namespace reduction_cases
