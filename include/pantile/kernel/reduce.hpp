#pragma once

#include <pantile/kernel/fused.hpp>

#include <memory>

// Reductions fused with the expression that they reduce. A Monoid has `template <class T> using accumulator`,
// `identity<A>()` and `combine(A, A)`; elements are converted to the accumulator when they are read.
namespace pantile::kernel {

/// One stretch of elements, in 8 independent chains.
template <class Monoid, class A, class Run>
A reduce_run(A start, Run run, index_t length) {
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

/// The reduction over the whole box; the identity for an empty one. The order is fixed for a given number of
/// threads.
template <class Monoid, class A, int N, class Bound>
A reduce_box(strides_t<N> const& box_extents, Bound bound) {
  loop_nest<N> const nest(box_extents, bound, nullptr);
  A total = Monoid::template identity<A>();
  if (nest.total == 0) return total;
  index_t const length = bound.unit_stride() ? 4096 : stretch;
  index_t const inner = nest.extents[N - 1], pieces = (inner + length - 1) / length,
                units = nest.rows() * pieces;
  auto const threads = static_cast<std::size_t>(parallel_threads(units, nest.total));
  auto const partial = std::make_unique<A[]>(threads);  // no vector: its bool elements share words
  std::fill_n(partial.get(), threads, total);
  parallel_ranges(units, nest.total, [&](index_t begin, index_t end, int thread) {
    Bound mine(bound);
    A sum = Monoid::template identity<A>();
    for (index_t u = begin; u < end; ++u) {
      strides_t<N> index = nest.row_index(u / pieces);
      index[N - 1] = u % pieces * length;
      index_t const n = std::min(length, inner - index[N - 1]);
      sum = reduce_run<Monoid>(sum, mine.at_index(index, n), n);
    }
    partial[static_cast<std::size_t>(thread)] = sum;
  });
  for (std::size_t t = 0; t < threads; ++t) total = Monoid::combine(total, partial[t]);
  return total;
}

namespace detail {

/// Reduces indices [first, last) of `axis` (not the last dimension) for the piece of one line of the result.
template <class Monoid, class A, int N, class Bound>
void fold_axis(Bound& bound, strides_t<N> index, int axis, index_t first, index_t last, index_t length,
               A* out) {
  for (index_t k = first; k < last; ++k) {
    index[static_cast<std::size_t>(axis)] = k;
    auto const run = bound.at_index(index, length);
    if constexpr (Bound::may_throw) {
      for (index_t j = 0; j < length; ++j) out[j] = Monoid::combine(out[j], static_cast<A>(run[j]));
    } else {
#pragma omp simd
      for (index_t j = 0; j < length; ++j) out[j] = Monoid::combine(out[j], static_cast<A>(run[j]));
    }
  }
}

}  // namespace detail

/// Reduces dimension `axis` of the box into `out`, row-major over the other dimensions, which holds identities
/// before.
template <class Monoid, class A, int N, class Bound>
void reduce_axis(strides_t<N> const& box_extents, int axis, Bound const& bound, A* out) {
  index_t total = 1;
  for (index_t n : box_extents) total *= n;
  if (total == 0) return;
  strides_t<N> lines = box_extents;  // the dimensions of the result, without its last
  auto const a = static_cast<std::size_t>(axis);
  lines[a] = 1;
  lines[N - 1] = 1;
  index_t line_count = 1;
  for (index_t n : lines) line_count *= n;
  auto line_index = [&](index_t line) {
    strides_t<N> index{};
    for (int d = N - 1; d >= 0; --d) {
      auto const i = static_cast<std::size_t>(d);
      index[i] = line % lines[i];
      line /= lines[i];
    }
    return index;
  };
  index_t const inner = box_extents[N - 1];
  if (axis == N - 1) {
    parallel_ranges(line_count, total, [&](index_t begin, index_t end, int) {
      Bound mine(bound);
      for (index_t line = begin; line < end; ++line) {
        strides_t<N> index = line_index(line);
        for (index_t from = 0; from < inner; from += stretch) {
          index[N - 1] = from;
          index_t const n = std::min(stretch, inner - from);
          out[line] = reduce_run<Monoid>(out[line], mine.at_index(index, n), n);
        }
      }
    });
    return;
  }
  index_t const pieces = (inner + stretch - 1) / stretch, units = line_count * pieces, depth = box_extents[a];
  auto fold = [&](Bound& mine, index_t unit, index_t first, index_t last, A* result) {
    strides_t<N> index = line_index(unit / pieces);
    index[N - 1] = unit % pieces * stretch;
    detail::fold_axis<Monoid, A, N>(mine, index, axis, first, last, std::min(stretch, inner - index[N - 1]),
                                    result + unit / pieces * inner + index[N - 1]);
  };
  int const threads = parallel_threads(depth, total);
  if (threads == 1 || units >= 4 * threads) {
    parallel_ranges(units, total, [&](index_t begin, index_t end, int) {
      Bound mine(bound);
      for (index_t unit = begin; unit < end; ++unit) fold(mine, unit, 0, depth, out);
    });
    return;
  }
  // Few results: the threads share the axis, each into results of its own, added up in the order of the
  // threads.
  auto const results = static_cast<std::size_t>(line_count * inner);
  std::size_t const all = results * static_cast<std::size_t>(threads);
  auto const partial = std::make_unique<A[]>(all);
  std::fill_n(partial.get(), all, Monoid::template identity<A>());
  parallel_ranges(depth, total, [&](index_t begin, index_t end, int thread) {
    Bound mine(bound);
    A* own = partial.get() + static_cast<std::size_t>(thread) * results;
    for (index_t unit = 0; unit < units; ++unit) fold(mine, unit, begin, end, own);
  });
  for (std::size_t i = 0; i < all; ++i) out[i % results] = Monoid::combine(out[i % results], partial[i]);
}

}  // namespace pantile::kernel
