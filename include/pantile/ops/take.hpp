#pragma once

#include <pantile/ops/looked.hpp>
#include <pantile/ops/stored.hpp>

#include <initializer_list>
#include <optional>
#include <source_location>
#include <span>

// Choosing rows, columns, ... by index arrays. Index arrays are integer vectors: local ones, the same on every
// rank, or distributed ones. Negative indices count from the end.
namespace pantile {

/// A vector of integers that says which indices of an axis to take.
template <class I>
concept index_operand = array_operand<I> && dimensions_of<I>
== 1 && std::integral<value_of<I>> && !std::is_same_v<value_of<I>, bool>;

namespace detail {

/// The elements with these indices along the axis (collective where anything is distributed).
stored_array take_elements(stored_array const& source, stored_array const& indices, int axis,
                           index_t element_bytes, std::source_location where);

inline local_array<index_t, 1> local_indices(std::span<index_t const> indices) {
  local_array<index_t, 1> copy(shape_t<1>{std::ssize(indices)});
  std::copy(indices.begin(), indices.end(), copy.data());
  is_filled(copy.data());
  return copy;
}

}  // namespace detail

/// The elements with these indices along `axis` (negative: from the end), as numpy.take has it. The result is
/// cut along the axis as the indices are, where they are distributed; otherwise it is tiled like the operand,
/// if the ranks do not cut the axis there, and by rows, if they do. Communication: each rank asks each owner
/// once for every distinct index that it lacks (8 bytes each; nothing to ask where the indices are local) and
/// gets these elements, in one exchange each. Throws index_error on every rank for an index that is out of
/// range, divergence_error where local indices differ between the ranks.
template <array_operand E, index_operand I>
auto take(E const& e, I const& indices, int axis,
          std::source_location where = std::source_location::current()) {
  constexpr int N = dimensions_of<E>;
  using T = value_of<E>;
  auto const& n = as_node(e);
  auto const& i = as_node(indices);
  int const a = detail::normalised_axis(axis, N, where);
  shape_t<N> shape = n.shape();
  shape[static_cast<std::size_t>(a)] = i.shape()[0];
  return detail::deferred_by_elements<T, N>(
      "take", shape,
      [a, where](auto const& operand, auto const& chosen) {
        return detail::leaf_of<T, N>(detail::take_elements(
            detail::stored_whole<T>(operand), detail::stored_whole<index_t>(chosen), a, sizeof(T), where));
      },
      n, i);
}
template <array_operand E>
auto take(E const& e, std::span<index_t const> indices, int axis,
          std::source_location where = std::source_location::current()) {
  return take(e, detail::local_indices(indices), axis, where);
}
template <array_operand E>
auto take(E const& e, std::initializer_list<index_t> indices, int axis,
          std::source_location where = std::source_location::current()) {
  return take(e, std::span<index_t const>(indices.begin(), indices.size()), axis, where);
}

/// Rows by number (vectors: elements): take along the first axis.
template <array_operand E, index_operand I>
auto gather_rows(E const& e, I const& indices, std::source_location where = std::source_location::current()) {
  return take(e, indices, 0, where);
}
template <array_operand E>
auto gather_rows(E const& e, std::span<index_t const> indices,
                 std::source_location where = std::source_location::current()) {
  return take(e, indices, 0, where);
}
template <array_operand E>
auto gather_rows(E const& e, std::initializer_list<index_t> indices,
                 std::source_location where = std::source_location::current()) {
  return take(e, indices, 0, where);
}

namespace detail {
/// A tiling for work on whole lines along `axis`: `t` where it does not cut the axis, even cuts of the longest
/// other dimension otherwise.
tiling with_whole_lines(tiling const& t, int axis);
/// True where that would bring an array of so many bytes, of two dimensions or more, to a part of the ranks:
/// `t` cuts the axis, and no other dimension has a part for each of them. All ranks then work on each line
/// together, unless there is little to bring (1 MiB in all, 256 KiB a line).
bool shares_lines(tiling const& t, int axis, index_t bytes);

/// Line k along an axis, counted row-major over the other dimensions.
template <element T, int N>
leaf<T, 1> line_of(leaf<T, N> const& whole, int axis, index_t k) {
  view_map view = whole.view;
  for (int d = N - 1; d >= 0; --d) {
    if (d == axis) continue;
    index_t const n = whole.extent[static_cast<std::size_t>(d)];
    view = view.dropped(d, k % n);
    k /= n;
  }
  return leaf<T, 1>(whole, view);
}
/// An array under a tiling of which `line(k)` gives the lines along an axis, one after the other (collective).
template <element R, int N, class Line>
leaf<R, N> made_of_lines(shape_t<N> const& shape, communicator const& comm, tiling const& target, int axis,
                         Line line) {
  auto const result = fresh_leaf<R, N>(shape, comm, target);
  index_t const n = extents(shape).count();
  if (n == 0) return result;
  for (index_t k = 0; k < n / shape[static_cast<std::size_t>(axis)]; ++k)
    store(pantile::apply(functor::cast<R>{}, line(k)).resolve(), line_of(result, axis, k));
  return result;
}

/// Throws index_error where an index is not below the extent; negative ones come out counted from the end.
void normalise_indices(std::span<index_t> indices, index_t extent, int axis, index_t first,
                       std::source_location where);
}  // namespace detail

namespace detail {

/// Elements of the lines that a rank has: `out` with `picked` in each, of lines of `length`.
template <element T>
void pick_from_lines(T const* in, index_t length, index_t const* at, index_t picked, index_t below,
                     index_t count, T* out) {
  for (index_t k = 0; k < count; ++k) out[k] = in[(k / (picked * below) * length + at[k]) * below + k % below];
}

template <element T, int N, node E, node I>
leaf<T, N> taken_along(E const& source, I const& picks, shape_t<N> const& from, shape_t<N> const& shape,
                       int axis, std::source_location where) {
  auto const a = static_cast<std::size_t>(axis);
  operand_survey const of_source = survey_of(source), of_picks = survey_of(picks);
  if (of_source.comm && of_picks.comm) check_communicator(of_source, *of_picks.comm);
  auto const& comm = of_picks.comm ? of_picks.comm : of_source.comm;
  tiling target, source_target;
  if (comm) {
    // Indices that lie everywhere do not say where the result shall be.
    bool const like_picks = of_picks.comm && !(of_source.comm && natural_tiling(of_picks).is_replicated());
    operand_survey const& leading = like_picks ? of_picks : of_source;
    auto const is_shared = [&](operand_survey const& s) {
      return s.comm && shares_lines(natural_tiling(s), axis, s.shape.count() * index_t{sizeof(T)});
    };
    if (is_shared(of_source) || is_shared(of_picks)) {
      auto const values = carried_out<T>(source);
      auto const places = carried_out<index_t>(picks);
      return made_of_lines<T, N>(
          shape, *comm, like_picks ? natural_tiling(leading) : tiling_beside(leading, extents(shape), axis),
          axis, [&](index_t k) { return take(line_of(values, axis, k), line_of(places, axis, k), 0, where); });
    }
    target = with_whole_lines(tiling_beside(leading, extents(shape), axis), axis);
    source_target = with_whole_lines(tiling_beside(leading, extents(from), axis), axis);
  }
  auto const result = fresh_leaf<T, N>(shape, comm, target);
  auto const site = site_at<N>(shape, comm, target);
  auto const index_memory = elements_for<index_t>(picks, site);
  auto const memory = elements_for<T>(source, site_at<N>(from, comm, source_target));
  auto* at = reinterpret_cast<index_t*>(index_memory.get());
  index_t const count = site.region.count();
  auto const checked = [&] {
    if (!trace::rehearsing()) normalise_indices({at, static_cast<std::size_t>(count)}, from[a], axis, 0, where);
  };
  if (comm)
    comm->agree(checked, where);
  else
    checked();
  if (trace::rehearsing()) return result;
  index_t below = 1;
  for (int d = axis + 1; d < N; ++d) below *= site.region.extent(d);
  pick_from_lines(reinterpret_cast<T const*>(memory.get()), from[a], at, site.region.extent(axis), below, count,
                  reinterpret_cast<T*>(result.memory.get()));
  return result;
}

}  // namespace detail

/// Element (i, j, k) of the result is the operand's element (i, indices(i, j, k), k) where axis is 1, and so
/// on: numpy.take_along_axis, for index arrays with the operand's extents beside the axis (shape_error). Tiled
/// like the indices, or the operand where these lie everywhere, if the ranks do not cut the axis there,
/// otherwise by another dimension. Communication: what it takes to have the operand tiled so. Vectors, and
/// lines that sort would share out over all ranks, are taken as by `take`, and cut like the indices. Throws
/// index_error on every rank.
template <array_operand E, array_operand I>
requires(dimensions_of<I> == dimensions_of<E> && std::integral<value_of<I>> &&
         !std::is_same_v<value_of<I>, bool>) auto take_along_axis(E const& e, I const& indices, int axis,
                                                                  std::source_location where =
                                                                      std::source_location::current()) {
  constexpr int N = dimensions_of<E>;
  using T = value_of<E>;
  auto const& n = as_node(e);
  auto const& i = as_node(indices);
  auto const a = static_cast<std::size_t>(detail::normalised_axis(axis, N, where));
  shape_t<N> const from = n.shape(), shape = i.shape();
  for (std::size_t d = 0; d < static_cast<std::size_t>(N); ++d)
    if (d != a && from[d] != shape[d])
      throw shape_error("take_along_axis along axis " + std::to_string(a) + ": the operand has the shape " +
                            to_string(extents(from)) + ", the indices " + to_string(extents(shape)) +
                            "; they must be equal beside the axis",
                        where);
  if constexpr (N == 1) {
    return take(e, indices, 0, where);
  } else {
    return detail::deferred_by_elements<T, N>(
        "take_along_axis", shape,
        [from, shape, a, where](auto const& operand, auto const& chosen) {
          auto const source = operand.resolve();
          auto const picks = pantile::apply(functor::cast<index_t>{}, chosen.resolve());
          return detail::taken_along<T, N>(source, picks, from, shape, static_cast<int>(a), where);
        },
        n, i);
  }
}

}  // namespace pantile
