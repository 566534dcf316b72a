#pragma once

#include <pantile/kernel/moments.hpp>
#include <pantile/ops/reduce.hpp>

#include <source_location>

// Statistics, as reductions: one pass over the data each, in the forms of ops/reduce.hpp. Quantiles:
// ops/quantile.hpp.
namespace pantile {

/// What is taken from the number of elements where a variance divides by it: `var(A, 0, ddof{1})`.
struct ddof {
  double value = 0;
  /// 0: of a whole population; 1: of a sample.
  constexpr explicit ddof(double v) : value(v) {}
};

namespace detail {

template <class T>
auto root(T const& x) {
  if constexpr (node<T>)
    return sqrt(x);
  else
    return std::sqrt(x);
}

inline constexpr auto variance_reduction = [](auto const& e, auto const& over, std::source_location where,
                                              ddof less = ddof(0)) {
  return reduce_with(e, over, where, monoid::variance{less.value});
};
inline constexpr auto deviation_reduction = [](auto const& e, auto const& over, std::source_location where,
                                               ddof less = ddof(0)) {
  return root(variance_reduction(e, over, where, less));
};

inline constexpr auto count_nonzero_reduction = [](auto const& e, auto const& over,
                                                   std::source_location where) {
  return reduce_with<monoid::sum>(pantile::apply(functor::cast<bool>{}, e), over, where);
};

/// The least and the greatest element at once.
inline constexpr auto range_reduction = [](auto const& e, auto const& over, std::source_location where) {
  auto const least = reduce_with<monoid::min>(e, over, where);
  auto const greatest = reduce_with<monoid::max>(e, over, where);
  if constexpr (node<decltype(least)>)
    return greatest - least;
  else
    return functor::subtract{}(greatest, least);
};

inline constexpr auto log_sum_exp_reduction = [](auto const& e, auto const& over, std::source_location where) {
  static_assert(!is_complex<value_of<std::remove_cvref_t<decltype(e)>>>, "logsumexp is for real elements");
  return reduce_with<monoid::log_sum_exp>(e, over, where);
};

}  // namespace detail

/// How many elements are not zero.
PANTILE_REDUCTION_FORMS(count_nonzero, detail::count_nonzero_reduction)

/// The greatest element less the least ("peak to peak"); integers keep their type and wrap, as in NumPy. Of
/// nothing: domain_error.
PANTILE_REDUCTION_FORMS(ptp, detail::range_reduction)

/// log(sum(exp(e))), without overflow; -inf for nothing.
PANTILE_REDUCTION_FORMS(logsumexp, detail::log_sum_exp_reduction)

/// The variance: the mean of |x - mean|^2, of which `ddof{1}` makes the sum divided by n - 1. Real for complex
/// elements; float accumulates in double. Where there are not more elements than `ddof`: NaN where all are
/// equal, otherwise infinite, as in NumPy.
PANTILE_REDUCTION_FORMS(var, detail::variance_reduction)

/// The standard deviation, sqrt(var(...)): NumPy's `std`, whose name would hide the namespace std in here.
PANTILE_REDUCTION_FORMS(stdev, detail::deviation_reduction)

#define PANTILE_DDOF_FORMS(name, implementation)                                                          \
  template <array_operand E>                                                                              \
  auto name(E const& e, ddof less, std::source_location where = std::source_location::current()) {        \
    return implementation(e, detail::all_axes<dimensions_of<E>>(), where, less);                          \
  }                                                                                                       \
  template <array_operand E, axis_choice H>                                                               \
  auto name(E const& e, H how, ddof less, std::source_location where = std::source_location::current()) { \
    return implementation(e, detail::chosen_axes<dimensions_of<E>, false>(how, where), where, less);      \
  }                                                                                                       \
  template <array_operand E, axis_choice H>                                                               \
  auto name(E const& e, H how, keepdims_t, ddof less,                                                     \
            std::source_location where = std::source_location::current()) {                               \
    return implementation(e, detail::chosen_axes<dimensions_of<E>, true>(how, where), where, less);       \
  }
/// With the number that is taken from the number of elements.
PANTILE_DDOF_FORMS(var, detail::variance_reduction)
PANTILE_DDOF_FORMS(stdev, detail::deviation_reduction)
#undef PANTILE_DDOF_FORMS

namespace detail {

/// Throws domain_error for weights that add up to nothing, shape_error for ones that fit no axis.
void check_weight_count(extents const& shape, extents const& weights, int axis, std::source_location where);
void check_weight_sum(bool zero, std::source_location where);

/// Weights of one dimension as an operand that broadcasts along `axis` of one of N dimensions.
template <int N, array_operand W>
auto along_axis(W const& weights, int axis) {
  auto const& n = as_node(weights);
  view_map view = view_of(n);
  for (int d = 0; d < N; ++d)
    if (d != axis) view = view.inserted(d, 1);
  return seen_as<N>(n, view);
}

}  // namespace detail

/// The weighted mean sum(e * weights) / sum(weights), of weights of e's shape. Throws domain_error where they
/// add up to 0, shape_error for another shape. At once; two allreduces of a number, beside fetching what of the
/// weights lies elsewhere.
template <array_operand E, array_operand W>
requires(dimensions_of<W> ==
         dimensions_of<E>) auto average(E const& e, W const& weights,
                                        std::source_location where = std::source_location::current()) {
  detail::check_weight_count(extents(as_node(e).shape()), extents(as_node(weights).shape()), -1, where);
  auto const w = detail::as_floating(weights);
  auto const total = sum(w, where);
  detail::check_weight_sum(total == decltype(total)(0), where);
  return sum(detail::as_floating(e) * w, where) / total;
}
/// Over an axis: the weights have e's shape, or one dimension of the axis' extent. Weights of e's shape that
/// add up to 0 somewhere give NaN or an infinity there. Communication: that of two sums over the axis.
template <array_operand E, array_operand W>
requires(dimensions_of<W> == dimensions_of<E> ||
         dimensions_of<W> == 1) auto average(E const& e, W const& weights, int axis,
                                             std::source_location where = std::source_location::current()) {
  constexpr int N = dimensions_of<E>;
  int const a = detail::normalised_axis(axis, N, where);
  detail::check_weight_count(extents(as_node(e).shape()), extents(as_node(weights).shape()), a, where);
  auto const w = detail::as_floating(weights);
  auto const n = detail::as_floating(e);
  if constexpr (dimensions_of<W> == 1) {
    auto const total = sum(w, where);
    detail::check_weight_sum(total == decltype(total)(0), where);
    return sum(n * detail::along_axis<N>(w, a), a, where) / total;
  } else {
    return sum(n * w, a, where) / sum(w, a, where);
  }
}

}  // namespace pantile
