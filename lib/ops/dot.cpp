#include <pantile/kernel/copy.hpp>
#include <pantile/kernel/matrix.hpp>
#include <pantile/ops/dot.hpp>
#include <pantile/trace/recorder.hpp>

#include <algorithm>
#include <cmath>
#include <functional>

namespace pantile::detail {

namespace {

/// How a product is shared out: which of m, k, n is cut over the ranks, and where.
struct share {
  enum class cut { none, m, k, n } by = cut::none;
  std::vector<index_t> cuts;
};

/// The cuts along a stored dimension where it alone is cut, over all ranks; nothing otherwise.
std::vector<index_t> const* cuts_along(factor const& f, int dimension) {
  if (!f.comm || dimension < 0 || !f.tiled.is_cartesian() || f.tiled.grid().size() != 1) return nullptr;
  if (f.tiled.grid()[0].dimension != dimension) return nullptr;
  return &f.tiled.boundaries(dimension);
}

bool everywhere(factor const& f) { return !f.comm || f.tiled.is_replicated(); }

struct range {
  index_t lo = 0, hi = 0;
  index_t size() const { return hi - lo; }
};

range part_of(share const& s, share::cut which, index_t extent, int rank) {
  if (s.by != which) return {0, extent};
  auto const r = static_cast<std::size_t>(rank);
  return {s.cuts[r], s.cuts[r + 1]};
}

box box_of(factor const& f, range outer, range inner) {
  box b;
  b.dimensions = f.stored.dimensions;
  auto set = [&](int d, range r) {
    if (d < 0) return;
    b.lo[static_cast<std::size_t>(d)] = r.lo;
    b.hi[static_cast<std::size_t>(d)] = r.hi;
  };
  set(f.outer, outer);
  set(f.inner, inner);
  return b;
}

/// Brings this rank's part of a factor here and describes it to the kernels. `left`: rows are the outer
/// dimension.
template <class T>
kernel::matrix_view<T> bring(factor const& f, share const& s, int rank, bool left, index_t m, index_t n,
                             index_t k, std::vector<std::shared_ptr<std::byte>>& keep) {
  auto wanted = [&](int reader) {
    range const outer = left ? part_of(s, share::cut::m, m, reader) : part_of(s, share::cut::n, n, reader);
    return box_of(f, outer, part_of(s, share::cut::k, k, reader));
  };
  fetched here{f.memory, f.stored};
  box const mine = wanted(rank);
  if (f.comm) {
    std::vector<box> all(static_cast<std::size_t>(f.comm->size()));
    for (std::size_t r = 0; r < all.size(); ++r) all[r] = wanted(static_cast<int>(r));
    here = fetch(*f.comm, f.tiled, f.memory, f.stored, all, sizeof(T));
  }
  keep.push_back(here.memory);
  index_t const ld = f.stored.dimensions == 1 ? 1 : here.storage.extent(1);
  T const* data = reinterpret_cast<T const*>(here.memory.get()) + kernel::offset_in(mine, here.storage);
  if (f.outer < 0) return {data, 1, left};  // a contiguous column; a row where it stands on the left
  bool const rows_first = f.outer == 0;     // stored with the outer dimension as rows
  return {data, ld, left ? !rows_first : rows_first};
}

tiling result_tiling(share const& s, extents const& shape, bool has_m, int ranks) {
  std::vector<std::vector<index_t>> cuts(static_cast<std::size_t>(shape.dimensions()));
  int dimension = -1;
  if (s.by == share::cut::m) dimension = 0;
  if (s.by == share::cut::n) dimension = has_m ? 1 : 0;
  if (dimension >= 0) cuts[static_cast<std::size_t>(dimension)] = s.cuts;
  return tiling::cartesian(shape, {{ranks, dimension}}, std::move(cuts));
}

bool is_gram(factor const& a, factor const& b, share const& s) {
  return s.by != share::cut::m && s.by != share::cut::n && a.memory == b.memory && a.outer >= 0 &&
         b.outer == a.outer && a.inner == b.inner;
}

std::string algorithm_text(share const& s, bool gram, bool distributed) {
  std::string const product =
      gram ? "Gram matrix (one operand is the other transposed: half the work)" : "product";
  switch (s.by) {
    case share::cut::m:
      return "row x replicated: the left operand is cut by rows, the right one is needed whole";
    case share::cut::n:
      return "replicated x column: the right operand is cut by columns, the left one is at hand";
    case share::cut::k:
      return "outer " + product + " of the cuts along the inner dimension, then one allreduce";
    case share::cut::none:
      break;
  }
  return (distributed ? "replicated " : "local ") + product;
}

/// How many elements the rank lacks of what it needs.
index_t lacking(factor const& f, box const& wanted, int rank) {
  if (!f.comm) return 0;
  return wanted.count() - intersect(wanted, f.tiled.stored_box(rank)).count();
}

class planner {
 public:
  planner(factor const& a, factor const& b, int ranks, index_t element_bytes)
      : a_(a), b_(b), ranks_(ranks), bytes_(element_bytes) {}

