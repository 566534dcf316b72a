#pragma once

#include <pantile/kernel/matrix.hpp>
#include <pantile/ops/dot_node.hpp>
#include <pantile/ops/evaluate.hpp>

#include <optional>
#include <source_location>
#include <span>
#include <vector>

// The rows that a rank holds of a tall matrix, for products with its transpose that go over them once. Whether
// both factors are the same memory is known when the product runs.
namespace pantile::detail {

/// The rows of a tall matrix that this rank holds, and where they lie.
template <class T>
struct held_rows {
  std::optional<communicator> comm;
  tiling cut;  // of the rows: a tiling of one dimension
  index_t lo = 0, hi = 0;
  index_t columns = 0;
  kernel::matrix_view<T> view{};
  /// True where the ranks hold different rows, so that what they compute of them is to be added up.
  bool shared_out() const { return comm && !cut.is_replicated(); }
};

/// The tiling of the rows of a matrix whose stored dimension `rows` is cut, or nothing; of all rows where it is
/// replicated. None where rows are not all that is cut.
std::optional<tiling> cut_rows(std::optional<communicator> const& comm, tiling const& stored, int rows,
                               index_t count);

/// x seen as rows, given its transpose; none where its rows are not what the ranks have of it.
template <element T>
std::optional<held_rows<T>> held_rows_of(leaf<T, 2> const& transposed) {
  if (!transposed.view.is_permutation()) return {};
  int const along_rows = transposed.view.axis[1];
  auto const cut = cut_rows(transposed.comm, transposed.stored_tiling, along_rows, transposed.extent[1]);
  if (!cut) return {};
  box const mine = transposed.comm ? cut->box_of(transposed.comm->rank()) : box(extents{transposed.extent[1]});
  held_rows<T> x{transposed.comm, *cut, mine.lo[0], mine.hi[0], transposed.extent[0], {}};
  box const& stored = transposed.stored_box;
  index_t const skipped = mine.empty() ? 0 : mine.lo[0] - stored.lo[static_cast<std::size_t>(along_rows)];
  index_t const ld = stored.extent(1);
  x.view = {transposed.data() + (along_rows == 0 ? skipped * ld : skipped), ld, along_rows != 0};
  return x;
}

/// True where two leaves are the same matrix, one the transpose of the other.
template <element T>
bool are_transposes(leaf<T, 2> const& a, leaf<T, 2> const& b) {
  return a.memory == b.memory && a.stored_box == b.stored_box && a.comm == b.comm && a.view.is_permutation() &&
         b.view.is_permutation() && a.view.axis[0] == b.view.axis[1];
}

/// The tiling of an array with D dimensions, the first one cut like these rows.
template <int D>
tiling tiling_of_rows(tiling const& cut, shape_t<D> const& shape) {
  if constexpr (D == 1) {
    return cut;
  } else {
    return tiling::cartesian(
        extents(shape), cut.grid().empty() ? std::vector<tiling::grid_axis>{{cut.ranks(), -1}} : cut.grid(),
        {cut.boundaries(0), {0, shape[1]}});
  }
}

/// Elements that every rank adds up its own share of: sums over the ranks where they hold different rows.
template <element T>
void add_up(held_rows<T> const& x, std::span<T> shares, std::source_location where) {
  if (x.shared_out()) x.comm->allreduce(shares, reduce_op::sum, where);
}

/// Where the rows of a result are computed that has `D` dimensions, the first one cut as the rows of X. A local
/// X beside distributed operands is a matrix that all ranks have.
template <element T, int D>
evaluation_site<D> site_of_rows(held_rows<T>& x, operand_survey const& survey, shape_t<D> const& shape) {
  if (x.comm)
    check_communicator(survey, *x.comm);
  else if (survey.comm) {
    x.comm = survey.comm;
    x.cut = tiling::replicated().bind(extents{x.hi}, x.comm->size());
  }
  return site_at<D>(shape, x.comm, x.comm ? tiling_of_rows<D>(x.cut, shape) : tiling());
}

}  // namespace pantile::detail
