#include <pantile/base/error.hpp>
#include <pantile/tiling/block_cyclic.hpp>

#include <string>

namespace pantile {

block_cyclic::block_cyclic(std::array<index_t, 2> shape, index_t block, std::array<int, 2> grid, int ranks,
                           std::source_location where)
    : shape_(shape), block_(block), grid_(grid), ranks_(ranks) {
  if (block < 1 || grid[0] < 1 || grid[1] < 1 || index_t{grid[0]} * grid[1] > ranks)
    throw tiling_error(
        "block_cyclic: blocks of " + std::to_string(block) + " on a " + std::to_string(grid[0]) + " x " +
            std::to_string(grid[1]) + " grid of " + std::to_string(ranks) +
            " ranks; blocks and grid must have at least one element and rank, the grid no more than "
            "there are",
        where);
}

std::array<int, 2> block_cyclic::place(int rank) const noexcept {
  if (rank >= grid_[0] * grid_[1]) return {-1, -1};
  return {rank / grid_[1], rank % grid_[1]};
}

std::array<index_t, 2> block_cyclic::local_shape(int rank) const noexcept {
  std::array<index_t, 2> local{0, 0};
  auto const at = place(rank);
  if (at[0] < 0) return local;
  for (std::size_t d = 0; d < 2; ++d) {
    index_t const round = block_ * grid_[d], rest = shape_[d] % round;
    local[d] = shape_[d] / round * block_ + std::clamp<index_t>(rest - at[d] * block_, 0, block_);
  }
  return local;
}

block_cyclic::tile block_cyclic::tile_at(index_t row, index_t column) const {
  index_t const at[] = {row, column};
  tile t{static_cast<int>(row % grid_[0] * grid_[1] + column % grid_[1]), box({0, 0}, {0, 0}),
         box({0, 0}, {0, 0})};
  auto const local = local_shape(t.rank);
  for (std::size_t d = 0; d < 2; ++d) {
    t.part.lo[d] = at[d] * block_;
    t.part.hi[d] = std::min(shape_[d], t.part.lo[d] + block_);
    t.storage.lo[d] = t.part.lo[d] - at[d] / grid_[d] * block_;
    t.storage.hi[d] = t.storage.lo[d] + local[d];
  }
  return t;
}

std::vector<block_cyclic::tile> block_cyclic::tiles_in(box const& b) const {
  std::vector<tile> tiles;
  if (b.empty()) return tiles;
  for (index_t row = b.lo[0] / block_; row * block_ < b.hi[0]; ++row)
    for (index_t column = b.lo[1] / block_; column * block_ < b.hi[1]; ++column) {
      tiles.push_back(tile_at(row, column));
      tiles.back().part = intersect(tiles.back().part, b);
    }
  return tiles;
}

std::vector<block_cyclic::tile> block_cyclic::tiles_in(box const& b, int rank) const {
  std::vector<tile> tiles;
  auto const at = place(rank);
  if (b.empty() || at[0] < 0) return tiles;
  // The first block of this rank that is not before the box.
  auto const first = [&](std::size_t d) {
    index_t const block = b.lo[d] / block_, step = (at[d] - block % grid_[d] + grid_[d]) % grid_[d];
    return block + step;
  };
  for (index_t row = first(0); row * block_ < b.hi[0]; row += grid_[0])
    for (index_t column = first(1); column * block_ < b.hi[1]; column += grid_[1]) {
      tiles.push_back(tile_at(row, column));
      tiles.back().part = intersect(tiles.back().part, b);
    }
  return tiles;
}

}  // namespace pantile
