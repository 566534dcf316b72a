#pragma once

#include <pantile/kernel/indexed.hpp>
#include <pantile/ops/assign_view.hpp>
#include <pantile/ops/take.hpp>

#include <initializer_list>
#include <source_location>
#include <span>

// Writing to rows by index arrays.
namespace pantile {

namespace detail {

/// The tiling in which the ranks contribute values: that of the values or of the indices where each element
/// has one owner and ranks follow each other as the rows do; even rows otherwise.
tiling contribution_tiling(operand_survey const& values, stored_array const& indices, communicator const& comm,
                           extents const& shape);

/// Brings rows of values, `contributed` under the tiling `cut`, to the owners of the target's rows (collective
/// where the target is distributed). combine: nothing to replace.
void scatter_elements(stored_array const& target, stored_array const& indices, tiling const& cut,
                      std::byte const* contributed, box const& region, index_t element_bytes,
                      kernel::combine_run combine, std::source_location where);

template <class T>
void add_run(std::byte* into, std::byte const* from, index_t count) {
  auto* a = reinterpret_cast<T*>(into);
  auto const* b = reinterpret_cast<T const*>(from);
  for (index_t i = 0; i < count; ++i) {
    if constexpr (std::is_same_v<T, bool>)
      a[i] = a[i] || b[i];
    else if constexpr (std::is_integral_v<T>)
      a[i] = static_cast<T>(static_cast<std::make_unsigned_t<T>>(a[i]) +
                            static_cast<std::make_unsigned_t<T>>(b[i]));
    else
      a[i] += b[i];
  }
}

template <class Array, index_operand I, operand E>
void scatter_rows(Array& target, I const& indices, E const& values, kernel::combine_run combine,
                  std::source_location where) {
  using T = typename Array::value_type;
  constexpr int N = Array::dimensions;
  auto const expression = operand_node<T>(values);
  static_assert(decltype(expression)::dimensions <= N, "the values have more dimensions than the target");
  static_assert(assignable_element<T, typename std::remove_cvref_t<decltype(expression)>::value_type>,
                "complex values do not fit a real array: take real(e), imag(e) or abs(e)");
  shape_t<N> shape = target.shape();
  shape[0] = as_node(indices).shape()[0];
  auto const resolved = expression.resolve();
  check_broadcast_into(extents(shape), extents(resolved.shape()));
  operand_survey const survey = survey_of(resolved);
  auto const contribute = [&](std::optional<communicator> const& comm) {
    stored_array const chosen = stored_whole<index_t>(node_of<I>(as_node(indices)));
    if (!comm && (survey.comm || chosen.comm))
      throw tiling_error("a local target takes local indices and values; gather them first", where);
    tiling const cut = comm ? contribution_tiling(survey, chosen, *comm, extents(shape)) : tiling();
    auto const site = site_at<N>(shape, comm, cut);
    auto const elements = readable_elements<T>(resolved, site);
    scatter_elements(stored_of(leaf<T, N>(target)), chosen, cut, elements.get(), site.region, sizeof(T),
                     combine, where);
  };
  if constexpr (requires { target.comm(); }) {
    check_communicator(survey, target.comm());
    looked_at([&] { contribute(target.comm()); });
    refresh_halo(target.comm(), target.tiling(), reinterpret_cast<std::byte*>(target.data()),
                 target.stored_box(), sizeof(T));
    target.touch();
  } else {
    contribute(std::nullopt);
    trace::changes(target.data());
  }
}

}  // namespace detail

/// target[indices[i]] += values[i] for rows (of vectors: elements), as numpy.add.at has it: what falls on the
/// same row adds up. The values are broadcast to the shape (number of indices, rows' shape). Negative indices
/// count from the end. bool: or.
///
/// Each rank adds up its own values for a row first, by their place (many for few rows in up to 16 parts); then
/// the owner adds the ranks' sums to the row, by rank: the result is the same every time, and on all replicas.
/// Communication: one exchange of the distinct row numbers (8 bytes each; none where the indices are local) and
/// one of the sums. Collective where the target is distributed; local indices must be the same on every rank.
/// One update of the target. Throws shape_error, index_error, divergence_error on every rank and leaves the
/// target as it was.
template <class Array, index_operand I, operand E>
requires(detail::is_array<Array>) void scatter_add(
    Array& target, I const& indices, E const& values,
    std::source_location where = std::source_location::current()) {
  detail::scatter_rows(target, indices, values, &detail::add_run<typename Array::value_type>, where);
}
template <class Array, operand E>
requires(detail::is_array<Array>) void scatter_add(
    Array& target, std::initializer_list<index_t> indices, E const& values,
    std::source_location where = std::source_location::current()) {
  scatter_add(target, detail::local_indices({indices.begin(), indices.size()}), values, where);
}

/// target[indices[i]] = values[i] for rows; of values for the same row the last one stays. Otherwise as
/// scatter_add.
template <class Array, index_operand I, operand E>
requires(detail::is_array<Array>) void scatter_rows(
    Array& target, I const& indices, E const& values,
    std::source_location where = std::source_location::current()) {
  detail::scatter_rows(target, indices, values, nullptr, where);
}
template <class Array, operand E>
requires(detail::is_array<Array>) void scatter_rows(
    Array& target, std::initializer_list<index_t> indices, E const& values,
    std::source_location where = std::source_location::current()) {
  scatter_rows(target, detail::local_indices({indices.begin(), indices.size()}), values, where);
}

}  // namespace pantile
