#pragma once

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
  return detail::deferred<T, N>("take", shape, [operand = node_of<E>(n), chosen = node_of<I>(i), a, where] {
    return detail::leaf_of<T, N>(detail::take_elements(
        detail::stored_whole<T>(operand), detail::stored_whole<index_t>(chosen), a, sizeof(T), where));
  });
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
/// The tilings for picking along an axis that no rank cuts: that of the operand, or even cuts of another one.
tiling uncut_along(operand_survey const& survey, extents const& shape, int axis);
/// Throws index_error where an index is not below the extent; negative ones come out counted from the end.
void normalise_indices(std::span<index_t> indices, index_t extent, int axis, index_t first,
                       std::source_location where);
}  // namespace detail

/// Element (i, j, k) of the result is the operand's element (i, indices(i, j, k), k) where axis is 1, and so
/// on: numpy.take_along_axis, for index arrays with the operand's extents beside the axis (shape_error). Tiled
/// like the indices where the ranks do not cut the axis there, otherwise by another dimension. Communication:
/// what it takes to have the operand tiled so. Throws index_error on every rank.
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
  return detail::deferred<
      T, N>("take_along_axis", shape, [operand = node_of<E>(n), chosen = node_of<I>(i), from, shape, a, where] {
    auto const source = operand.resolve();
    auto const picks = pantile::apply(functor::cast<index_t>{}, chosen.resolve());
    operand_survey survey = detail::survey_of(picks);
    operand_survey const also = detail::survey_of(source);
    if (survey.comm) detail::check_communicator(also, *survey.comm);
    if (!survey.comm) survey = also;
    auto const axis_ = static_cast<int>(a);
    tiling const target = survey.comm ? detail::uncut_along(survey, extents(shape), axis_) : tiling();
    auto const result = detail::fresh_leaf<T, N>(shape, survey.comm, target);
    auto const site = detail::site_at<N>(shape, survey.comm, target);
    auto const source_site = detail::site_at<N>(
        from, survey.comm, survey.comm ? detail::uncut_along(survey, extents(from), axis_) : tiling());
    auto const index_memory = detail::elements_for<index_t>(picks, site);
    auto const memory = detail::elements_for<T>(source, source_site);
    auto* at = reinterpret_cast<index_t*>(index_memory.get());
    auto const checked = [&] {
      if (trace::rehearsing()) return;
      detail::normalise_indices({at, static_cast<std::size_t>(site.region.count())}, from[a], axis_, 0, where);
    };
    if (survey.comm)
      survey.comm->agree(checked, where);
    else
      checked();
    if (trace::rehearsing()) return result;
    auto const* in = reinterpret_cast<T const*>(memory.get());
    auto* out = reinterpret_cast<T*>(result.memory.get());
    index_t below = 1;
    for (std::size_t d = a + 1; d < static_cast<std::size_t>(N); ++d)
      below *= site.region.extent(static_cast<int>(d));
    index_t const picked = site.region.extent(axis_);
    for (index_t k = 0, count = site.region.count(); k < count; ++k)
      out[k] = in[(k / (picked * below) * from[a] + at[k]) * below + k % below];
    return result;
  });
}

}  // namespace pantile
