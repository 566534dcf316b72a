#pragma once

#include <pantile/ops/looked.hpp>
#include <pantile/ops/movement.hpp>
#include <pantile/ops/scan.hpp>
#include <pantile/ops/take.hpp>

#include <source_location>

// Sorting, along an axis and over the ranks. NaN comes last, as in NumPy.
//
// A vector is sorted by all ranks together: each sorts its own elements, the ranks find exactly where the
// sorted whole is cut into even shares, exchange and merge. Every element travels at most once, each rank ends
// with its even share (and needs about three times as much while it works), and equal elements may go to
// several ranks, so that many of them do no harm. Along an axis of more dimensions lines are sorted where they
// lie; where the ranks cut the axis, the array is retiled before and after, or, if that would bring a large
// array (1 MiB, 256 KiB a line) to a part of the ranks, each line is sorted by all of them as a vector is, one
// after the other.
namespace pantile {

namespace detail {

/// Elements that can be sorted; the message of those that cannot.
template <class T>
constexpr void check_ordered() {
  static_assert(!is_complex<T>, "complex numbers are not ordered: take real(e), imag(e) or abs(e)");
}

/// Sorts a vector: rows of `count` elements each rank, in even shares, in place (collective where comm is
/// given).
template <class T>
void sort_vector(communicator const* comm, T* elements, index_t count, index_t all);
/// Where each sorted element comes from; `first`: the index of this rank's first element.
template <class T>
void argsort_vector(communicator const* comm, T const* elements, index_t count, index_t first, index_t all,
                    index_t* places);
/// The same for each line of a tile.
template <class T>
void sort_lines(T* elements, scanned_lines const& lines);
template <class T>
void argsort_lines(T const* elements, scanned_lines const& lines, index_t* places);

/// The k greatest of a vector (places[i], values[i]), shared out evenly: those from begin on to this rank.
template <class T>
void greatest_elements(communicator const* comm, T const* elements, index_t count, index_t first, index_t k,
                       T* values, index_t* places);
void check_top(index_t k, index_t n, std::source_location where);
/// Throws divergence_error where the ranks ask for other results.
void check_top_alike(std::optional<communicator> const& comm, index_t k, int axis, std::source_location where);

/// A tiling for work on whole lines along `axis` (with_whole_lines); of a vector rows.
tiling tiling_for_lines(operand_survey const& survey, int axis);

/// A vector that lies everywhere is sorted everywhere, by each rank for itself.
inline communicator const* sharing(std::optional<communicator> const& comm, tiling const& t) {
  return comm && !t.is_replicated() ? &*comm : nullptr;
}

/// `work(elements of T, region, comm or nullptr, R* result)` on the tile of an expression laid out by lines, or
/// `line(a vector)` of each line.
template <element R, element T, node E, class Work, class Line>
leaf<R, E::dimensions> by_lines(E const& operand, int axis, bool back, Work work, Line line) {
  constexpr int N = E::dimensions;
  auto const resolved = operand.resolve();
  operand_survey const survey = survey_of(resolved);
  if constexpr (N > 1) {
    if (survey.comm) {
      tiling const natural = natural_tiling(survey);
      if (shares_lines(natural, axis, survey.shape.count() * index_t{sizeof(R)})) {
        trace::note("algorithm", [] { return "few long lines: one after the other, each by all ranks"; });
        auto const whole = carried_out<T>(resolved);
        return made_of_lines<R, N>(whole.extent, *survey.comm, natural, axis,
                                   [&](index_t k) { return line(line_of(whole, axis, k)); });
      }
    }
  }
  tiling const target = survey.comm ? tiling_for_lines(survey, axis) : tiling();
  trace::note("algorithm", [&]() -> std::string {
    if (N > 1) return "whole lines on each rank" + (survey.comm ? ", " + to_string(target) : "");
    return sharing(survey.comm, target)
               ? "each rank sorts, the whole is cut into even shares, one exchange, merge"
               : "on each rank";
  });
  auto const site = site_at<N>(resolved.shape(), survey.comm, target);
  auto result = fresh_leaf<R, N>(resolved.shape(), survey.comm, target);
  work(resolved, site, reinterpret_cast<R*>(result.memory.get()), sharing(survey.comm, target));
  if constexpr (N > 1) {
    if (back && survey.comm) {
      tiling const natural = natural_tiling(survey);
      if (!natural.owns_alike(target)) {
        auto returned = fresh_leaf<R, N>(resolved.shape(), survey.comm, natural);
        move_elements(target, natural, *survey.comm, result.memory.get(), result.stored_box,
                      returned.memory.get(), returned.stored_box, sizeof(R), std::source_location::current());
        return returned;
      }
    }
  }
  return result;
}

template <element T, node E>
leaf<T, E::dimensions> sorted_leaf(E const& operand, int axis, bool back) {
  constexpr int N = E::dimensions;
  return by_lines<T, T>(
      operand, axis, back,
      [axis](auto const& resolved, auto const& site, T* result, communicator const* comm) {
        compute<T>(resolved, site, reinterpret_cast<std::byte*>(result), site.region);
        if constexpr (N == 1)
          sort_vector<T>(comm, result, site.region.count(), site.shape[0]);
        else
          sort_lines<T>(result, lines_of(site.region, axis));
      },
      [](leaf<T, 1> const& line) { return sorted_leaf<T>(line, 0, false); });
}

/// Where the elements in sorted order come from.
template <element T, node E>
leaf<index_t, E::dimensions> sorting_leaf(E const& operand, int axis) {
  return by_lines<index_t, T>(
      operand, axis, true,
      [axis](auto const& resolved, auto const& site, index_t* result, communicator const* comm) {
        auto const memory = readable_elements<T>(resolved, site);
        auto const* elements = reinterpret_cast<T const*>(memory.get());
        if constexpr (E::dimensions == 1)
          argsort_vector<T>(comm, elements, site.region.count(), site.region.lo[0], site.shape[0], result);
        else
          argsort_lines<T>(elements, lines_of(site.region, axis), result);
      },
      [](leaf<T, 1> const& line) { return sorting_leaf<T>(line, 0); });
}

}  // namespace detail

/// The elements in ascending order along `axis`: a node. A vector's result is tiled evenly by rows (a
/// replicated one stays so); otherwise it has e's tiling. -0 comes before +0.
template <array_operand E>
auto sort(E const& e, int axis = -1, std::source_location where = std::source_location::current()) {
  constexpr int N = dimensions_of<E>;
  using T = value_of<E>;
  detail::check_ordered<T>();
  int const a = detail::normalised_axis(axis, N, where);
  return detail::deferred_by_elements<T, N>(
      "sort", as_node(e).shape(), [a](auto const& operand) { return detail::sorted_leaf<T>(operand, a, true); },
      as_node(e));
}

/// The indices along `axis` that would sort e: equal elements in the order of their indices. Tilings as those
/// of sort.
template <array_operand E>
auto argsort(E const& e, int axis = -1, std::source_location where = std::source_location::current()) {
  constexpr int N = dimensions_of<E>;
  using T = value_of<E>;
  detail::check_ordered<T>();
  int const a = detail::normalised_axis(axis, N, where);
  return detail::deferred_by_elements<index_t, N>(
      "argsort", as_node(e).shape(), [a](auto const& operand) { return detail::sorting_leaf<T>(operand, a); },
      as_node(e));
}

/// What topk gives: operands, carried out.
template <element T, int N = 1>
struct top_elements {
  leaf<T, N> values;
  leaf<index_t, N> indices;
};

/// The k greatest elements of a vector in descending order, and where they are; equal ones in the order of
/// their indices; NaN counts as greatest. At once (collective): each rank offers its k greatest, and these are
/// sorted. Throws domain_error unless 0 <= k <= the number of elements.
template <array_operand E>
requires(dimensions_of<E> == 1) auto topk(E const& e, index_t k,
                                          std::source_location where = std::source_location::current()) {
  using T = value_of<E>;
  detail::check_ordered<T>();
  using parts = std::tuple<leaf<T, 1>, leaf<index_t, 1>>;
  auto [values, indices] = detail::looked_at([&]() -> parts {
    auto const resolved = as_node(e).resolve();
    operand_survey const survey = detail::survey_of(resolved);
    detail::check_top(k, survey.shape[0], where);
    detail::check_top_alike(survey.comm, k, 0, where);
    tiling const target = survey.comm ? detail::tiling_for_lines(survey, 0) : tiling();
    auto const site = detail::site_at<1>(resolved.shape(), survey.comm, target);
    auto const memory = detail::readable_elements<T>(resolved, site);
    communicator const* const comm = detail::sharing(survey.comm, target);
    tiling_rule const rule = comm ? tiling::row() : tiling::replicated();
    tiling const shares = survey.comm ? rule.bind(extents{k}, survey.comm->size()) : tiling();
    parts top{detail::fresh_leaf<T, 1>({k}, survey.comm, shares),
              detail::fresh_leaf<index_t, 1>({k}, survey.comm, shares)};
    detail::greatest_elements<T>(comm, reinterpret_cast<T const*>(memory.get()), site.region.count(),
                                 site.region.lo[0], k, reinterpret_cast<T*>(std::get<0>(top).memory.get()),
                                 reinterpret_cast<index_t*>(std::get<1>(top).memory.get()));
    return top;
  });
  return top_elements<T>{std::move(values), std::move(indices)};
}

/// The k greatest of each line along `axis` (negative: from the end), as of a vector. At once (collective):
/// lines are sorted as by argsort.
template <array_operand E>
requires(dimensions_of<E> > 1) auto topk(E const& e, index_t k, int axis,
                                         std::source_location where = std::source_location::current()) {
  using T = value_of<E>;
  constexpr int N = dimensions_of<E>;
  detail::check_ordered<T>();
  int const a = detail::normalised_axis(axis, N, where);
  using parts = std::tuple<leaf<T, N>, leaf<index_t, N>>;
  auto [values, indices] = detail::looked_at([&]() -> parts {
    auto const whole = detail::carried_out<T>(node_of<E>(as_node(e)));
    index_t const n = whole.extent[static_cast<std::size_t>(a)];
    detail::check_top(k, n, where);
    detail::check_top_alike(whole.comm, k, a, where);
    // From the end of the line that is sorted backwards: of equal elements the first then come first.
    auto const places = argsort(flip(whole, a, where), a, where);
    auto const backwards = flip(places, a, where);
    auto const last = detail::seen_as<N>(backwards, detail::view_of(backwards).sliced(a, {0, k, 1}));
    auto const best = detail::carried_out<index_t>(n - 1 - last);
    return {detail::carried_out<T>(take_along_axis(whole, best, a, where)), best};
  });
  return top_elements<T, N>{std::move(values), std::move(indices)};
}

}  // namespace pantile
