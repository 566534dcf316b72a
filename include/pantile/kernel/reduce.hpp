#pragma once

#include <pantile/kernel/fused.hpp>

#include <algorithm>
#include <memory>

// Reductions fused with the expression that they reduce. A Monoid has `template <class T> using accumulator`,
// `identity<A>()` and `combine(A, A)`; elements are converted to the accumulator when they are read. A monoid
// that reduces a stretch of elements better than one by one has `fold_run(A start, run, length)`.
//
// The order of combination follows from the shape of the box and the strides of the operands alone: the same
// bits for any number of threads.
namespace pantile::kernel {

/// One stretch of elements, in 8 independent chains.
template <class Monoid, class A, class Run>
A reduce_run(A start, Run run, index_t length) {
  if constexpr (requires { Monoid::fold_run(start, run, length); }) {
    return Monoid::fold_run(start, run, length);
  } else {
    constexpr int lanes = 8;
    A lane[lanes];
    for (A& a : lane) a = Monoid::template identity<A>();
    index_t j = 0;
    for (; j + lanes <= length; j += lanes) {
#pragma GCC unroll 8
      for (int l = 0; l < lanes; ++l) lane[l] = Monoid::combine(lane[l], static_cast<A>(run[j + l]));
    }
    for (; j < length; ++j) start = Monoid::combine(start, static_cast<A>(run[j]));
    for (int width = lanes / 2; width > 0; width /= 2)
      for (int l = 0; l < width; ++l) lane[l] = Monoid::combine(lane[l], lane[l + width]);
    return Monoid::combine(start, lane[0]);
  }
}

/// Into how many parts work is cut, whose results are then combined in their order: what there is for threads
/// to share, whatever their number.
inline constexpr index_t reduction_parts = 64;

/// The reduction over the whole box; the identity for an empty one.
template <class Monoid, class A, int N, class Bound>
A reduce_box(strides_t<N> const& box_extents, Bound bound) {
  loop_nest<N> nest(box_extents, mergeable_loops::of(bound), nullptr);
  nest.cut(bound.unit_stride() ? std::min<index_t>(4096, Bound::longest) : stretch, true);
  index_t const parts = std::min(nest.stretches(), 4 * reduction_parts);
  auto const partial = std::make_unique<A[]>(static_cast<std::size_t>(parts));
  nest.run_in_parts(parts, [&](stretch_walk<N>& walk, index_t part) {
    Bound mine(bound);
    A sum = Monoid::template identity<A>();
    while (walk.next()) sum = reduce_run<Monoid>(sum, mine.at_index(walk.index, walk.length), walk.length);
    partial[static_cast<std::size_t>(part)] = sum;
  });
  A total = Monoid::template identity<A>();
  for (index_t part = 0; part < parts; ++part)
    total = Monoid::combine(total, partial[static_cast<std::size_t>(part)]);
  return total;
}

/// The loops that reduce some dimensions of a box. A result is made of stretches of the last dimension where
/// that is reduced; otherwise a stretch of results is made of stretches of elements. Where the results are few,
/// each is made in parts.
template <int N>
struct reduction_walk;
template <int N>
class reduction_nest {
 public:
  /// For a box of these extents.
  reduction_nest(strides_t<N> const& box_extents, std::array<bool, static_cast<std::size_t>(N)> const& reduced);

  /// Whether a stretch of elements becomes one result, not as many as it has elements.
  bool along() const { return along_; }
  index_t parts() const { return parts_; }
  index_t results() const { return results_; }
  /// Runs body(walk) on each thread.
  void run(function_ref<void(reduction_walk<N>&)> body) const;

 private:
  friend struct reduction_walk<N>;
  strides_t<N> extents_;
  std::array<bool, static_cast<std::size_t>(N)> reduced_;
  strides_t<N> lines_, steps_;  // the kept and the reduced dimensions, without the last
  bool along_;
  index_t total_ = 1, results_, in_row_, units_, stages_, parts_ = 1;  // units of results, stages of one
};

/// Stretches of elements and where they go: `while (walk.next())`.
template <int N>
struct reduction_walk {
  strides_t<N> index{};  ///< of the first element
  index_t length = 0;    ///< in elements
  index_t result = 0;    ///< number of the (first) result; those of part p come behind p results() others

  /// Of the units [begin, end) of the nest's work.
  reduction_walk(reduction_nest<N> const& nest, index_t begin, index_t end);
  /// Goes to the next one; false behind the last.
  bool next();

 private:
  void begin_unit();
  void next_stage();
  reduction_nest<N> const* nest_;
  index_t work_, end_;        // of all units in all parts
  index_t line_number_ = -1;  // of the unit
  strides_t<N> line_{};       // its place
  index_t stages_left_ = 0, in_row_ = 0;
};

namespace detail {

/// Combines a stretch of elements with as many results.
template <class Monoid, bool MayThrow, class A, class Run>
void fold_into(A* out, Run run, index_t length) {
  if constexpr (MayThrow) {
    for (index_t j = 0; j < length; ++j) out[j] = Monoid::combine(out[j], static_cast<A>(run[j]));
  } else {
#pragma omp simd
    for (index_t j = 0; j < length; ++j) out[j] = Monoid::combine(out[j], static_cast<A>(run[j]));
  }
}

}  // namespace detail

/// Reduces the dimensions that `reduced` names into `out`, row-major over the others, which holds identities
/// before.
template <class Monoid, class A, int N, class Bound>
void reduce_axes(strides_t<N> const& box_extents, std::array<bool, static_cast<std::size_t>(N)> const& reduced,
                 Bound const& bound, A* out) {
  reduction_nest<N> const nest(box_extents, reduced);
  auto const results = static_cast<std::size_t>(nest.results());
  std::size_t const all = nest.parts() == 1 ? 0 : results * static_cast<std::size_t>(nest.parts());
  auto const partial = std::make_unique<A[]>(all);
  std::fill_n(partial.get(), all, Monoid::template identity<A>());
  nest.run([&](reduction_walk<N>& walk) {
    Bound mine(bound);
    A* const to = all == 0 ? out : partial.get();
    while (walk.next()) {
      A* const here = to + walk.result;
      if (nest.along())
        *here = reduce_run<Monoid>(*here, mine.at_index(walk.index, walk.length), walk.length);
      else
        detail::fold_into<Monoid, Bound::may_throw>(here, mine.at_index(walk.index, walk.length), walk.length);
    }
  });
  for (std::size_t i = 0; i < all; ++i) out[i % results] = Monoid::combine(out[i % results], partial[i]);
}

}  // namespace pantile::kernel
