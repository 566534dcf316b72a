#include "../base/instantiate.hpp"

#include <pantile/kernel/copy.hpp>
#include <pantile/kernel/matrix.hpp>
#include <pantile/ops/machine.hpp>
#include <pantile/ops/matmul.hpp>
#include <pantile/plan/movement.hpp>
#include <pantile/trace/recorder.hpp>

#include <algorithm>
#include <array>
#include <limits>
#include <string>
#include <vector>

namespace pantile::detail {

namespace {

/// The cuts of an operand for the result, where it has all pages and dimension `inner` whole.
std::optional<tiling> cuts_for(operand_survey const& s, extents const& shape, int inner) {
  if (!s.comm) return {};
  for (int page = 0; page < shape.dimensions() - 2; ++page)
    if (s.shape[page] != shape[page]) return {};
  tiling const natural = natural_tiling(s);
  if (!natural.is_cartesian() || natural.is_replicated() || natural.grid_axis_of(inner) >= 0) return {};
  std::vector<std::vector<index_t>> cuts(static_cast<std::size_t>(shape.dimensions()));
  for (int d = 0; d < shape.dimensions(); ++d)
    if (natural.grid_axis_of(d) >= 0) cuts[static_cast<std::size_t>(d)] = natural.boundaries(d);
  return tiling::cartesian(shape, natural.grid(), std::move(cuts));
}

bool everywhere(operand_survey const& s) { return !s.comm || natural_tiling(s).is_replicated(); }

}  // namespace

tiling batch_tiling(operand_survey const& a, operand_survey const& b, extents const& shape, int ranks) {
  auto const because = [](char const* why, tiling const& t) {
    trace::note("why", [why] { return why; });
    return t;
  };
  if (everywhere(a) && everywhere(b))
    return because("every rank has both operands", tiling::replicated().bind(shape, ranks));
  int const rows = shape.dimensions() - 2;
  if (auto const cuts = cuts_for(a, shape, rows + 1))
    return because("the first operand's cuts leave its rows whole: it stays where it is", *cuts);
  if (auto const cuts = cuts_for(b, shape, rows))
    return because("the second operand's cuts leave its columns whole: it stays where it is", *cuts);
  int axis = 0;  // the longest, pages before rows where they are enough
  for (int d = 1; d <= rows; ++d)
    if (shape[axis] < ranks && shape[d] > shape[axis]) axis = d;
  return because("no operand's cuts leave what is summed over whole: by pages, or rows where these are more",
                 tiling::axis(axis).bind(shape, ranks));
}

bool has_readable_pages(view_map const& view) {
  auto const rows = static_cast<std::size_t>(view.shape.dimensions() - 2), columns = rows + 1;
  for (std::size_t d = 0; d <= columns; ++d)
    if (view.axis[d] >= 0 && view.step[d] != 1) return false;
  int const last = view.stored.dimensions() - 1;
  auto const has_stride = [&](std::size_t d) {
    return view.axis[d] >= 0 || view.shape[static_cast<int>(d)] == 1;
  };
  return (view.axis[columns] == last && has_stride(rows)) || (view.axis[rows] == last && has_stride(columns));
}

namespace {

/// What one rank needs of an operand, and where it has it.
template <class T>
class pages {
 public:
  /// `inner` is the dimension that is summed over.
  pages(page_operand const& o, tiling const& target, box const& own, int inner, std::source_location where)
      : o_(o), inner_(inner), where_(where), needed_(needed_for(own)), storage_(o.storage), memory_(o.memory) {
    if (!o.comm) return;
    for (int r = 0; r < o.comm->size(); ++r) {
      wanted_.push_back({needed_for(target.box_of(r))});
      box const& wanted = wanted_.back()[0];
      most_ = std::max(most_, wanted.count());
      box const stored = o.tiled.stored_box(r);
      // BLAS counts the distance of rows in 32 bits.
      bool const in_reach = distance_of_rows(stored) <= std::numeric_limits<int>::max();
      here_ = here_ && (wanted.empty() || (stored.contains(wanted) && in_reach));
    }
  }

  /// The elements that the busiest rank takes memory for.
  index_t most_fetched() const { return here_ ? 0 : most_; }
  void allocate() {
    if (here_) return;
    memory_ = allocate_tile(needed_.count() * index_t{sizeof(T)}, memory_kind::local);
    storage_ = needed_;
  }
  void fetch() {
    if (here_) return;
    target_tile const tile{memory_.get(), needed_};
    execute(plan_gather(o_.tiled, wanted_, o_.comm->rank()), *o_.comm, {o_.memory.get(), o_.storage},
            {&tile, 1}, sizeof(T), where_);
  }

