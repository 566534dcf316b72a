#pragma once

#include <pantile/expr/functions.hpp>
#include <pantile/expr/views.hpp>
#include <pantile/kernel/monoids.hpp>
#include <pantile/kernel/reduce.hpp>
#include <pantile/ops/evaluate.hpp>
#include <pantile/ops/reduced_axes.hpp>

#include <source_location>
#include <typeinfo>

// What all reductions share: the loop, and the combination over the ranks.
namespace pantile {

namespace detail {

/// The tiling under which an expression is reduced: its natural one where a grid of ranks tells who must add up
/// with whom, rows otherwise.
tiling reducible_tiling(operand_survey const& survey);
/// Those under which it could be.
std::vector<tiling> reducible(std::vector<tiling> tilings);
/// Those, and one that cuts what is kept alone, so that no rank must add up with another.
std::vector<tiling> ways_to_reduce(std::vector<tiling> tilings, extents const& shape, int ranks,
                                   bool const* reduced);
/// The tiling of the result.
tiling reduced_tiling(tiling t, bool const* reduced, bool keep);

/// Throws domain_error: this reduction of nothing has no value.
void check_not_empty(bool empty, std::source_location where);

/// Calls visit(communicator) for the ranks to combine with, one grid axis after the other: those that cut a
/// reduced dimension. `print` tells reductions apart: ranks that call different ones get a divergence_error
/// before they wait for each other in groups.
void for_each_reduction_group(communicator const& comm, tiling const& t, bool const* reduced,
                              std::uint64_t print, std::source_location where,
                              function_ref<void(communicator const&)> visit);

/// True where there are such ranks.
bool is_combined(tiling const& t, bool const* reduced);

template <class Monoid>
struct combine_of {
  template <class A>
  A operator()(A a, A b) const {
    return Monoid::combine(a, b);
  }
};

template <class Monoid, int N, class A>
void combine_ranks(communicator const& comm, tiling const& t,
                   std::array<bool, static_cast<std::size_t>(N)> const& reduced, std::span<A> partial,
                   std::source_location where) {
  std::uint64_t const print = hash_combine(typeid(Monoid).hash_code(), typeid(A).hash_code());
  for_each_reduction_group(comm, t, reduced.data(), print, where, [&](communicator const& group) {
    if constexpr (std::is_same_v<Monoid, monoid::sum>)
      group.allreduce(partial, reduce_op::sum, where);
    else
      group.template allreduce_with<combine_of<Monoid>>(partial, where);
  });
}

/// At PANTILE_CHECK=2: throws domain_error where a result is NaN and no element was.
/// `results`: row-major over `part`.
template <int N, class R>
void check_reduced(evaluation_site<N> const& site, R const* results, box const& part) {
  if constexpr (can_be_nan<R>) {
    if (!site.checked) return;
    auto const strides = strides_within(part);
    check_no_new_nan(site.comm, site.what,
                     {dtype_of<R>, reinterpret_cast<std::byte const*>(results), strides.data(), part},
                     site.reads, site.region);
  }
}

/// The reduction over everything, on every rank.
template <class Monoid, node E>
auto reduce_all(E const& expression, std::source_location where, Monoid const& monoid = {}) {
  using T = typename E::value_type;
  using A = typename Monoid::template accumulator<T>;
  constexpr int N = E::dimensions;
  trace::region const here("reduce", where);
  auto const resolved = resolved_in_loop(expression);
  auto const erased = resolved_ref<N>::of(resolved);
  operand_survey const survey = erased.surveyed();
  if constexpr (Monoid::needs_elements) check_not_empty(survey.shape.count() == 0, where);
  tiling const target = survey.comm ? reducible_tiling(survey) : tiling();
  auto const site = site_at<N>(resolved.shape(), survey.comm, target, {"reduction", where});
  note_site(here, survey.comm, target, survey.shape);
  note_reduction(here, survey.comm.has_value());
  double const operations = 1 + erased.operations;
  trace::computed(static_cast<double>(site.region.count()) * operations);
  if (survey.comm && trace::rehearsing())
    reject_tilings(here, reducible(operand_tilings(erased)), target, [&](tiling const& other) {
      auto const there = site_at<N>(resolved.shape(), survey.comm, other);
      erased.fetch(erased.expression, there);
      trace::computed(static_cast<double>(there.region.count()) * operations);
      A total{};
      combine_ranks<Monoid, N>(*survey.comm, other, all_axes<N>().reduced, std::span<A>(&total, 1), where);
    });
  check_operands(site, erased);
  auto const bound = resolved.bind(site);
  A total{};
  if constexpr (may_fail<decltype(resolved)>)
    run_checked(survey.comm,
                [&] { total = kernel::reduce_box<Monoid, A, N>(extents_of<N>(site.region), bound); });
  else
    total = kernel::reduce_box<Monoid, A, N>(extents_of<N>(site.region), bound);
  if (survey.comm)
    combine_ranks<Monoid, N>(*survey.comm, target, all_axes<N>().reduced, std::span<A>(&total, 1), where);
  using R = typename Monoid::template result<T>;
  R const result = monoid::finish<R>(monoid, total);
  check_reduced(site, &result, box(extents{}));
  return result;
}

}  // namespace detail

/// The reduction of an expression over some of its axes, or over all with their dimensions kept.
template <class Monoid, node E, class Axes>
struct reduce_node : node_members<reduce_node<Monoid, E, Axes>> {
  using operand_type = typename E::value_type;
  using value_type = typename Monoid::template result<operand_type>;
  using accumulator = typename Monoid::template accumulator<operand_type>;
  static constexpr int operand_dimensions = E::dimensions;
  static constexpr int dimensions = Axes::dimensions;
  static constexpr bool keeps = dimensions == operand_dimensions;

