#pragma once

#include <pantile/ops/deferred.hpp>
#include <pantile/ops/reshape.hpp>

#include <array>
#include <source_location>
#include <tuple>
#include <utility>

// Joining and repeating arrays. Each function is a node; carried out, every part goes straight to where the
// result wants it: one movement per operand, none where the ranks do not cut the axis. The result is tiled like
// the operand where the ranks do not cut the axis, by rows otherwise. Throws index_error for an axis that is
// not there, domain_error for a negative number of repetitions or a negative width.
namespace pantile {

namespace detail {

/// The shape of operands joined along an axis; throws shape_error where they differ elsewhere.
extents joined_shape(extents const& a, extents const& b, int axis, std::source_location where);
/// Throws domain_error for a negative number of repetitions or a negative width.
void check_not_negative(char const* operation, index_t n, std::source_location where);

template <int N>
shape_t<N> shape_of(extents const& e) {
  shape_t<N> s{};
  for (int d = 0; d < N; ++d) s[static_cast<std::size_t>(d)] = e[d];
  return s;
}
template <int N>
shape_t<N> with_extent(shape_t<N> shape, int axis, index_t n) {
  shape[static_cast<std::size_t>(axis)] = n;
  return shape;
}

/// Stores an expression in a stretch of the result along `axis`: from `first` on, every step-th index.
template <element T, int N, node E>
void store_along(E const& resolved, leaf<T, N> const& result, int axis, index_t first, index_t count,
                 index_t step = 1) {
  if (count > 0) store(resolved, leaf<T, N>(result, result.view.sliced(axis, {first, count, step})));
}

/// Tells explain how the parts of a joined array come to their places, and why it is tiled as it is.
void note_joining(operand_survey const& survey, tiling const& result, int axis);

/// The array that parts are stored in, uninitialised, tiled like the operand beside `axis`.
template <element T, int N>
leaf<T, N> joined_leaf(operand_survey const& survey, shape_t<N> const& shape, int axis) {
  tiling const target = survey.comm ? tiling_beside(survey, extents(shape), axis) : tiling();
  note_joining(survey, target, axis);
  return fresh_leaf<T, N>(shape, survey.comm, target);
}

/// A node that fills its result, uninitialised and tiled like the operand beside `axis`, by `fill(resolved,
/// result)`.
template <element T, int N, node E, class Fill>
auto filled_node(char const* name, E const& operand, shape_t<N> const& shape, int axis, Fill fill) {
  return deferred<T, N>(
      name, shape,
      [shape, axis, fill](E const& e) {
        auto const resolved = e.resolve();
        auto const result = joined_leaf<T, N>(survey_of(resolved), shape, axis);
        fill(resolved, result);
        return result;
      },
      operand);
}

}  // namespace detail

/// An axis, and the line that gave it: for functions whose last arguments are any number of operands.
struct given_axis {
  int value;                   ///< negative: from the end
  std::source_location where;  ///< of the call
  /// What an int becomes where it is given.
  constexpr given_axis(int axis, std::source_location at = std::source_location::current())
      : value(axis), where(at) {}
};

/// The operands one after the other along `axis` (negative: from the end), element types promoted. Throws
/// shape_error where their other extents differ.
template <array_operand E, array_operand... Es>
requires((dimensions_of<Es> == dimensions_of<E>)&&...) auto concatenate(given_axis axis, E const& first,
                                                                        Es const&... more) {
  constexpr int N = dimensions_of<E>;
  using T = promote_all_t<value_of<E>, value_of<Es>...>;
  auto const where = axis.where;
  int const a = detail::normalised_axis(axis.value, N, where);
  extents joined(as_node(first).shape());
  ((joined = detail::joined_shape(joined, extents(as_node(more).shape()), a, where)), ...);
  auto const shape = detail::shape_of<N>(joined);
  return detail::deferred<T, N>(
      "concatenate", shape,
      [shape, a](auto const&... es) {
        std::tuple<decltype(es.resolve())...> const resolved{es.resolve()...};
        return std::apply(
            [&](auto const& head, auto const&... tail) {
              operand_survey survey = detail::survey_of(head);
              auto also = [&](operand_survey const& s) {
                if (!survey.comm) survey = s;
                if (s.comm) detail::check_communicator(s, *survey.comm);
              };
              (also(detail::survey_of(tail)), ...);
              auto const result = detail::joined_leaf<T, N>(survey, shape, a);
              index_t at = 0;
              auto add = [&](auto const& e) {
                index_t const n = e.shape()[static_cast<std::size_t>(a)];
                detail::store_along(e, result, a, at, n);
                at += n;
              };
              add(head);
              (add(tail), ...);
              return result;
            },
            resolved);
      },
      as_node(first), as_node(more)...);
}

/// The operands, all of one shape, along a new dimension that stands at `axis` of the result.
template <array_operand E, array_operand... Es>
requires((dimensions_of<E> < max_dimensions) &&
         ((dimensions_of<Es> == dimensions_of<E>)&&...)) auto stack(given_axis axis, E const& first,
                                                                    Es const&... more) {
  int const a = detail::normalised_axis(axis.value, dimensions_of<E> + 1, axis.where);
  return concatenate(given_axis(a, axis.where), expand_dims(first, a), expand_dims(more, a)...);
}

/// Shifted along `axis`: the element at index i comes to i + shift, what leaves at one end enters at the other.
template <array_operand E>
auto roll(E const& e, index_t shift, int axis, std::source_location where = std::source_location::current()) {
  constexpr int N = dimensions_of<E>;
  using T = value_of<E>;
  int const a = detail::normalised_axis(axis, N, where);
  auto const& n = as_node(e);
  shape_t<N> const shape = n.shape();
  index_t const extent = shape[static_cast<std::size_t>(a)];
  index_t const by = extent == 0 ? 0 : ((shift % extent) + extent) % extent;
  return detail::filled_node<T, N>("roll", node_of<E>(n), shape, a,
                                   [=](auto const& resolved, auto const& result) {
                                     check_arguments(result.comm, "roll", {{"shift", shift}}, where);
                                     auto const source = detail::carried_out<T>(resolved);
                                     auto const from = [&](index_t first, index_t count) {
                                       return leaf<T, N>(source, source.view.sliced(a, {first, count, 1}));
                                     };
                                     detail::store_along(from(extent - by, by), result, a, 0, by);
                                     detail::store_along(from(0, extent - by), result, a, by, extent - by);
                                   });
}

/// Shifted in row-major order, from row to row: what leaves at the end of the array enters at its beginning.
template <array_operand E>
auto roll(E const& e, index_t shift, std::source_location where = std::source_location::current()) {
  if constexpr (dimensions_of<E> == 1)
    return roll(e, shift, 0, where);
  else
    return reshape(roll(flatten(e, where), shift, 0, where), shape_t<dimensions_of<E>>(as_node(e).shape()),
                   where);
}

namespace detail {
/// `times` copies of the operand along `axis`: one behind the other, or each element's `in_a_row`.
template <array_operand E>
auto copies(char const* name, E const& e, index_t times, int axis, bool in_a_row, std::source_location where) {
  constexpr int N = dimensions_of<E>;
  int const a = normalised_axis(axis, N, where);
  check_not_negative(name, times, where);
  auto const& n = as_node(e);
  index_t const extent = n.shape()[static_cast<std::size_t>(a)];
  return filled_node<value_of<E>, N>(
      name, node_of<E>(n), with_extent<N>(n.shape(), a, checked_product(extent, times, where)), a,
      [=](auto const& resolved, auto const& result) {
        check_arguments(result.comm, name, {{"times", times}}, where);
        for (index_t k = 0; k < times; ++k)
          store_along(resolved, result, a, in_a_row ? k : k * extent, extent, in_a_row ? times : 1);
      });
}
}  // namespace detail

/// The operand `times` times one after the other along `axis`.
template <array_operand E>
auto tile(E const& e, index_t times, int axis, std::source_location where = std::source_location::current()) {
  return detail::copies("tile", e, times, axis, false, where);
}

namespace detail {
template <int D = 0, array_operand E>
auto tiled_along_all(E const& e, shape_t<dimensions_of<E>> const& times, std::source_location where) {
  auto const along = tile(e, times[D], D, where);
  if constexpr (D + 1 < dimensions_of<E>)
    return tiled_along_all<D + 1>(along, times, where);
  else
    return along;
}
}  // namespace detail

/// The same along every axis, axis d times[d] times: `tile(A, {2, 3})`.
template <array_operand E, std::size_t N>
requires(N == dimensions_of<E>) auto tile(E const& e, index_t const (&times)[N],
                                          std::source_location where = std::source_location::current()) {
  return detail::tiled_along_all(e, std::to_array(times), where);
}

/// Every element `times` times in a row along `axis`.
template <array_operand E>
auto repeat(E const& e, index_t times, int axis, std::source_location where = std::source_location::current()) {
  return detail::copies("repeat", e, times, axis, true, where);
}

/// With `before` elements of `value` before and `after` behind the operand along `axis`.
template <array_operand E>
auto pad(E const& e, int axis, index_t before, index_t after, value_of<E> value = {},
         std::source_location where = std::source_location::current()) {
  constexpr int N = dimensions_of<E>;
  using T = value_of<E>;
  int const a = detail::normalised_axis(axis, N, where);
  detail::check_not_negative("pad", before, where);
  detail::check_not_negative("pad", after, where);
  auto const& n = as_node(e);
  index_t const extent = n.shape()[static_cast<std::size_t>(a)];
  index_t const padded = checked_sum(checked_sum(before, extent, where), after, where);
  return detail::filled_node<T, N>(
      "pad", node_of<E>(n), detail::with_extent<N>(n.shape(), a, padded), a,
      [=](auto const& resolved, auto const& result) {
        check_arguments(result.comm, "pad", {{"before", before}, {"after", after}, {"value", value}}, where);
        detail::store_along(scalar_node<T>(value), result, a, 0, before);
        detail::store_along(resolved, result, a, before, extent);
        detail::store_along(scalar_node<T>(value), result, a, before + extent, after);
      });
}

namespace detail {
template <int D = 0, array_operand E, std::size_t N>
auto padded_along_all(E const& e, std::array<std::array<index_t, 2>, N> const& widths, value_of<E> value,
                      std::source_location where) {
  auto const along = pad(e, D, widths[D][0], widths[D][1], value, where);
  if constexpr (D + 1 < dimensions_of<E>)
    return padded_along_all<D + 1>(along, widths, value, where);
  else
    return along;
}
}  // namespace detail

/// The same along every axis: `pad(A, {{1, 1}, {0, 2}})` has one more row before and one behind, and two more
/// columns behind.
template <array_operand E, std::size_t N>
requires(N == dimensions_of<E>) auto pad(E const& e, index_t const (&widths)[N][2], value_of<E> value = {},
                                         std::source_location where = std::source_location::current()) {
  std::array<std::array<index_t, 2>, N> each{};
  for (std::size_t d = 0; d < N; ++d) each[d] = {widths[d][0], widths[d][1]};
  return detail::padded_along_all(e, each, value, where);
}

}  // namespace pantile
