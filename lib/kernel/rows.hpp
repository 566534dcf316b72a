#pragma once

#include <pantile/base/types.hpp>

#include <array>
#include <cstddef>

// The rows of a box, in row-major order: indices of all its dimensions but the last, which stays as it is.
namespace pantile::kernel::detail {

/// Goes to row number `row`.
template <std::size_t N>
void go_to_row(std::array<index_t, N>& index, index_t row, std::array<index_t, N> const& extents) {
  for (std::size_t d = N - 1; d-- > 0;) {
    index[d] = row % extents[d];
    row /= extents[d];
  }
}
/// Goes to the next row; false behind the last one: then it is the first again.
template <std::size_t N>
bool go_to_next_row(std::array<index_t, N>& index, std::array<index_t, N> const& extents) {
  for (std::size_t d = N - 1; d-- > 0;) {
    if (++index[d] < extents[d]) return true;
    index[d] = 0;
  }
  return false;
}

}  // namespace pantile::kernel::detail