  E operand;
  Axes over;
  Monoid monoid;
  std::source_location where;
  shape_t<dimensions> extent;

  reduce_node(E const& e, Axes const& which, std::source_location at, Monoid const& m)
      : operand(e), over(which), monoid(m), where(at), extent(which.shape_of(e.shape())) {
    if constexpr (Monoid::needs_elements) detail::check_not_empty(over.count(e.shape()) == 0, where);
  }
  shape_t<dimensions> const& shape() const { return extent; }

  /// Carries out the reduction (collective).
  leaf<value_type, dimensions> resolve() const {
    constexpr int N = operand_dimensions;
    trace::region const here("reduce", where);
    auto const resolved = detail::resolved_in_loop(operand);
    operand_survey const survey = detail::survey_of(resolved);
    if (!survey.comm) {
      local_array<value_type, dimensions> result(extent);
      reduce(resolved, detail::site_at<N>(resolved.shape(), std::nullopt, {}, {"reduction", where}), {},
             result.data());
      return leaf<value_type, dimensions>(result);
    }
    tiling const target = detail::reducible_tiling(survey);
    detail::note_site(here, survey.comm, target, survey.shape);
    detail::note_reduction(here, true);
    array<value_type, dimensions> result(
        *survey.comm, extent,
        detail::agreed_tiling{detail::reduced_tiling(target, over.reduced.data(), keeps)});
    if (trace::rehearsing())
      detail::reject_tilings(
          here,
          detail::ways_to_reduce(detail::operand_tilings(detail::resolved_ref<N>::of(resolved)), survey.shape,
                                 survey.comm->size(), over.reduced.data()),
          target, [&](tiling const& other) {
            auto const site = detail::site_at<N>(resolved.shape(), survey.comm, other);
            auto const scratch = allocate_tile(over.part_of(site.region).count() * index_t{sizeof(value_type)},
                                               memory_kind::local);
            reduce(resolved, site, other, reinterpret_cast<value_type*>(scratch.get()));
          });
    reduce(resolved, detail::site_at<N>(resolved.shape(), survey.comm, target, {"reduction", where}), target,
           result.data());
    return leaf<value_type, dimensions>(result);
  }

