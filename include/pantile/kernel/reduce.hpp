#pragma once

#include <pantile/kernel/fused.hpp>
#include <pantile/kernel/monoids.hpp>

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
  /// Whether each stretch is all that its result is made of.
  bool by_rows() const { return along_ && stages_ == 1; }
  index_t row_length() const { return extents_[N - 1]; }
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

/// Short rows side by side: the first elements of all of them are folded, then the second ones. A row alone
/// would be over before its loop has begun. A monoid whose accumulators do not fit a vector has rows of its
/// own, `beside<A>`.
template <class Monoid, class A>
class rows_side_by_side {
 public:
  /// Takes the elements of a row.
  template <class Run>
  void put(index_t row, Run run, index_t length) {
    for (index_t j = 0; j < length; ++j) elements_[j][row] = static_cast<A>(run[j]);
  }
  /// Combines each row with a result, in the order of its elements.
  PANTILE_WIDEST_VECTORS void fold(A* out, index_t length) const {
    for (index_t j = 0; j < length; ++j) detail::fold_into<Monoid, false>(out, elements_[j], rows_beside);
  }

 private:
  alignas(64) A elements_[short_row][rows_beside] = {};
};
template <class Monoid, class A>
requires requires { typename Monoid::template beside<A>; }
class rows_side_by_side<Monoid, A> : public Monoid::template beside<A> {};

/// True where that is faster: not where a monoid looks at a row more than once.
template <class Monoid, class A, class Run>
inline constexpr bool goes_side_by_side = std::is_arithmetic_v<A> && !requires(A a, Run run) {
  Monoid::fold_run(a, run, index_t{});
};
template <class Monoid, class A, class Run>
requires requires { typename Monoid::template beside<A>; }
inline constexpr bool goes_side_by_side<Monoid, A, Run> = true;

/// The rows of a nest `by_rows`: give(number, accumulator) for each result.
template <class Monoid, class A, int N, class Bound, class Give>
void reduce_rows(reduction_walk<N>& walk, Bound& bound, index_t length, Give const& give) {
  using run = decltype(bound.at_index(walk.index, length));
  if constexpr (goes_side_by_side<Monoid, A, run>) {
    if (length <= short_row) {
      rows_side_by_side<Monoid, A> rows;
      for (index_t n = rows_beside; n == rows_beside;) {
        index_t first = 0;
        for (n = 0; n < rows_beside && walk.next(); ++n) {
          if (n == 0) first = walk.result;
          rows.put(n, bound.at_index(walk.index, length), length);
        }
        A found[rows_beside];
        std::fill_n(found, rows_beside, Monoid::template identity<A>());
        if (n > 0) rows.fold(found, length);
        for (index_t r = 0; r < n; ++r) give(first + r, found[r]);
      }
      return;
    }
  }
  while (walk.next())
    give(walk.result,
         reduce_run<Monoid>(Monoid::template identity<A>(), bound.at_index(walk.index, length), length));
}

/// Reduces a box into `out`, row-major over the dimensions that are kept, which holds identities before. Where
/// `out` is null, which it may be of a nest `by_rows`, give(number, accumulator) takes each result.
template <class Monoid, class A, int N, class Bound, class Give>
void reduce_axes(reduction_nest<N> const& nest, Bound const& bound, A* out, Give const& give) {
  if (nest.by_rows()) {
    nest.run([&](reduction_walk<N>& walk) {
      Bound mine(bound);
      reduce_rows<Monoid, A, N>(walk, mine, nest.row_length(), [&](index_t number, A const& found) {
        if (out)
          out[number] = found;
        else
          give(number, found);
      });
    });
    return;
  }
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
