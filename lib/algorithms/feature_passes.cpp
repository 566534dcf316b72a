#include "feature_passes.hpp"

#include "../sparse/row_cuts.hpp"

#include <pantile/kernel/parallel.hpp>
#include <pantile/ops/movement.hpp>
#include <pantile/trace/recorder.hpp>

#include <algorithm>

namespace pantile::detail {

namespace {

/// True for process grids that cut rows, columns or both, and nothing else.
bool is_plain_grid(tiling const& t) {
  if (!t.is_cartesian() || t.has_halo()) return false;
  return std::all_of(t.grid().begin(), t.grid().end(), [](auto const& axis) { return axis.dimension >= 0; });
}

/// The same cut by even rows.
tiling evenly_by_rows(extents const& shape, int ranks) { return tiling::row().bind(shape, ranks); }

}  // namespace

template <class T>
feature_passes<T>::feature_passes(array<T, 2> const& X, std::source_location where)
    : comm_(X.comm()), where_(where), tiling_(X.tiling()) {
  array<T, 2> const* used = &X;
  bool const shared_out = tiling_.is_replicated() && !tiling_.has_halo();
  if (shared_out) {
    tiling_ = evenly_by_rows(tiling_.shape(), comm_.size());
  } else if (!is_plain_grid(tiling_)) {
    retiled_ = std::make_shared<array<T, 2> const>(retile(X, tiling::row(), where));
    used = retiled_.get();
    tiling_ = used->tiling();
  }
  own_ = tiling_.box_of(comm_.rank());
  dense_ = {used->data() + (shared_out ? own_.lo[0] * X.extent(1) : 0), used->stored_box().extent(1), false};
  set_grid();
}

template <class T>
feature_passes<T>::feature_passes(sparse_array<T> const& X, std::source_location where)
    : comm_(X.comm()), where_(where), sparse_(true), rows_{X.offsets(), X.columns(), X.values()} {
  // Any tiling of whole rows, as a grid.
  tiling_ = tiling::cuts({row_cuts_of(X.tiling(), where), {}}).bind(X.tiling().shape(), comm_.size(), where);
  own_ = tiling_.box_of(comm_.rank());
  set_grid();
}

template <class T>
void feature_passes<T>::set_grid() {
  std::vector<int> grid;
  for (auto const& axis : tiling_.grid()) grid.push_back(axis.ranks);
  auto const place = tiling_.coordinates(comm_.rank());
  int const by_rows = tiling_.grid_axis_of(0), by_columns = tiling_.grid_axis_of(1);
  if (by_rows >= 0) {
    columns_shared_ = comm_.along(grid, by_rows, where_);
    has_first_row_ = place[static_cast<std::size_t>(by_rows)] == 0;
  }
  if (by_columns >= 0) {
    rows_shared_ = comm_.along(grid, by_columns, where_);
    has_first_column_ = place[static_cast<std::size_t>(by_columns)] == 0;
  }
}

template <class T>
void feature_passes<T>::pass(index_t n, T const* W, std::vector<T>& result, index_t more,
                             kernel::between_ref<T> between) const {
  trace::region const here("one_pass", where_);
  here.note("algorithm", [&] {
    return std::string(has_all_columns() ? "one pass over the rows, by blocks that stay in cache"
                                         : "products over the columns, added up; then over the rows");
  });
  index_t const m = own_rows(), k = own_columns();
  std::vector<T> Z, V;
  if (!has_all_columns()) {
    comm_.agree([&] { Z.resize(static_cast<std::size_t>(m * n)), V.resize(Z.size()); }, where_);
    product(n, W, Z.data());
  }
  comm_.agree(
      [&] {
        result.resize(static_cast<std::size_t>(k * n + more));
        if (sparse_) {
          kernel::sparse_one_pass_product<T>(n, k, rows_, W, result.data(), between);
        } else if (has_all_columns()) {
          kernel::inner_factor<T> const factor{W, n};
          kernel::one_pass_product<T>(m, n, k, dense_, {&factor, 1}, result.data(), between);
        } else {
          kernel::parallel_ranges(m, 32 * m * n, [&](index_t lo, index_t hi, int) {
            T* const panel = Z.data() + lo * n;
            between(lo, hi, std::span<T* const>(&panel, 1), V.data() + lo * n);
          });
          kernel::gemm<T>(k, n, m, {dense_.data, dense_.ld, true}, {V.data(), n, false}, result.data(), n);
        }
      },
      where_);
  if (columns_shared_)
    columns_shared_->allreduce(std::span<T>(result.data(), static_cast<std::size_t>(k * n)), reduce_op::sum,
                               where_);
}

template <class T>
void feature_passes<T>::product(index_t n, T const* W, T* Z) const {
  index_t const m = own_rows(), k = own_columns();
  if (sparse_)
    kernel::sparse_product<T>(n, rows_, W, Z);
  else
    kernel::gemm<T>(m, n, k, dense_, {W, n, false}, Z, n);
  if (rows_shared_)
    rows_shared_->allreduce(std::span<T>(Z, static_cast<std::size_t>(m * n)), reduce_op::sum, where_);
}

template <class T>
void feature_passes<T>::sum(std::span<double> sums, bool counts) const {
  if (!counts) std::fill(sums.begin(), sums.end(), 0.0);
  comm_.allreduce(sums, reduce_op::sum, where_);
}

template class feature_passes<float>;
template class feature_passes<double>;

}  // namespace pantile::detail
