#pragma once

#include "scalapack.hpp"

#include <pantile/base/checked.hpp>
#include <pantile/base/function_ref.hpp>
#include <pantile/comm/interop.hpp>
#include <pantile/ops/execute.hpp>
#include <pantile/ops/together.hpp>
#include <pantile/trace/recorder.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

// What the factorisations of ops/together.cpp run on: ranks as a grid, and matrices in ScaLAPACK's layout.
namespace pantile::detail {

/// The grid and the blocks for an m x n matrix: nearly square, and no larger than the blocks of the matrix.
struct cyclic_grid {
  index_t block;
  int rows, columns;

  cyclic_grid(index_t m, index_t n, index_t ranks) {
    auto const parts = [](index_t extent, index_t size) {
      return std::max<index_t>(1, (extent + size - 1) / size);
    };
    index_t const most = static_cast<index_t>(std::sqrt(static_cast<double>(ranks)));
    block = std::clamp<index_t>(std::min(m, n) / (ranks / most), 1, together().block);
    rows = static_cast<int>(std::min(most, parts(m, block)));
    columns = static_cast<int>(std::min(ranks / most, parts(n, block)));
  }
  /// The layout of the transpose.
  block_cyclic layout(index_t m, index_t n, int ranks, std::source_location where) const {
    return {{n, m}, block, {columns, rows}, ranks, where};
  }
};

/// The ranks as a grid of the BLACS, for the time of one factorisation.
class blacs_grid {
 public:
  /// For an operation on an m x n matrix, and what else of it must be the same on every rank (`with`): what
  /// differs is a divergence_error everywhere, before anybody waits in ScaLAPACK.
  blacs_grid(char const* operation, communicator const& comm, index_t m, index_t n, std::source_location where,
             index_t with = 0, index_t most_ranks = std::numeric_limits<int>::max())
      : comm_(comm), grid_(m, n, std::clamp<index_t>(most_ranks, 1, comm.size())) {
    std::uint64_t print = 0;
    for (index_t const number : {m, n, with}) print = hash_combine(print, static_cast<std::uint64_t>(number));
    comm.check_same(operation, print, where);
    if (trace::rehearsing()) return;
    handle_ = scalapack::Csys2blacs_handle(handle_of(comm));
    context_ = handle_;
    scalapack::Cblacs_gridinit(&context_, "Col", rows(), columns());
  }
  ~blacs_grid() {
    if (trace::rehearsing()) return;
    if (is_member()) scalapack::Cblacs_gridexit(context_);
    scalapack::Cfree_blacs_system_handle(handle_);
  }
  blacs_grid(blacs_grid const&) = delete;
  blacs_grid& operator=(blacs_grid const&) = delete;

  communicator const& comm() const { return comm_; }
  cyclic_grid const& shape() const { return grid_; }
  index_t block() const { return grid_.block; }
  int rows() const { return grid_.rows; }
  int columns() const { return grid_.columns; }
  int context() const { return context_; }
  bool is_member() const { return comm_.rank() < rows() * columns(); }
  /// The grid column of this rank: by columns, see the constructor.
  int column() const { return comm_.rank() / rows(); }

  /// Runs `prepare`, which asks for work space and takes it, and then `compute` on the ranks of the grid, and
  /// tells all of them what that returned (collective). Only `prepare` may throw: nobody waits for anybody yet.
  int run(std::source_location where, function_ref<void()> prepare, function_ref<int()> compute) const {
    bool const works = is_member() && !trace::rehearsing();
    if (!trace::rehearsing())
      comm_.agree(
          [&] {
            if (works) prepare();
          },
          where);
    int info = works ? compute() : 0;
    comm_.bcast(std::span<int>(&info, 1), 0, where);
    if (info < 0) throw linalg_error("ScaLAPACK refuses its argument " + std::to_string(-info), where);
    return info;
  }