  /// The way that the tilings of the operands ask for: what is cut stays cut.
  share chosen() const {
    using cut = share::cut;
    if (everywhere(a_) && everywhere(b_)) return {};
    if (auto const* cuts = cuts_along(a_, a_.outer)) return {cut::m, *cuts};
    if (auto const* cuts = cuts_along(a_, a_.inner)) return {cut::k, *cuts};
    if (everywhere(a_)) {
      if (auto const* cuts = cuts_along(b_, b_.inner)) return {cut::k, *cuts};
      if (auto const* cuts = cuts_along(b_, b_.outer)) return {cut::n, *cuts};
    }
    // Neither operand says how: rows of the result, or of the sum where the result is a vector over n only.
    if (a_.outer >= 0) return {cut::m, even_cuts(a_.outer_extent, ranks_)};
    return {cut::k, even_cuts(a_.inner_extent, ranks_)};
  }

  /// What the other ways would cost.
  std::vector<trace::alternative> rejected(share::cut taken) const {
    using cut = share::cut;
    std::vector<trace::alternative> ways;
    auto const also = [&](cut by, int dimension, std::vector<index_t> const* cuts, index_t extent) {
      if (dimension >= 0 && by != taken) ways.push_back(cost({by, cuts ? *cuts : even_cuts(extent, ranks_)}));
    };
    also(cut::m, a_.outer, cuts_along(a_, a_.outer), a_.outer_extent);
    auto const* inner = cuts_along(a_, a_.inner);
    also(cut::k, a_.inner, inner ? inner : cuts_along(b_, b_.inner), a_.inner_extent);
    also(cut::n, b_.outer, cuts_along(b_, b_.outer), b_.outer_extent);
    return ways;
  }

  /// What the busiest rank must at least receive, whatever the algorithm: a rank that computes its share of the
  /// m n k products touches at least the surface of the least box of that volume within m x n x k (Loomis and
  /// Whitney; Demmel et al. 2013, "Communication-optimal parallel recursive rectangular matrix
  /// multiplication"), and holds no more than its tiles of it.
  index_t lower_bound(tiling const& result) const {
    double sides[] = {static_cast<double>(a_.outer_extent), static_cast<double>(a_.inner_extent),
                      static_cast<double>(b_.outer_extent)};
    std::sort(std::begin(sides), std::end(sides), std::greater<>());
    auto const [largest, middle, least] = sides;
    double const volume = largest * middle * least / ranks_;
    if (volume == 0) return 0;
    double surface = 3 * std::cbrt(volume * volume);
    if (ranks_ * middle <= largest)
      surface = (largest * middle + largest * least) / ranks_ + middle * least;
    else if (ranks_ * least * least <= largest * middle)
      surface = volume / least + 2 * std::sqrt(volume * least);
    index_t held = 0;
    for (int r = 0; r < ranks_; ++r) {
      auto const of = [&](factor const& f) {
        return f.comm ? f.tiled.stored_box(r).count() : f.stored.count();
      };
      index_t const own =
          result.is_replicated() ? (result.shape().count() + ranks_ - 1) / ranks_ : result.box_of(r).count();
      held = std::max(held, of(a_) + of(b_) + own);
    }
    return std::max<index_t>(0, static_cast<index_t>(surface) - held) * bytes_;
  }

