#pragma once

#include <pantile/expr/functions.hpp>
#include <pantile/expr/views.hpp>
#include <pantile/kernel/monoids.hpp>
#include <pantile/kernel/reduce.hpp>
#include <pantile/ops/evaluate.hpp>

#include <cmath>
#include <source_location>

// Reductions over all elements (evaluated at once, the scalar on every rank) or over one axis (a node). The
// expression below a reduction is fused into it: no temporary. Communication: one allreduce of the partial
// results, over the ranks along the axis; none where the axis is not cut.
//
// Over an axis the result keeps the cuts of the other axes and is replicated along the reduced one. `keepdims`
// keeps the axis with extent 1, so that the result broadcasts against the operand.
namespace pantile {

struct keepdims_t {};
inline constexpr keepdims_t keepdims{};

namespace detail {

/// The tiling under which an expression is reduced: its natural one where a grid of ranks tells who must add up
/// with whom, rows otherwise.
tiling reducible_tiling(operand_survey const& survey);

/// Throws domain_error: this reduction of nothing has no value.
void check_not_empty(bool empty, std::source_location where);

/// Calls visit(communicator) for the ranks to combine with, one grid axis after the other: all cut axes, or
/// only the one that cuts `axis`.
void for_each_reduction_group(communicator const& comm, tiling const& t, int axis,
                              std::function<void(communicator const&)> const& visit);

template <class Monoid>
struct combine_of {
  template <class A>
  A operator()(A a, A b) const {
    return Monoid::combine(a, b);
  }
};

template <class Monoid, class A>
void combine_ranks(communicator const& group, std::span<A> partial, std::source_location where) {
  if constexpr (std::is_same_v<Monoid, monoid::sum>)
    group.allreduce(partial, reduce_op::sum, where);
  else
    group.template allreduce_with<combine_of<Monoid>>(partial, where);
}

template <class Monoid, node E>
auto reduce_all(E const& expression, std::source_location where) {
  using T = typename E::value_type;
  using A = typename Monoid::template accumulator<T>;
  constexpr int N = E::dimensions;
  auto const resolved = expression.resolve();
  operand_survey const survey = survey_of(resolved);
  if constexpr (Monoid::needs_elements) check_not_empty(survey.shape.count() == 0, where);
  tiling const target = survey.comm ? reducible_tiling(survey) : tiling();
  auto const site = site_at<N>(resolved.shape(), survey.comm, target);
  auto const bound = resolved.bind(site);
  A total{};
  auto const loop = [&] { total = kernel::reduce_box<Monoid, A, N>(extents_of<N>(site.region), bound); };
  if constexpr (may_fail<decltype(resolved)>)
    run_checked(survey.comm, loop);
  else
    loop();
  if (survey.comm)
    for_each_reduction_group(*survey.comm, target, -1, [&](communicator const& group) {
      combine_ranks<Monoid>(group, std::span<A>(&total, 1), where);
    });
  return monoid::finish<typename Monoid::template result<T>>(total);
}

}  // namespace detail

/// The reduction of an expression over one axis.
template <class Monoid, node E, bool Keep>
struct reduce_node : node_base {
  using operand_type = typename E::value_type;
  using value_type = typename Monoid::template result<operand_type>;
  using accumulator = typename Monoid::template accumulator<operand_type>;
  static constexpr int operand_dimensions = E::dimensions;
  static constexpr int dimensions = Keep ? operand_dimensions : operand_dimensions - 1;

  E operand;
  int axis;
  std::source_location where;
  shape_t<dimensions> extent{};

  reduce_node(E const& e, int which, std::source_location at)
      : operand(e), axis(detail::normalised_axis(which, operand_dimensions, at)), where(at) {
    auto const& full = e.shape();
    std::size_t out = 0;
    for (int d = 0; d < operand_dimensions; ++d) {
      if (d != axis)
        extent[out++] = full[static_cast<std::size_t>(d)];
      else if (Keep)
        extent[out++] = 1;
    }
    if constexpr (Monoid::needs_elements)
      detail::check_not_empty(full[static_cast<std::size_t>(axis)] == 0, where);
  }
  shape_t<dimensions> const& shape() const { return extent; }

