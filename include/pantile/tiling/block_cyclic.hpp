#pragma once

#include <pantile/tiling/tiling.hpp>

#include <array>
#include <source_location>
#include <vector>

namespace pantile {

/// How ScaLAPACK lays out a matrix: blocks of `block` x `block` elements (less at the lower and right edge) are
/// dealt out to a grid of ranks (row-major) in turn along both dimensions, beginning with rank 0
/// ("two-dimensional block-cyclic", ScaLAPACK Users' Guide, section 4.3). A rank keeps its many blocks as one
/// local matrix, here row-major: for ScaLAPACK, which wants columns, the local part of the transposed matrix on
/// the transposed grid.
///
/// Movements from and to tilings are planned like any other: see plan_retile.
class block_cyclic {
 public:
  /// A block and who has it. `storage` is the box that the local matrix would be if all of it lay where the
  /// block lies: offsets in it are offsets in the local matrix.
  struct tile {
    int rank;
    box part;
    box storage;
  };

  /// Throws tiling_error where the grid has no ranks or more than there are, or blocks have no elements.
  block_cyclic(std::array<index_t, 2> shape, index_t block, std::array<int, 2> grid, int ranks,
               std::source_location where = std::source_location::current());

  /// Rows and columns of the matrix, the extent of a (square) block, and the ranks along rows and columns.
  std::array<index_t, 2> const& shape() const noexcept { return shape_; }
  /// \copydoc shape
  index_t block() const noexcept { return block_; }
  /// \copydoc shape
  std::array<int, 2> const& grid() const noexcept { return grid_; }
  /// All ranks, also those beyond the grid, which have nothing.
  int ranks() const noexcept { return ranks_; }
  /// The place of a rank in the grid; {-1, -1} beyond it.
  std::array<int, 2> place(int rank) const noexcept;
  /// The extents of the local matrix of a rank (ScaLAPACK's NUMROC).
  std::array<index_t, 2> local_shape(int rank) const noexcept;

  /// The parts of `b` in each block that it meets, by rows of blocks; and those of one rank.
  std::vector<tile> tiles_in(box const& b) const;
  std::vector<tile> tiles_in(box const& b, int rank) const;

 private:
  tile tile_at(index_t row, index_t column) const;

  std::array<index_t, 2> shape_;
  index_t block_;
  std::array<int, 2> grid_;
  int ranks_;
};

}  // namespace pantile
