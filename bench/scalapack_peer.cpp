#include "scalapack_peer.hpp"

#include <pantile/base/checked.hpp>
#include <pantile/comm/interop.hpp>

#include <algorithm>

namespace bench {

blacs::blacs(pantile::communicator const& world, int rows, int columns)
    : row(world.rank() / columns), column(world.rank() % columns), p(rows), q(columns) {
  handle_ = Csys2blacs_handle(pantile::handle_of(world));
  context = handle_;
  Cblacs_gridinit(&context, "Row", rows, columns);
}

blacs::~blacs() {
  Cblacs_gridexit(context);
  Cfree_blacs_system_handle(handle_);
}

blacs_matrix::blacs_matrix(blacs const& grid, index_t m, index_t n, int row_block, int column_block,
                           double (*value)(index_t)) {
  auto const local = [](index_t extent, index_t block, index_t place, index_t ranks) {
    index_t const round = block * ranks;
    return extent / round * block + std::clamp<index_t>(extent % round - place * block, 0, block);
  };
  rows = local(m, row_block, grid.row, grid.p);
  columns = local(n, column_block, grid.column, grid.q);
  memory_ = touched_bytes(rows * columns * index_t{sizeof(double)});
  for (index_t j = 0; j < columns; ++j) {
    index_t const column = (j / column_block * grid.q + grid.column) * column_block + j % column_block;
    for (index_t i = 0; i < rows; ++i)
      data()[j * rows + i] =
          value(((i / row_block * grid.p + grid.row) * row_block + i % row_block) * n + column);
  }
  descriptor = {1,
                grid.context,
                pantile::narrow<int>(m),
                pantile::narrow<int>(n),
                row_block,
                column_block,
                0,
                0,
                pantile::narrow<int>(std::max<index_t>(1, rows))};
}

}  // namespace bench