 private:
  trace::alternative cost(share const& s) const {
    index_t const m = a_.outer_extent, k = a_.inner_extent, n = b_.outer_extent;
    bool const gram = is_gram(a_, b_, s);
    trace::alternative c{algorithm_text(s, gram, true)};
    for (int r = 0; r < ranks_; ++r) {
      range const pm = part_of(s, share::cut::m, m, r), pk = part_of(s, share::cut::k, k, r),
                  pn = part_of(s, share::cut::n, n, r);
      index_t received = lacking(a_, box_of(a_, pm, pk), r) + lacking(b_, box_of(b_, pn, pk), r);
      if (s.by == share::cut::k && ranks_ > 1) received += m * n;
      c.bytes_received = std::max(c.bytes_received, received * bytes_);
      double const work = 2.0 * static_cast<double>(pm.size()) * static_cast<double>(pk.size()) *
                          static_cast<double>(pn.size());
      c.flops = std::max(c.flops, gram ? work / 2 : work);
    }
    return c;
  }

  factor const& a_;
  factor const& b_;
  int ranks_;
  index_t bytes_;
};

}  // namespace

void check_inner(index_t a, index_t b, std::source_location where) {
  if (a != b)
    throw shape_error("dot: the left operand has " + std::to_string(a) + " columns, the right one " +
                          std::to_string(b) + " rows; they must be equal",
                      where);
}

template <class T>
product multiply_factors(factor const& a, factor const& b, int dimensions, std::source_location where) {
  if (a.comm && b.comm && !(*a.comm == *b.comm))
    throw tiling_error("dot: the operands belong to different communicators; retile one of them", where);
  trace::region const here("dot");
  index_t const m = a.outer_extent, k = a.inner_extent, n = b.outer_extent;
  product result;
  result.comm = a.comm ? a.comm : b.comm;
  int const ranks = result.comm ? result.comm->size() : 1, rank = result.comm ? result.comm->rank() : 0;
  planner const plan(a, b, ranks, index_t{sizeof(T)});
  share const s = result.comm ? plan.chosen() : share{};

  std::vector<index_t> sizes;
  if (a.outer >= 0) sizes.push_back(m);
  if (b.outer >= 0) sizes.push_back(n);
  extents const shape(sizes.data(), dimensions);
  result.tiled = result.comm ? result_tiling(s, shape, a.outer >= 0, ranks) : tiling();
  note_site(here, result.comm, result.tiled, shape);
  if (here.heard() && result.comm) {
    here.lower_bound(plan.lower_bound(result.tiled));
    for (trace::alternative& other : plan.rejected(s.by)) here.rejected(std::move(other));
  }
  here.note("algorithm", [&] { return algorithm_text(s, is_gram(a, b, s), result.comm.has_value()); });
  result.storage = result.comm ? result.tiled.box_of(rank) : box(shape);
  result.memory = allocate_tile(result.storage.count() * index_t{sizeof(T)},
                                result.comm ? memory_kind::shareable : memory_kind::local);
  T* c = reinterpret_cast<T*>(result.memory.get());

  std::vector<std::shared_ptr<std::byte>> keep;
  auto const left = bring<T>(a, s, rank, true, m, n, k, keep);
  index_t const rows = part_of(s, share::cut::m, m, rank).size(),
                columns = part_of(s, share::cut::n, n, rank).size(),
                depth = part_of(s, share::cut::k, k, rank).size();
  if (is_gram(a, b, s)) {
    // left is seen transposed (its rows are the outer dimension): the k x n matrix is the other view of it.
    kernel::gram_matrix<T>(columns, depth, {left.data, left.ld, !left.transposed}, c, columns);
  } else {
    auto const right = bring<T>(b, s, rank, false, m, n, k, keep);
    kernel::gemm<T>(rows, columns, depth, left, right, c, columns);
  }
  if (s.by == share::cut::k)
    result.comm->allreduce(std::span<T>(c, static_cast<std::size_t>(rows * columns)), reduce_op::sum, where);
  return result;
}

template product multiply_factors<float>(factor const&, factor const&, int, std::source_location);
template product multiply_factors<double>(factor const&, factor const&, int, std::source_location);
template product multiply_factors<std::complex<float>>(factor const&, factor const&, int, std::source_location);
template product multiply_factors<std::complex<double>>(factor const&, factor const&, int,
                                                        std::source_location);
template product multiply_factors<std::uint8_t>(factor const&, factor const&, int, std::source_location);
template product multiply_factors<std::int32_t>(factor const&, factor const&, int, std::source_location);
template product multiply_factors<std::int64_t>(factor const&, factor const&, int, std::source_location);

}  // namespace pantile::detail
