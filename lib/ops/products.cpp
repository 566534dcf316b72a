#include "../base/instantiate.hpp"

#include <pantile/kernel/matrix.hpp>
#include <pantile/ops/products.hpp>
#include <pantile/trace/recorder.hpp>

#include <string>
#include <vector>

namespace pantile::detail {

tiling first_cut(tiling const& natural, extents const& shape) {
  int const ranks = natural.ranks();
  if (natural.is_replicated()) return tiling::replicated().bind(shape, ranks);
  bool const by_first =
      natural.is_cartesian() && natural.grid().size() == 1 && natural.grid()[0].dimension == 0;
  if (!by_first) return tiling::axis(0).bind(shape, ranks);
  std::vector<std::vector<index_t>> cuts(static_cast<std::size_t>(shape.dimensions()));
  cuts[0] = natural.boundaries(0);
  return tiling::cartesian(shape, {{ranks, 0}}, std::move(cuts));
}

tiling regrouped(tiling const& t, extents const& shape) {
  if (t.is_replicated() || shape.count() == 0) return tiling::replicated().bind(shape, t.ranks());
  std::vector<std::vector<index_t>> cuts(static_cast<std::size_t>(shape.dimensions()));
  index_t const before = t.shape().count() / t.shape()[0], now = shape.count() / shape[0];
  for (index_t const c : t.boundaries(0)) cuts[0].push_back(c * before / now);
  return tiling::cartesian(shape, {{t.ranks(), 0}}, std::move(cuts));
}

int cut_dimension(std::optional<communicator> const& comm, tiling const& seen) {
  return comm && seen.is_cartesian() && seen.grid().size() == 1 ? seen.grid()[0].dimension : -1;
}

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

tiling batch_operand_tiling(tiling const& result, extents const& operand, int inner, int outer) {
  std::vector<box> boxes;
  for (int r = 0; r < result.ranks(); ++r) {
    box b = result.box_of(r);
    auto const i = static_cast<std::size_t>(inner), o = static_cast<std::size_t>(outer);
    bool const nothing = b.empty();
    b.lo[i] = 0;
    b.hi[i] = nothing ? 0 : operand[inner];
    if (nothing) b.hi[o] = b.lo[o] = 0;
    for (int page = 0; page < operand.dimensions() - 2; ++page) {
      auto const p = static_cast<std::size_t>(page);
      if (operand[page] == 1) b.lo[p] = 0, b.hi[p] = 1;
      if (nothing) b.lo[p] = b.hi[p] = 0;
    }
    boxes.push_back(b);
  }
  return tiling::from_boxes(operand, std::move(boxes));
}

namespace {

/// Where page number `page` of a box begins in an operand: the pages count through the leading dimensions.
index_t page_offset(page_operand const& o, box const& storage, index_t page) {
  index_t offset = 0, size = 1;
  int const pages = o.shape.dimensions() - 2;
  for (int d = o.shape.dimensions(); d-- > pages;) size *= o.storage.extent(d);
  for (int d = pages; d-- > 0;) {
    if (o.shape[d] > 1) offset += page % storage.extent(d) * size;
    page /= storage.extent(d);
    size *= o.storage.extent(d);
  }
  return offset;
}

}  // namespace

template <class T>
void multiply_pages(page_operand const& a, page_operand const& b, std::byte* result, box const& storage) {
  trace::note("algorithm", [] { return "a product for each page"; });
  int const rows = storage.dimensions - 2;
  index_t const m = storage.extent(rows), n = storage.extent(rows + 1), k = a.shape[rows + 1];
  index_t const pages = m * n > 0 ? storage.count() / (m * n) : 0;
  for (index_t page = 0; page < pages; ++page)
    kernel::gemm<T>(m, n, k, {reinterpret_cast<T const*>(a.memory) + page_offset(a, storage, page), k, false},
                    {reinterpret_cast<T const*>(b.memory) + page_offset(b, storage, page), n, false},
                    reinterpret_cast<T*>(result) + page * m * n, n);
}

#define PANTILE_INSTANTIATE(T) \
  template void multiply_pages<T>(page_operand const&, page_operand const&, std::byte*, box const&);
PANTILE_FOR_PRODUCT_TYPES(PANTILE_INSTANTIATE)
#undef PANTILE_INSTANTIATE

void note_contraction(extents const& left, extents const& right, int summed_cut) {
  trace::note("algorithm",
              [&] { return "one product of matrices, " + to_string(left) + " by " + to_string(right); });
  trace::note("why", [&]() -> std::string {
    if (summed_cut < 0) return "the ranks do not cut what is summed over of the first operand";
    return "the ranks cut dimension " + std::to_string(summed_cut) +
           " of the first operand, which is summed over: each multiplies its part, and the sum is shared out";
  });
}

void check_contraction(extents const& a, int* axes_a, extents const& b, int* axes_b, int count,
                       std::source_location where) {
  for (int i = 0; i < count; ++i) {
    axes_a[i] = normalised_axis(axes_a[i], a.dimensions(), where);
    axes_b[i] = normalised_axis(axes_b[i], b.dimensions(), where);
    for (int j = 0; j < i; ++j)
      if (axes_a[i] == axes_a[j] || axes_b[i] == axes_b[j])
        throw index_error("tensordot: an axis is named twice", where);
    if (a[axes_a[i]] != b[axes_b[i]])
      throw shape_error("tensordot: dimension " + std::to_string(axes_a[i]) + " of " + to_string(a) +
                            " and dimension " + std::to_string(axes_b[i]) + " of " + to_string(b) +
                            " have different extents",
                        where);
  }
}

}  // namespace pantile::detail