 private:
  communicator comm_;
  cyclic_grid grid_;
  int handle_ = -1, context_ = -1;
};

/// A matrix in ScaLAPACK's hands. Its local part is column-major: row-major of the transpose.
template <class T>
class cyclic_matrix {
 public:
  cyclic_matrix(blacs_grid const& grid, index_t m, index_t n, std::source_location where)
      : grid_(grid),
        layout_(grid.shape().layout(m, n, grid.comm().size(), where)),
        everything_({0, 0}, {n, m}),
        where_(where) {
    auto const [columns, rows] = layout_.local_shape(grid.comm().rank());
    auto const largest = layout_.local_shape(0);
    if (largest[0] * largest[1] > std::numeric_limits<int>::max())
      throw domain_error("ScaLAPACK counts the elements of a rank in 32 bits; a matrix of " +
                             std::to_string(m) + " x " + std::to_string(n) + " on " +
                             std::to_string(grid.rows() * grid.columns()) + " ranks has more; use more ranks",
                         where);
    index_t const most = (m / grid.rows() + grid.block()) * (n / grid.columns() + grid.block());
    memory_ = grid.comm().allocate_part(most * grid.comm().size(), rows * columns, sizeof(T),
                                        memory_kind::shareable, where);
    int const block = narrow<int>(grid.block());
    descriptor_ = {1,
                   grid.context(),
                   narrow<int>(m),
                   narrow<int>(n),
                   block,
                   block,
                   0,
                   0,
                   narrow<int>(std::max<index_t>(1, rows))};
  }

  T* data() const { return reinterpret_cast<T*>(memory_.get()); }
  scalapack::descriptor const& descriptor() const { return descriptor_; }
  /// The local extents, rows and columns.
  index_t local_rows() const { return layout_.local_shape(grid_.comm().rank())[1]; }
  index_t local_columns() const { return layout_.local_shape(grid_.comm().rank())[0]; }

  /// Takes the elements of a transposed matrix (collective).
  void fetch(leaf<T, 2> const& transposed) {
    int const rank = grid_.comm().rank();
    std::vector<target_tile> targets;
    for (auto const& t : layout_.tiles_in(everything_, rank)) targets.push_back({memory_.get(), t.storage});
    execute(plan_retile(transposed.stored_tiling, layout_, rank), grid_.comm(),
            {transposed.memory.get(), transposed.stored_box}, targets, sizeof(T), where_);
  }
  /// The diagonal of the square matrix, everywhere (collective).
  std::vector<T> diagonal() const {
    communicator const& comm = grid_.comm();
    index_t const n = layout_.shape()[0], b = layout_.block();
    std::vector<T> found(static_cast<std::size_t>(n), T(0));
    if (!trace::rehearsing())
      for (index_t lo = 0; lo < n; lo += b)
        for (auto const& t :
             layout_.tiles_in(box({lo, lo}, {std::min(n, lo + b), std::min(n, lo + b)}), comm.rank()))
          for (index_t i = t.part.lo[0]; i < t.part.hi[0]; ++i)
            found[static_cast<std::size_t>(i)] =
                data()[(i - t.storage.lo[0]) * t.storage.extent(1) + i - t.storage.lo[1]];
    comm.allreduce(std::span<T>(found), reduce_op::sum, where_);
    return found;
  }
  /// The transposed matrix, its columns (rows of the matrix) evenly cut (collective).
  leaf<T, 2> transposed() const {
    communicator const& comm = grid_.comm();
    auto const [n, m] = layout_.shape();
    tiling const columns = tiling::column().bind(extents{n, m}, comm.size());
    auto result = fresh_leaf<T, 2>({n, m}, comm, columns);
    target_tile const target{result.memory.get(), result.stored_box};
    execute(plan_retile(layout_, columns, comm.rank()), comm, {memory_.get(), box({0, 0}, {0, 0})},
            {&target, 1}, sizeof(T), where_);
    return result;
  }

 private:
  blacs_grid const& grid_;
  block_cyclic layout_;
  box everything_;
  std::source_location where_;
  std::shared_ptr<std::byte> memory_;
  scalapack::descriptor descriptor_{};
};

}  // namespace pantile::detail