  /// Carries out the reduction (collective).
  leaf<value_type, dimensions> resolve() const {
    constexpr int N = operand_dimensions;
    auto const resolved = operand.resolve();
    operand_survey const survey = detail::survey_of(resolved);
    if (!survey.comm) {
      local_array<value_type, dimensions> result(extent);
      reduce(resolved, detail::site_at<N>(resolved.shape(), std::nullopt, {}), {}, result.data());
      return leaf<value_type, dimensions>(result);
    }
    tiling const target = detail::reducible_tiling(survey);
    array<value_type, dimensions> result(*survey.comm, extent,
                                         detail::agreed_tiling{target.reduced(axis, Keep)});
    reduce(resolved, detail::site_at<N>(resolved.shape(), survey.comm, target), target, result.data());
    return leaf<value_type, dimensions>(result);
  }

 private:
  template <class Resolved>
  void reduce(Resolved const& resolved, evaluation_site<operand_dimensions> const& site, tiling const& target,
              value_type* result) const {
    constexpr int N = operand_dimensions;
    auto const box_extents = detail::extents_of<N>(site.region);
    index_t count = 1;
    for (int d = 0; d < N; ++d)
      if (d != axis) count *= box_extents[static_cast<std::size_t>(d)];
    auto const memory = allocate_tile(count * index_t{sizeof(accumulator)}, memory_kind::local);
    auto* partial = reinterpret_cast<accumulator*>(memory.get());
    std::fill_n(partial, count, Monoid::template identity<accumulator>());
    auto const bound = resolved.bind(site);
    auto const loop = [&] { kernel::reduce_axis<Monoid, accumulator, N>(box_extents, axis, bound, partial); };
    if constexpr (detail::may_fail<Resolved>)
      detail::run_checked(site.comm, loop);
    else
      loop();
    if (site.comm)
      detail::for_each_reduction_group(*site.comm, target, axis, [&](communicator const& group) {
        detail::combine_ranks<Monoid>(group, std::span<accumulator>(partial, static_cast<std::size_t>(count)),
                                      where);
      });
    for (index_t i = 0; i < count; ++i) result[i] = monoid::finish<value_type>(partial[i]);
  }
};

namespace detail {

/// A vector has no axis left to keep: its reduction over axis 0 is the one over all.
template <class Monoid, array_operand E>
auto reduce_over(E const& e, int axis, std::source_location where) {
  if constexpr (dimensions_of<E> == 1) {
    normalised_axis(axis, 1, where);
    return reduce_all<Monoid>(node_of<E>(as_node(e)), where);
  } else {
    return reduce_node<Monoid, node_of<E>, false>(as_node(e), axis, where);
  }
}

template <class T>
struct locate {
  monoid::located<T> operator()(T value, index_t index) const { return {value, index}; }
};

/// Pairs every element with its place: along `axis`, or row-major over the whole array for -1.
template <array_operand E>
auto located_elements(E const& e, int axis) {
  constexpr int N = dimensions_of<E>;
  auto const& n = as_node(e);
  auto place = [axis, shape = shape_t<N>(n.shape())](shape_t<N> const& index) {
    if (axis >= 0) return index[static_cast<std::size_t>(axis)];
    index_t flat = 0;
    for (std::size_t d = 0; d < N; ++d) flat = flat * shape[d] + index[d];
    return flat;
  };
  generator_node<decltype(place), N> indices(place, n.shape());
  return map_node<locate<value_of<E>>, node_of<E>, decltype(indices)>({}, node_of<E>(n), indices);
}

template <array_operand E>
auto as_floating(E const& e) {
  if constexpr (std::is_integral_v<value_of<E>>)
    return cast<double>(e);
  else
    return node_of<E>(as_node(e));
}

}  // namespace detail

#define PANTILE_REDUCTION(name)                                                                               \
  template <array_operand E>                                                                                  \
  auto name(E const& e, std::source_location where = std::source_location::current()) {                       \
    return detail::reduce_all<monoid::name>(node_of<E>(as_node(e)), where);                                   \
  }                                                                                                           \
  template <array_operand E>                                                                                  \
  auto name(E const& e, int axis, std::source_location where = std::source_location::current()) {             \
    return detail::reduce_over<monoid::name>(e, axis, where);                                                 \
  }                                                                                                           \
  template <array_operand E>                                                                                  \
  auto name(E const& e, int axis, keepdims_t, std::source_location where = std::source_location::current()) { \
    return reduce_node<monoid::name, node_of<E>, true>(as_node(e), axis, where);                              \
  }

/// Integers sum to int64 and wrap; float accumulates in double. min and max of nothing: domain_error.
PANTILE_REDUCTION(sum)
PANTILE_REDUCTION(product)
PANTILE_REDUCTION(min)
PANTILE_REDUCTION(max)
PANTILE_REDUCTION(any)
PANTILE_REDUCTION(all)
#undef PANTILE_REDUCTION

/// The row-major index of the least element; ties: the lowest index; the first NaN wins. Throws domain_error
/// for none.
template <array_operand E>
index_t argmin(E const& e, std::source_location where = std::source_location::current()) {
  return detail::reduce_all<monoid::argmin>(detail::located_elements(e, -1), where);
}
template <array_operand E>
index_t argmax(E const& e, std::source_location where = std::source_location::current()) {
  return detail::reduce_all<monoid::argmax>(detail::located_elements(e, -1), where);
}
/// Indices along the axis.
template <array_operand E>
auto argmin(E const& e, int axis, std::source_location where = std::source_location::current()) {
  int const a = detail::normalised_axis(axis, dimensions_of<E>, where);
  return detail::reduce_over<monoid::argmin>(detail::located_elements(e, a), a, where);
}
template <array_operand E>
auto argmax(E const& e, int axis, std::source_location where = std::source_location::current()) {
  int const a = detail::normalised_axis(axis, dimensions_of<E>, where);
  return detail::reduce_over<monoid::argmax>(detail::located_elements(e, a), a, where);
}

/// The arithmetic mean; integers as double; NaN for no elements.
template <array_operand E>
auto mean(E const& e, std::source_location where = std::source_location::current()) {
  auto const n = detail::as_floating(e);
  auto const total = sum(n, where);
  return total / static_cast<real_t<std::remove_cvref_t<decltype(total)>>>(extents(n.shape()).count());
}
template <array_operand E>
auto mean(E const& e, int axis, std::source_location where = std::source_location::current()) {
  auto const n = detail::as_floating(e);
  int const a = detail::normalised_axis(axis, dimensions_of<E>, where);
  auto const total = sum(n, a, where);
  return total / static_cast<real_t<value_of<decltype(n)>>>(n.shape()[static_cast<std::size_t>(a)]);
}
template <array_operand E>
auto mean(E const& e, int axis, keepdims_t, std::source_location where = std::source_location::current()) {
  auto const n = detail::as_floating(e);
  int const a = detail::normalised_axis(axis, dimensions_of<E>, where);
  return sum(n, a, keepdims, where) /
         static_cast<real_t<value_of<decltype(n)>>>(n.shape()[static_cast<std::size_t>(a)]);
}

/// The Euclidean (for matrices: Frobenius) norm, sqrt(sum |x|^2).
template <array_operand E>
auto norm(E const& e, std::source_location where = std::source_location::current()) {
  return std::sqrt(sum(square(abs(detail::as_floating(e))), where));
}
template <array_operand E>
auto norm(E const& e, int axis, std::source_location where = std::source_location::current()) {
  if constexpr (dimensions_of<E> == 1) {
    detail::normalised_axis(axis, 1, where);
    return norm(e, where);
  } else {
    return sqrt(sum(square(abs(detail::as_floating(e))), axis, where));
  }
}

}  // namespace pantile