  /// The matrices of the pages of the box of the result: these count through its leading dimensions.
  auto matrices(box const& own) const {
    int const rows = rows_dimension(), along = along_rows(), across = 2 * rows + 1 - along;
    // The distance of rows of which there is one does not matter, but BLAS wants them apart.
    index_t const length = along == inner_ ? own.extent(across) : o_.view.shape[across];
    kernel::matrix_view<T> const first{
        reinterpret_cast<T const*>(memory_.get()) + kernel::offset_in(needed_, storage_),
        std::max(distance_of_rows(storage_), length), along != rows};
    std::array<index_t, max_dimensions> strides{};
    for (int d = 0; d < rows; ++d)
      if (o_.view.shape[d] > 1) strides[static_cast<std::size_t>(d)] = stride_in(storage_, d);
    return [=](index_t page) {
      kernel::matrix_view<T> matrix = first;
      for (int d = rows; d-- > 0; page /= own.extent(d))
        matrix.data += page % own.extent(d) * strides[static_cast<std::size_t>(d)];
      return matrix;
    };
  }

 private:
  box needed_for(box const& own) const {
    extents const& shape = o_.view.shape;
    box part(shape);
    for (int d = 0; d < shape.dimensions(); ++d) {
      auto const i = static_cast<std::size_t>(d);
      if (d == inner_ || shape[d] == 1) continue;
      part.lo[i] = own.lo[i];
      part.hi[i] = own.hi[i];
    }
    if (own.empty()) part.hi = part.lo;
    return o_.view.stored_box(part);
  }
  int rows_dimension() const { return o_.view.shape.dimensions() - 2; }
  /// The dimension along which rows lie below one another in memory: the columns of transposed pages.
  int along_rows() const {
    int const rows = rows_dimension();
    bool const by_rows = o_.view.axis[static_cast<std::size_t>(rows + 1)] == o_.view.stored.dimensions() - 1;
    return by_rows ? rows : rows + 1;
  }
  index_t distance_of_rows(box const& storage) const {
    return o_.view.shape[along_rows()] == 1 ? 0 : stride_in(storage, along_rows());
  }
  /// The distance of elements along a dimension, in memory that has this part of the operand.
  index_t stride_in(box const& storage, int d) const {
    int const axis = o_.view.axis[static_cast<std::size_t>(d)];
    index_t elements = axis < 0 ? 0 : 1;
    for (int s = axis + 1; axis >= 0 && s < storage.dimensions; ++s) elements *= storage.extent(s);
    return elements;
  }

  page_operand const& o_;
  int inner_;
  std::source_location where_;
  box needed_, storage_;  // where the operand is stored
  std::shared_ptr<std::byte> memory_;
  std::vector<std::vector<box>> wanted_;  // of every rank
  index_t most_ = 0;
  bool here_ = true;
};

void check_budget(index_t bytes, std::source_location where) {
  if (index_t const budget = memory_budget(); bytes > budget)
    throw memory_error("a product of pages takes " + std::to_string(bytes) +
                           " bytes on a rank for its part of the result and what it fetches; the budget is " +
                           std::to_string(budget),
                       where);
}

}  // namespace

template <class T>
product multiply_pages(page_operand const& a, page_operand const& b, extents const& shape, tiling const& target,
                       std::source_location where) {
  trace::note("algorithm", [] { return "a product for each page"; });
  product result;
  result.comm = a.comm ? a.comm : b.comm;
  result.tiled = target;
  result.storage = result.comm ? target.box_of(result.comm->rank()) : box(shape);
  int const rows = shape.dimensions() - 2;
  box const& own = result.storage;
  pages<T> left(a, target, own, rows + 1, where), right(b, target, own, rows, where);
  index_t largest = 0;
  for (int r = 0; r < target.ranks() && result.comm; ++r) largest = std::max(largest, target.box_of(r).count());
  if (result.comm)
    check_budget((largest + left.most_fetched() + right.most_fetched()) * index_t{sizeof(T)}, where);
  auto const allocate = [&] {
    result.memory = allocate_tile(own.count() * index_t{sizeof(T)},
                                  result.comm ? memory_kind::shareable : memory_kind::local);
    left.allocate();
    right.allocate();
  };
  if (result.comm)
    result.comm->check_same(
        "matmul", where,
        [&] {
          allocate();
          return hash_combine(hash_combine(a.tiled.fingerprint(), b.tiled.fingerprint()), target.fingerprint());
        },
        [&] { return to_string(a.tiled) + " by " + to_string(b.tiled); });
  else
    allocate();
  left.fetch();
  right.fetch();
  index_t const m = own.extent(rows), n = own.extent(rows + 1), k = a.view.shape[rows + 1];
  T* const c = reinterpret_cast<T*>(result.memory.get());
  auto const a_of = left.matrices(own), b_of = right.matrices(own);
  kernel::gemm_pages<T>(m * n > 0 ? own.count() / (m * n) : 0, m, n, k, [&](index_t page) {
    return kernel::page_product<T>{a_of(page), b_of(page), c + page * m * n};
  });
  return result;
}

#define PANTILE_INSTANTIATE(T)                                                                                \
  template product multiply_pages<T>(page_operand const&, page_operand const&, extents const&, tiling const&, \
                                     std::source_location);
PANTILE_FOR_PRODUCT_TYPES(PANTILE_INSTANTIATE)
#undef PANTILE_INSTANTIATE

}  // namespace pantile::detail
