#pragma once

#include <pantile/ops/deferred.hpp>
#include <pantile/ops/reduce_node.hpp>

#include <source_location>

// Running sums, products and extremes along an axis, and differences of neighbours.
namespace pantile {

namespace detail {

/// An axis, which of a vector need not be said.
template <int N>
struct scan_axis {
  int value = 0;
  constexpr scan_axis(int axis) : value(axis) {}
  constexpr scan_axis() requires(N == 1) = default;
};

/// A row-major tile, scanned along the middle of three extents.
struct scanned_lines {
  index_t outer = 1, count = 1, inner = 1;
};
/// The three extents of a box around `axis`.
scanned_lines lines_of(box const& tile, int axis);

/// Scans a tile in place along `axis`, beginning where the ranks before this one along the axis end (collective
/// where the tiling cuts it). Monoid: sum or prod of what sums become, min or max of ordered elements.
template <class Monoid, class T>
void scan_tile(T* data, scanned_lines const& lines, communicator const* comm, tiling const& t, int axis,
               std::source_location where);

template <class Monoid, array_operand E>
auto scan(char const* name, E const& e, int axis, std::source_location where) {
  constexpr int N = dimensions_of<E>;
  using T = typename Monoid::template result<value_of<E>>;
  static_assert(!is_complex<T> || !Monoid::needs_elements,
                "complex numbers are not ordered: take real(e), imag(e) or abs(e)");
  int const a = normalised_axis(axis, N, where);
  auto const& n = as_node(e);
  return deferred<T, N>(
      name, n.shape(),
      [name, a, where](auto const& operand) {
        auto const resolved = operand.resolve();
        operand_survey const survey = survey_of(resolved);
        check_arguments(survey.comm, name, {{"axis", a}}, where);
        tiling const target = survey.comm ? reducible_tiling(survey) : tiling();
        auto const result = fresh_leaf<T, N>(resolved.shape(), survey.comm, target);
        auto const site = site_at<N>(resolved.shape(), survey.comm, target);
        compute<T>(resolved, site, result.memory.get(), result.stored_box);
        scan_tile<Monoid, T>(reinterpret_cast<T*>(result.memory.get()), lines_of(site.region, a),
                             survey.comm ? &*survey.comm : nullptr, target, a, where);
        return result;
      },
      n);
}

}  // namespace detail

/// Sums and products of the elements up to each one along `axis`; a vector needs none. Element types as those
/// of `sum`; float accumulates in double. A node: the result has e's shape and tiling (rows where that is
/// custom). Two passes over the data; between them one exclusive scan of one number per line over the ranks
/// along the axis, where it is cut. The same bits for any number of threads.
template <array_operand E>
auto cumsum(E const& e, detail::scan_axis<dimensions_of<E>> axis = {},
            std::source_location where = std::source_location::current()) {
  return detail::scan<monoid::sum>("cumsum", e, axis.value, where);
}
template <array_operand E>
auto cumprod(E const& e, detail::scan_axis<dimensions_of<E>> axis = {},
             std::source_location where = std::source_location::current()) {
  return detail::scan<monoid::prod>("cumprod", e, axis.value, where);
}
/// The least and greatest element so far; NaN wins. (NumPy's minimum.accumulate.)
template <array_operand E>
auto cummin(E const& e, detail::scan_axis<dimensions_of<E>> axis = {},
            std::source_location where = std::source_location::current()) {
  return detail::scan<monoid::min>("cummin", e, axis.value, where);
}
template <array_operand E>
auto cummax(E const& e, detail::scan_axis<dimensions_of<E>> axis = {},
            std::source_location where = std::source_location::current()) {
  return detail::scan<monoid::max>("cummax", e, axis.value, where);
}

/// The differences of neighbours along `axis`, taken n times: element i is e[i + 1] - e[i]; of bool whether
/// they differ. The extent shrinks by n, to no less than 0. Communication: the elements at the cuts. Throws
/// domain_error for a negative n.
template <array_operand E>
auto diff(E const& e, index_t n = 1, int axis = -1,
          std::source_location where = std::source_location::current()) {
  constexpr int N = dimensions_of<E>;
  using T = value_of<E>;
  using F = std::conditional_t<std::is_same_v<T, bool>, functor::not_equal_to, functor::subtract>;
  int const a = detail::normalised_axis(axis, N, where);
  if (n < 0)
    throw domain_error("diff: " + std::to_string(n) + " differences; the number must not be negative", where);
  auto const& operand = as_node(e);
  shape_t<N> shape = operand.shape();
  index_t& extent = shape[static_cast<std::size_t>(a)];
  extent = std::max<index_t>(0, extent - n);
  return detail::deferred<T, N>(
      "diff", shape,
      [n, a, where](auto const& whole) {
        auto current = detail::carried_out<T>(whole);
        check_arguments(current.comm, "diff", {{"n", n}, {"axis", a}}, where);
        for (index_t k = 0; k < n && current.extent[static_cast<std::size_t>(a)] > 0; ++k) {
          index_t const left = current.extent[static_cast<std::size_t>(a)] - 1;
          auto const part = [&](index_t first) {
            return leaf<T, N>(current, current.view.sliced(a, {first, left, 1}));
          };
          current = detail::carried_out<T>(pantile::apply(F{}, part(1), part(0)));
        }
        return current;
      },
      operand);
}

}  // namespace pantile
