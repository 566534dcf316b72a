#include "../base/instantiate.hpp"
#include "rows.hpp"

#include <pantile/kernel/fused.hpp>

#include <algorithm>

namespace pantile::kernel {

namespace {

/// Drops dimensions of one element and merges contiguous ones: `extents` keeps its `dimensions` entries,
/// leading ones of removed dimensions are 1. `target_strides` may be null.
void merge_dimensions(int dimensions, index_t* extents, index_t* target_strides, mergeable_loops const& loops) {
  auto const remove = [&](int i) {
    for (int k = i; k > 0; --k) extents[k] = extents[k - 1];
    extents[0] = 1;
    loops.removed(loops.bound, i);
    if (!target_strides) return;
    for (int k = i; k > 0; --k) target_strides[k] = target_strides[k - 1];
    target_strides[0] = 0;
  };
  for (int step = 0, d = dimensions - 2; step < dimensions - 1; ++step) {
    bool const target_merges = !target_strides || target_strides[d] == target_strides[d + 1] * extents[d + 1];
    // Results are stored with unit stride, so the last dimension stays where a halo lies between the elements
    // above.
    bool const may_go = !target_strides || d + 1 < dimensions - 1 || target_strides[d] == 1;
    if (extents[d + 1] == 1 && may_go) {
      remove(d + 1);
    } else if (extents[d] == 1 || (target_merges && loops.mergeable(loops.bound, d, extents[d + 1]))) {
      extents[d + 1] *= extents[d];
      remove(d);
    } else {
      --d;
    }
  }
}

}  // namespace

template <int N>
loop_nest<N>::loop_nest(strides_t<N> const& box_extents, mergeable_loops const& loops,
                        strides_t<N> const* target_strides)
    : extents_(box_extents) {
  for (index_t n : extents_) total_ *= n;
  if (target_strides) target_strides_ = *target_strides;
  if (N > 1 && !loops.fixed)
    merge_dimensions(N, extents_.data(), target_strides ? target_strides_.data() : nullptr, loops);
}

template <int N>
void loop_nest<N>::cut(index_t length, bool by_rows) {
  index_t const inner = extents_[N - 1];
  length_ = length;
  by_rows_ = by_rows;
  in_row_ = (inner + length - 1) / length;
  stretches_ = total_ == 0 ? 0 : total_ / inner * in_row_;
}

template <int N>
bool loop_nest<N>::cut_for_target(bool unit_stride, index_t longest, index_t element_bytes) {
  bool const stream =
      unit_stride && total_ * element_bytes >= streaming_result_bytes && extents_[N - 1] >= stretch;
  cut(unit_stride && !stream ? longest : stretch, unit_stride);
  return stream;
}

template <int N>
void loop_nest<N>::run(function_ref<void(stretch_walk<N>&)> body) const {
  parallel_ranges(stretches_, total_, [&](index_t begin, index_t end, int) {
    stretch_walk<N> walk(*this, begin, end);
    body(walk);
  });
}

template <int N>
void loop_nest<N>::run_in_parts(index_t parts, function_ref<void(stretch_walk<N>&, index_t)> body) const {
  parallel_ranges(parts, total_, [&](index_t first, index_t last, int) {
    for (index_t part = first; part < last; ++part) {
      stretch_walk<N> walk(*this, stretches_ * part / parts, stretches_ * (part + 1) / parts);
      body(walk, part);
    }
  });
}

template <int N>
stretch_walk<N>::stretch_walk(loop_nest<N> const& nest, index_t begin, index_t end)
    : nest_(&nest), left_(end - begin), in_row_(0) {
  if (left_ == 0) return;
  index_t const rows = nest.stretches_ / nest.in_row_;
  index_t const row = nest.by_rows_ ? begin / nest.in_row_ : begin % rows;
  in_row_ = nest.by_rows_ ? begin % nest.in_row_ : begin / rows;
  detail::go_to_row(index, row, nest.extents_);
}

template <int N>
bool stretch_walk<N>::next() {
  if (left_ == 0) return false;
  if (begun_) {
    if (!nest_->by_rows_) {
      if (!detail::go_to_next_row(index, nest_->extents_)) ++in_row_;
    } else if (++in_row_ == nest_->in_row_) {
      in_row_ = 0;
      detail::go_to_next_row(index, nest_->extents_);
    }
  }
  begun_ = true;
  --left_;
  index[N - 1] = in_row_ * nest_->length_;
  length = std::min(nest_->length_, nest_->extents_[N - 1] - index[N - 1]);
  offset = 0;
  for (std::size_t d = 0; d < N; ++d) offset += index[d] * nest_->target_strides_[d];
  return true;
}

#define PANTILE_INSTANTIATE(N) \
  template class loop_nest<N>; \
  template struct stretch_walk<N>;
PANTILE_FOR_DIMENSIONS(PANTILE_INSTANTIATE)
#undef PANTILE_INSTANTIATE

}  // namespace pantile::kernel
