#pragma once

#include <pantile/ops/owned.hpp>
#include <pantile/ops/reduce.hpp>
#include <pantile/ops/sort.hpp>

#include <cmath>
#include <source_location>
#include <vector>

// Medians and other quantiles, with NumPy's linear interpolation between neighbours in the sorted order.
namespace pantile {

namespace detail {

/// The place of a quantile among n sorted elements: between `below` and the next, `share` of the way.
struct quantile_place {
  index_t below = 0, above = 0;
  double share = 0;
};
/// Throws domain_error unless 0 <= q <= 1.
quantile_place place_of(double q, index_t n, std::source_location where);

/// numpy's _lerp, for neighbours that are finite and not too far apart. Beside an infinity what its median has:
/// the infinity, unless nothing of it is asked for; between two of both signs NaN.
inline double between(double a, double b, double share) {
  if (a == b || share == 0) return a;
  double const difference = b - a;
  if (!std::isfinite(difference)) return a * (1 - share) + b * share;
  return share < 0.5 ? a + difference * share : b - difference * (1 - share);
}

/// The quantile of the elements of all ranks, `all` of them: NaN where there is one among them, or none at all
/// (collective). A rehearsal takes it that there is no NaN.
template <class T>
double quantile_of(communicator const* comm, T const* elements, index_t count, index_t all, double q,
                   std::source_location where);

template <class T>
using quantile_t = std::conditional_t<std::is_same_v<T, float>, float, double>;

}  // namespace detail

/// The q-quantile of all elements, 0 <= q <= 1 (else domain_error), on every rank; NaN where there is one or no
/// element. Found by counting: the ranks add up histograms of 11 bits of the elements at a time; no element
/// travels. (Collective.)
template <array_operand E>
auto quantile(E const& e, double q, std::source_location where = std::source_location::current()) {
  using T = value_of<E>;
  detail::check_ordered<T>();
  auto const all = detail::owned<T>(as_node(e));
  check_arguments(all.comm, "quantile", {{"q", q}}, where);
  return static_cast<detail::quantile_t<T>>(
      detail::quantile_of<T>(all.ranks(), all.data(), all.count, all.of_all, q, where));
}
/// Several quantiles.
template <array_operand E>
auto quantile(E const& e, std::vector<double> const& q,
              std::source_location where = std::source_location::current()) {
  using T = value_of<E>;
  detail::check_ordered<T>();
  auto const all = detail::owned<T>(as_node(e));
  std::vector<detail::quantile_t<T>> result;
  for (double const x : q) {
    check_arguments(all.comm, "quantile", {{"q", x}}, where);
    result.push_back(static_cast<detail::quantile_t<T>>(
        detail::quantile_of<T>(all.ranks(), all.data(), all.count, all.of_all, x, where)));
  }
  return result;
}
namespace detail {
/// The quantile of each line of a distributed array, on every rank.
template <element R, element T, int N>
leaf<R, N - 1> quantiles_of_lines(leaf<T, N> const& whole, double q, int axis, std::source_location where) {
  shape_t<N - 1> shape{};
  for (int d = 0, out = 0; d < N; ++d)
    if (d != axis) shape[static_cast<std::size_t>(out++)] = whole.extent[static_cast<std::size_t>(d)];
  auto const result = replicated_leaf<R, N - 1>(shape, whole.comm);
  for (index_t k = 0; k < extents(shape).count(); ++k) {
    R const found = quantile(line_of(whole, axis, k), q, where);
    if (!trace::rehearsing()) reinterpret_cast<R*>(result.memory.get())[k] = found;
  }
  return result;
}
}  // namespace detail

/// Along an axis, which is sorted (communication: see sort): a node without the axis. Large lines that sort
/// would share out over all ranks are counted instead, one after the other, and the result is on every rank.
template <array_operand E>
auto quantile(E const& e, double q, int axis, std::source_location where = std::source_location::current()) {
  constexpr int N = dimensions_of<E>;
  using T = value_of<E>;
  using R = detail::quantile_t<T>;
  detail::check_ordered<T>();
  auto const over = detail::chosen_axes<N, false>(axis, where);
  if constexpr (N == 1) {
    return quantile(e, q, where);
  } else {
    int const a = over.first();
    shape_t<N> const full = as_node(e).shape();
    index_t const n = full[static_cast<std::size_t>(a)];
    auto const shape = over.shape_of(full);
    auto const place = detail::place_of(q, std::max<index_t>(n, 1), where);
    return detail::deferred<R, N - 1>(
        "quantile", shape,
        [q, a, n, place, where](auto const& operand) {
          if (n == 0) return detail::carried_out<R>(mean(cast<R>(operand), a));  // of nothing: NaN
          auto const resolved = operand.resolve();
          operand_survey const survey = detail::survey_of(resolved);
          check_arguments(survey.comm, "quantile", {{"q", q}, {"axis", a}}, where);
          if (survey.comm && detail::shares_lines(detail::natural_tiling(survey), a,
                                                  survey.shape.count() * index_t{sizeof(T)}))
            return detail::quantiles_of_lines<R, T>(detail::carried_out<T>(resolved), q, a, where);
          auto const sorted = detail::sorted_leaf<T>(resolved, a, false);
          auto const at = [&](index_t i) { return leaf<T, N - 1>(sorted, sorted.view.dropped(a, i)); };
          auto const interpolate = [share = place.share](T below, T above, T last) noexcept {
            return static_cast<R>(
                last != last ? static_cast<double>(last)
                             : detail::between(static_cast<double>(below), static_cast<double>(above), share));
          };
          return detail::carried_out<R>(map(interpolate, at(place.below), at(place.above), at(n - 1)));
        },
        as_node(e));
  }
}

/// The quantile q / 100.
template <array_operand E>
auto percentile(E const& e, double q, std::source_location where = std::source_location::current()) {
  return quantile(e, q / 100, where);
}
template <array_operand E>
auto percentile(E const& e, double q, int axis, std::source_location where = std::source_location::current()) {
  return quantile(e, q / 100, axis, where);
}
/// The quantile 1/2.
template <array_operand E>
auto median(E const& e, std::source_location where = std::source_location::current()) {
  return quantile(e, 0.5, where);
}
template <array_operand E>
auto median(E const& e, int axis, std::source_location where = std::source_location::current()) {
  return quantile(e, 0.5, axis, where);
}

}  // namespace pantile