 private:
  template <class Resolved>
  void reduce(Resolved const& resolved, evaluation_site<operand_dimensions> const& site, tiling const& target,
              value_type* result) const {
    constexpr int N = operand_dimensions;
    trace::computed(static_cast<double>(site.region.count()) * (1 + detail::operations_of<Resolved>));
    auto const box_extents = detail::extents_of<N>(site.region);
    box const part = over.part_of(site.region);
    index_t const count = part.count();
    index_t axes = 0;
    for (bool const r : over.reduced) axes = 2 * axes + (r ? 1 : 0);
    detail::check_operands(site, detail::resolved_ref<N>::of(resolved),
                           {{"axis", over.first()}, {"axes", axes}});
    kernel::reduction_nest<N> const nest(box_extents, over.reduced);
    // What one row is reduced to is a result at once; all else is kept until it is complete.
    bool const at_once = nest.by_rows() && !(site.comm && detail::is_combined(target, over.reduced.data()));
    index_t const kept = at_once ? 0 : count;
    auto const memory = allocate_tile(kept * index_t{sizeof(accumulator)}, memory_kind::local);
    auto* const partial = reinterpret_cast<accumulator*>(memory.get());
    kernel::parallel_ranges(kept, kept, [&](index_t begin, index_t end, int) {
      std::fill(partial + begin, partial + end, Monoid::template identity<accumulator>());
    });
    auto const bound = resolved.bind(site);
    auto const give = [&](index_t i, accumulator const& a) {
      result[i] = monoid::finish<value_type>(monoid, a);
    };
    auto const loop = [&] {
      kernel::reduce_axes<Monoid, accumulator, N>(nest, bound, at_once ? nullptr : partial, give);
    };
    if constexpr (detail::may_fail<Resolved>)
      detail::run_checked(site.comm, loop);
    else
      loop();
    if (site.comm)
      detail::combine_ranks<Monoid, N>(*site.comm, target, over.reduced,
                                       std::span<accumulator>(partial, static_cast<std::size_t>(kept)), where);
    kernel::parallel_ranges(kept, kept, [&](index_t begin, index_t end, int) {
      for (index_t i = begin; i < end; ++i) give(i, partial[i]);
    });
    detail::check_reduced(site, result, part);
  }
};

namespace detail {

/// Over all axes: a number. Otherwise a node.
template <class Monoid, array_operand E, class Axes>
auto reduce_with(E const& e, Axes const& over, std::source_location where, Monoid const& monoid = {}) {
  if constexpr (Axes::gives_scalar)
    return reduce_all<Monoid>(node_of<E>(as_node(e)), where, monoid);
  else
    return reduce_node<Monoid, node_of<E>, Axes>(as_node(e), over, where, monoid);
}

template <array_operand E>
auto as_floating(E const& e) {
  if constexpr (std::is_integral_v<value_of<E>>)
    return cast<double>(e);
  else
    return node_of<E>(as_node(e));
}

}  // namespace detail

/// Declares a reduction in its three forms: over everything, at once; over an axis or several; with the reduced
/// dimensions kept. `implementation` is a functor (operand, reduced axes, where).
#define PANTILE_REDUCTION_FORMS(name, implementation)                                                      \
  template <array_operand E>                                                                               \
  auto name(E const& e, std::source_location where = std::source_location::current()) {                    \
    return implementation(e, detail::all_axes<dimensions_of<E>>(), where);                                 \
  }                                                                                                        \
  template <array_operand E, axis_choice H>                                                                \
  auto name(E const& e, H how, std::source_location where = std::source_location::current()) {             \
    return implementation(e, detail::chosen_axes<dimensions_of<E>, false>(how, where), where);             \
  }                                                                                                        \
  template <array_operand E>                                                                               \
  auto name(E const& e, keepdims_t kept, std::source_location where = std::source_location::current()) {   \
    return implementation(e, detail::chosen_axes<dimensions_of<E>, true>(kept, where), where);             \
  }                                                                                                        \
  template <array_operand E, axis_choice H>                                                                \
  auto name(E const& e, H how, keepdims_t, std::source_location where = std::source_location::current()) { \
    return implementation(e, detail::chosen_axes<dimensions_of<E>, true>(how, where), where);              \
  }

}  // namespace pantile
