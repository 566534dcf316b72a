#pragma once

#include <pantile/kernel/fused.hpp>

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
  loop_nest<N> const nest(box_extents, mergeable_loops::of(bound), nullptr);
  A total = Monoid::template identity<A>();
  if (nest.total == 0) return total;
  index_t const length = bound.unit_stride() ? 4096 : stretch;
  index_t const inner = nest.extents[N - 1], pieces = (inner + length - 1) / length,
                units = nest.rows() * pieces, parts = std::min(units, 4 * reduction_parts);
  auto const partial = std::make_unique<A[]>(static_cast<std::size_t>(parts));
  parallel_ranges(parts, nest.total, [&](index_t first, index_t last, int) {
    Bound mine(bound);
    for (index_t part = first; part < last; ++part) {
      A sum = Monoid::template identity<A>();
      for (index_t u = units * part / parts; u < units * (part + 1) / parts; ++u) {
        strides_t<N> index = nest.row_index(u / pieces);
        index[N - 1] = u % pieces * length;
        index_t const n = std::min(length, inner - index[N - 1]);
        sum = reduce_run<Monoid>(sum, mine.at_index(index, n), n);
      }
      partial[static_cast<std::size_t>(part)] = sum;
    }
  });
  for (index_t part = 0; part < parts; ++part)
    total = Monoid::combine(total, partial[static_cast<std::size_t>(part)]);
  return total;
}

namespace detail {

/// The index number i, row-major, of a box of these extents.
template <int N>
strides_t<N> index_number(index_t i, strides_t<N> const& counts) {
  strides_t<N> index{};
  for (int d = N - 1; d >= 0; --d) {
    auto const k = static_cast<std::size_t>(d);
    index[k] = i % counts[k];
    i /= counts[k];
  }
  return index;
}

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
/// before. A result is made of stretches of the last dimension where that is reduced; otherwise a stretch of
/// results is made of stretches of elements.
template <class Monoid, class A, int N, class Bound>
void reduce_axes(strides_t<N> const& box_extents, std::array<bool, static_cast<std::size_t>(N)> const& reduced,
                 Bound const& bound, A* out) {
  constexpr std::size_t last = N - 1;
  strides_t<N> lines{}, steps{};  // the kept and the reduced dimensions, without the last
  index_t total = 1, line_count = 1, depth = 1;
  for (std::size_t d = 0; d < N; ++d) {
    lines[d] = d == last || reduced[d] ? 1 : box_extents[d];
    steps[d] = d == last || !reduced[d] ? 1 : box_extents[d];
    total *= box_extents[d];
    line_count *= lines[d];
    depth *= steps[d];
  }
  if (total == 0) return;
  index_t const inner = box_extents[last], pieces = (inner + stretch - 1) / stretch;
  bool const along = reduced[last];
  index_t const units = along ? line_count : line_count * pieces;  // of results
  index_t const stages = along ? depth * pieces : depth;           // of a result
  auto const results = static_cast<std::size_t>(along ? line_count : line_count * inner);
  // Stages [first, end) of the results number `unit`, which lie at `index`.
  auto reduce = [&](Bound& mine, index_t unit, strides_t<N> index, index_t first, index_t end, A* result) {
    index_t piece = along ? 0 : unit % pieces;
    A* const results_here = along ? result + unit : result + unit / pieces * inner + piece * stretch;
    if (first > 0) {
      auto const step = detail::index_number<N>(along ? first / pieces : first, steps);
      for (std::size_t d = 0; d < last; ++d) index[d] += step[d];
      if (along) piece = first % pieces;
    }
    for (index_t s = first; s < end; ++s) {
      index[last] = piece * stretch;
      index_t const n = std::min(stretch, inner - index[last]);
      if (along)
        *results_here = reduce_run<Monoid>(*results_here, mine.at_index(index, n), n);
      else
        detail::fold_into<Monoid, Bound::may_throw>(results_here, mine.at_index(index, n), n);
      if (along && ++piece < pieces) continue;
      if (along) piece = 0;
      for (std::size_t d = last; d-- > 0;) {
        if (!reduced[d]) continue;
        if (++index[d] < box_extents[d]) break;
        index[d] = 0;
      }
    }
  };
  // Few results: each is made in parts.
  constexpr index_t worth_parts = 1 << 16;
  index_t const parts =
      total < worth_parts ? 1 : std::max<index_t>(1, std::min(stages, reduction_parts / units));
  std::size_t const all = parts == 1 ? 0 : results * static_cast<std::size_t>(parts);
  auto const partial = std::make_unique<A[]>(all);
  std::fill_n(partial.get(), all, Monoid::template identity<A>());
  parallel_ranges(units * parts, total, [&](index_t begin, index_t end, int) {
    Bound mine(bound);
    strides_t<N> line{};
    for (index_t w = begin, line_before = -1; w < end; ++w) {
      index_t const part = parts == 1 ? 0 : w % parts, unit = parts == 1 ? w : w / parts;
      index_t const here = along || pieces == 1 ? unit : unit / pieces;
      if (line_before < 0) {
        line = detail::index_number<N>(here, lines);
      } else if (here != line_before) {  // the next one
        for (std::size_t d = last; d-- > 0;) {
          if (++line[d] < lines[d]) break;
          line[d] = 0;
        }
      }
      line_before = here;
      if (parts == 1)
        reduce(mine, unit, line, 0, stages, out);
      else
        reduce(mine, unit, line, stages * part / parts, stages * (part + 1) / parts,
               partial.get() + static_cast<std::size_t>(part) * results);
    }
  });
  for (std::size_t i = 0; i < all; ++i) out[i % results] = Monoid::combine(out[i % results], partial[i]);
}

}  // namespace pantile::kernel
