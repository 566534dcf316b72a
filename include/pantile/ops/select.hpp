#pragma once

#include <pantile/expr/functions.hpp>
#include <pantile/kernel/masked.hpp>
#include <pantile/ops/looked.hpp>
#include <pantile/ops/take.hpp>

#include <algorithm>
#include <array>
#include <cstring>
#include <source_location>
#include <span>
#include <vector>

// Choosing elements by masks. How many there are is known only when they are counted, so these functions are
// carried out at once, not when their result is used.
namespace pantile {

namespace detail {

/// The tiling in which elements are looked at in row-major order: each rank, in rank order, a range of it. The
/// natural one where it is such, even cuts otherwise.
tiling ordered_tiling(operand_survey const& survey);

/// Rows that the ranks hold, each some of them, in rank order; and how they are evenly cut.
struct row_cuts {
  index_t first = 0;  // of this rank
  index_t total = 0;
  tiling held, even;
};
/// `row_elements` 0: the rows are the elements of a vector. (Collective.)
row_cuts cuts_of_rows(communicator const& comm, index_t count, index_t row_elements);

/// This rank's rows (row-major) as part of an array that is evenly cut by rows.
template <element T, int N>
array<T, N> evenly_cut(communicator const& comm, std::vector<std::byte> const& rows, index_t count,
                       index_t row_elements, std::source_location where) {
  row_cuts const cuts = cuts_of_rows(comm, count, N == 1 ? 0 : row_elements);
  shape_t<N> shape{};
  shape[0] = cuts.total;
  if constexpr (N == 2) shape[1] = row_elements;
  array<T, N> result(comm, shape, agreed_tiling{cuts.even});
  move_elements(cuts.held, cuts.even, comm, rows.data(), cuts.held.box_of(comm.rank()),
                reinterpret_cast<std::byte*>(result.data()), result.stored_box(), sizeof(T), where);
  return result;
}
template <element T, int N>
local_array<T, N> kept_here(std::vector<std::byte> const& rows, index_t count, index_t row_elements) {
  shape_t<N> shape{};
  shape[0] = count;
  if constexpr (N == 2) shape[1] = row_elements;
  local_array<T, N> result(shape);
  if (!rows.empty()) std::memcpy(result.data(), rows.data(), rows.size());
  return result;
}

/// Throws shape_error unless the shapes are equal.
void check_mask(extents const& shape, extents const& mask, std::source_location where);
/// Throws tiling_error: an expression of local operands.
[[noreturn]] void reject_local(char const* operation, std::source_location where);

/// The chosen elements of this rank to where they go in a vector that is evenly cut; those that stay are put
/// into place at once. (Collective.)
void move_chosen(communicator const& comm, std::byte const* values, bool const* mask, index_t count,
                 row_cuts const& cuts, std::byte* to, index_t element_bytes, std::source_location where);
/// The global indices of the elements of `region` where `mask` holds: `width` numbers each, or their row-major
/// number in `shape` where width is 0.
std::vector<std::byte> places_of(bool const* mask, box const& region, extents const& shape, int width);

template <node E>
auto as_mask(E const& e) {
  if constexpr (std::is_same_v<typename E::value_type, bool>)
    return e;
  else
    return pantile::apply(functor::cast<bool>{}, e);
}

template <array_operand E>
inline constexpr bool is_local_array = false;
template <element T, int N>
inline constexpr bool is_local_array<local_array<T, N>> = true;

/// The places where `e` is not zero, as rows of `width` numbers (0: their row-major numbers).
template <int M, array_operand E>
auto found_places(char const* operation, E const& e, int width, std::source_location where) {
  constexpr int N = dimensions_of<E>;
  auto const mask = as_mask(as_node(e).resolve());
  operand_survey const survey = survey_of(mask);
  auto const found = [&](evaluation_site<N> const& site) {
    auto const holds = readable_elements<bool>(mask, site);
    if (!survey.comm) trace::needs_known("choosing by a mask", holds.get());
    return places_of(reinterpret_cast<bool const*>(holds.get()), site.region, extents(mask.shape()), width);
  };
  index_t const row_bytes = index_t{sizeof(index_t)} * std::max(width, 1);
  if constexpr (is_local_array<E>) {
    auto const rows = found(site_at<N>(mask.shape(), std::nullopt, tiling()));
    return kept_here<index_t, M>(rows, std::ssize(rows) / row_bytes, width);
  } else {
    if (!survey.comm) reject_local(operation, where);
    auto const rows = found(site_at<N>(mask.shape(), survey.comm, ordered_tiling(survey)));
    return evenly_cut<index_t, M>(*survey.comm, rows, std::ssize(rows) / row_bytes, width, where);
  }
}
template <int M, array_operand E>
auto nonzero_places(char const* operation, E const& e, int width, std::source_location where) {
  return looked_at([&] { return found_places<M>(operation, e, width, where); });
}

template <array_operand E, array_operand M>
auto selected(E const& e, M const& mask, std::source_location where) {
  constexpr int N = dimensions_of<E>;
  using T = value_of<E>;
  auto const values = as_node(e).resolve();
  auto const holds = as_mask(as_node(mask).resolve());
  check_mask(extents(values.shape()), extents(holds.shape()), where);
  operand_survey survey = survey_of(values);
  operand_survey const also = survey_of(holds);
  if (survey.comm) check_communicator(also, *survey.comm);
  if (!survey.comm) survey = also;
  auto const with_chosen = [&](tiling const& target, auto const& work) {
    auto const site = site_at<N>(values.shape(), survey.comm, target);
    auto const elements = readable_elements<T>(values, site);
    auto const memory = readable_elements<bool>(holds, site);
    auto const* here = reinterpret_cast<bool const*>(memory.get());
    if (!survey.comm) trace::needs_known("choosing by a mask", here);
    index_t const count = site.region.count();
    return work(elements.get(), here, count, kernel::count_true(here, count));
  };
  if constexpr (is_local_array<E>) {
    if (survey.comm)
      throw tiling_error("select: the elements are local, the mask is distributed; gather it first", where);
    return with_chosen({}, [](auto const* elements, bool const* here, index_t count, index_t chosen) {
      local_array<T, 1> result({chosen});
      kernel::pack_chosen(elements, here, count, sizeof(T), {0, chosen, result.memory().get(), nullptr});
      return result;
    });
  } else {
    if (!survey.comm) reject_local("select", where);
    communicator const& comm = *survey.comm;
    return with_chosen(ordered_tiling(survey),
                       [&](auto const* elements, bool const* here, index_t count, index_t chosen) {
                         row_cuts const cuts = cuts_of_rows(comm, chosen, 0);
                         array<T, 1> result(comm, {cuts.total}, agreed_tiling{cuts.even});
                         move_chosen(comm, elements, here, count, cuts,
                                     reinterpret_cast<std::byte*>(result.data()), sizeof(T), where);
                         return result;
                       });
  }
}

}  // namespace detail

/// The elements where a mask of the same shape holds, in row-major order: NumPy's e[mask]. Carried out at once:
/// an `array<T, 1>`, evenly cut (collective); of a local_array with a local mask a local_array. Communication:
/// what it takes to look at the elements in row-major order (nothing where the ranks hold ranges of it), then
/// the chosen ones that change their rank. Throws shape_error; tiling_error for an expression of local
/// operands, which must be assigned to a local_array first.
template <array_operand E, array_operand M>
requires(dimensions_of<M> ==
         dimensions_of<E>) auto select(E const& e, M const& mask,
                                       std::source_location where = std::source_location::current()) {
  return detail::looked_at([&] { return detail::selected(e, mask, where); });
}

/// The indices of the elements that are not zero, in row-major order: one row of N numbers for each, as
/// numpy.argwhere has it (numpy.nonzero gives a tuple of its columns). Carried out at once, and tiled, as
/// `select`.
template <array_operand E>
auto nonzero(E const& e, std::source_location where = std::source_location::current()) {
  return detail::nonzero_places<2>("nonzero", e, dimensions_of<E>, where);
}
template <array_operand E>
auto argwhere(E const& e, std::source_location where = std::source_location::current()) {
  return nonzero(e, where);
}
/// The row-major numbers of the elements that are not zero, ascending.
template <array_operand E>
auto flatnonzero(E const& e, std::source_location where = std::source_location::current()) {
  return detail::nonzero_places<1>("flatnonzero", e, 0, where);
}

/// The rows (columns, ...) where a mask along `axis` holds: numpy.compress. The mask is counted at once (see
/// `flatnonzero`); the rest is as `take` with these indices has it. Throws shape_error unless the mask is as
/// long as the axis.
template <array_operand M, array_operand E>
requires(dimensions_of<M> == 1) auto compress(M const& mask, E const& e, int axis,
                                              std::source_location where = std::source_location::current()) {
  int const a = detail::normalised_axis(axis, dimensions_of<E>, where);
  detail::check_mask(extents{as_node(e).shape()[static_cast<std::size_t>(a)]}, extents(as_node(mask).shape()),
                     where);
  return take(e, flatnonzero(mask, where), a, where);
}

/// Assigns an expression or a number, both broadcast to the array's shape, where a mask holds: A[mask] =
/// value[mask]. Collective where the array is distributed; one update of it. Communication: what of the mask
/// and the value lies on other ranks than the array's elements is fetched.
template <class Array, array_operand M, operand E>
requires(detail::is_array<Array>) void assign_where(Array& a, M const& mask, E const& value) {
  a = where(mask, value, a);
}

namespace detail {
/// Where a view has the element with this index; throws index_error.
struct element_place {
  int owner = 0;
  index_t offset = 0;  // in elements, on the owner
};
element_place place_of_element(view_map const& view, std::optional<communicator> const& comm,
                               tiling const& stored, index_t const* index, std::source_location where);
}  // namespace detail

/// One element, on every rank (collective where the operand is distributed: an owner broadcasts it). Negative
/// indices count from the end. Throws index_error, divergence_error where the indices differ.
template <array_operand E>
auto element_at(E const& e, std::array<index_t, static_cast<std::size_t>(dimensions_of<E>)> const& index,
                std::source_location where = std::source_location::current()) {
  using T = value_of<E>;
  return detail::looked_at([&] {
    auto const l = [&] {
      auto const resolved = as_node(e).resolve();
      if constexpr (std::is_same_v<std::remove_cvref_t<decltype(resolved)>, leaf<T, dimensions_of<E>>>)
        return resolved;
      else
        return detail::carried_out<T>(resolved);
    }();
    auto const place = detail::place_of_element(l.view, l.comm, l.stored_tiling, index.data(), where);
    T value{};
    if (!l.comm || l.comm->rank() == place.owner) value = l.data()[place.offset];
    if (l.comm) l.comm->bcast(std::span<T>(&value, 1), place.owner, where);
    return value;
  });
}

}  // namespace pantile
