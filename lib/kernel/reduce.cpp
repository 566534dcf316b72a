#include "../base/instantiate.hpp"
#include "rows.hpp"

#include <pantile/kernel/reduce.hpp>

#include <algorithm>

namespace pantile::kernel {

template <int N>
reduction_nest<N>::reduction_nest(strides_t<N> const& box_extents,
                                  std::array<bool, static_cast<std::size_t>(N)> const& reduced)
    : extents_(box_extents), reduced_(reduced), along_(reduced[N - 1]) {
  constexpr std::size_t last = N - 1;
  index_t lines = 1, depth = 1;
  for (std::size_t d = 0; d < N; ++d) {
    lines_[d] = d == last || reduced[d] ? 1 : box_extents[d];
    steps_[d] = d == last || !reduced[d] ? 1 : box_extents[d];
    total_ *= box_extents[d];
    lines *= lines_[d];
    depth *= steps_[d];
  }
  index_t const inner = box_extents[last];
  in_row_ = (inner + stretch - 1) / stretch;
  results_ = along_ ? lines : lines * inner;
  units_ = along_ ? lines : lines * in_row_;
  stages_ = along_ ? depth * in_row_ : depth;
  constexpr index_t worth_parts = 1 << 16;
  if (total_ >= worth_parts) parts_ = std::max<index_t>(1, std::min(stages_, reduction_parts / units_));
}

template <int N>
void reduction_nest<N>::run(function_ref<void(reduction_walk<N>&)> body) const {
  if (total_ == 0) return;
  parallel_ranges(units_ * parts_, total_, [&](index_t begin, index_t end, int) {
    reduction_walk<N> walk(*this, begin, end);
    body(walk);
  });
}

template <int N>
reduction_walk<N>::reduction_walk(reduction_nest<N> const& nest, index_t begin, index_t end)
    : nest_(&nest), work_(begin), end_(end) {}

template <int N>
void reduction_walk<N>::begin_unit() {
  reduction_nest<N> const& n = *nest_;
  constexpr std::size_t last = N - 1;
  index_t const part = n.parts_ == 1 ? 0 : work_ % n.parts_, unit = n.parts_ == 1 ? work_ : work_ / n.parts_;
  ++work_;
  index_t const here = n.along_ || n.in_row_ == 1 ? unit : unit / n.in_row_;
  if (line_number_ < 0)
    detail::go_to_row(line_, here, n.lines_);
  else if (here != line_number_)
    detail::go_to_next_row(line_, n.lines_);
  line_number_ = here;
  index_t const first = n.stages_ * part / n.parts_;
  stages_left_ = n.stages_ * (part + 1) / n.parts_ - first;
  index = line_;
  in_row_ = n.along_ ? 0 : unit - here * n.in_row_;
  result = part * n.results_ + (n.along_ ? unit : here * n.extents_[last] + in_row_ * stretch);
  if (first == 0) return;
  strides_t<N> step{};
  detail::go_to_row(step, n.along_ ? first / n.in_row_ : first, n.steps_);
  for (std::size_t d = 0; d < last; ++d) index[d] += step[d];
  if (n.along_) in_row_ = first % n.in_row_;
}

template <int N>
void reduction_walk<N>::next_stage() {
  if (nest_->along_) {
    if (++in_row_ < nest_->in_row_) return;
    in_row_ = 0;
  }
  for (std::size_t d = N - 1; d-- > 0;) {
    if (!nest_->reduced_[d]) continue;
    if (++index[d] < nest_->extents_[d]) return;
    index[d] = 0;
  }
}

template <int N>
bool reduction_walk<N>::next() {
  if (stages_left_ > 0) {
    next_stage();
  } else {
    if (work_ == end_) return false;
    if (nest_->along_ && nest_->stages_ == 1 && line_number_ >= 0) {  // short rows: the next one
      ++work_;
      ++result;
      detail::go_to_next_row(index, nest_->lines_);
      return true;
    }
    begin_unit();
  }
  --stages_left_;
  index[N - 1] = in_row_ * stretch;
  length = std::min(stretch, nest_->extents_[N - 1] - index[N - 1]);
  return true;
}

#define PANTILE_INSTANTIATE(N)      \
  template class reduction_nest<N>; \
  template struct reduction_walk<N>;
PANTILE_FOR_DIMENSIONS(PANTILE_INSTANTIATE)
#undef PANTILE_INSTANTIATE

}  // namespace pantile::kernel
