#pragma once

#include <pantile/expr/assignable_view.hpp>
#include <pantile/ops/compute.hpp>

#include <source_location>
#include <string>

// Evaluation of a statement: resolve (carry out the products and reductions below), choose the tiling, bind the
// operands (fetching what lies elsewhere), run one fused loop per tile, refresh the halo.
namespace pantile {

namespace detail {

/// The site of a statement whose result takes its natural tiling: that of the largest operand that spans the
/// result, tiled ones before replicated ones; rows where no operand spans it; everything local without
/// distributed operands.
tiling natural_tiling(operand_survey const& survey);

/// The tiling of a result: the one that was asked for, or the natural one.
template <node E>
tiling tiling_of_result(E const&, operand_survey const& survey) {
  return natural_tiling(survey);
}
template <node E>
tiling tiling_of_result(tiled_node<E> const& resolved, operand_survey const&) {
  return *resolved.target;
}

/// Exchanges the halo of an array that was just computed.
void refresh_halo(communicator const& comm, tiling const& t, std::byte* data, box const& stored,
                  index_t element_bytes);

/// Throws shape_error: an array keeps its shape.
void check_assignable(index_t const* wanted, index_t const* got, int dimensions);

/// Throws tiling_error where the operands belong to another communicator than the target.
void check_communicator(operand_survey const& survey, communicator const& target);

/// True where an operand may read elements of a view after they were overwritten: it does not sit element on
/// element.
template <element T, int N, element U, int M>
bool reads_elsewhere(leaf<T, N> const& operand, leaf<U, M> const& target) {
  return operand.memory == target.memory &&
         !(operand.view == target.view && operand.stored_box == target.stored_box);
}
template <class E, class Target>
bool reads_elsewhere(E const& e, Target const& target) {
  if constexpr (requires { e.reads_elsewhere(target); })
    return e.reads_elsewhere(target);
  else
    return false;
}
template <node E, class Target>
bool reads_elsewhere(tiled_node<E> const& e, Target const& target);
template <class F, class... Es, class Target>
bool reads_elsewhere(map_node<F, Es...> const& e, Target const& target) {
  return [&]<std::size_t... I>(std::index_sequence<I...>) {
    return (reads_elsewhere(get<I>(e.operands), target) || ...);
  }
  (std::index_sequence_for<Es...>{});
}
template <node E, class Target>
bool reads_elsewhere(tiled_node<E> const& e, Target const& target) {
  return reads_elsewhere(e.operand, target);
}
/// True where the loop may write straight into the view: what fails leaves it as it was, and nothing is read
/// that was overwritten.
template <node E, class Target>
bool may_write_in_place(E const& resolved, Target const& target) {
  return !may_fail<E> && !reads_elsewhere(resolved, target);
}

/// True where an array in this tiling may have the memory of a resolved expression: what an operation has just
/// made, and nobody else has, need not be copied.
template <element T, int N, node E>
bool may_take_over([[maybe_unused]] E const& resolved, [[maybe_unused]] tiling const& target) {
  if constexpr (std::is_same_v<E, leaf<T, N>>)
    return resolved.comm && resolved.is_whole() && resolved.memory.use_count() == 1 &&
           resolved.stored_tiling == target && !target.has_halo() && !checks_values();
  else
    return false;
}

/// The array of an expression in a tiling that is the same on every rank.
template <element T, int N, node E>
array<T, N> evaluated(E const& resolved, communicator const& comm, tiling const& target,
                      statement const& what = {}) {
  if constexpr (std::is_same_v<E, leaf<T, N>>) {
    if (may_take_over<T, N>(resolved, target))
      return array<T, N>(comm, resolved.extent, agreed_tiling{target}, resolved.memory);
  }
  array<T, N> result(comm, resolved.shape(), agreed_tiling{target});
  if constexpr (std::is_same_v<E, leaf<T, N>>) {
    if (resolved.comm && resolved.is_whole() && !resolved.stored_tiling.owns_alike(target)) {
      move_elements(resolved.stored_tiling, target, comm, resolved.memory.get(), resolved.stored_box,
                    reinterpret_cast<std::byte*>(result.data()), result.stored_box(), sizeof(T),
                    std::source_location::current());
      return result;
    }
  }
  compute<T>(resolved, site_at<N>(resolved.shape(), comm, target, what),
             reinterpret_cast<std::byte*>(result.data()), result.stored_box());
  refresh_halo(comm, target, reinterpret_cast<std::byte*>(result.data()), result.stored_box(), sizeof(T));
  return result;
}
template <element T, int N, node E>
array<T, N> evaluated(tiled_node<E> const& resolved, communicator const& comm, tiling const& target,
                      statement const& what = {}) {
  return evaluated<T, N>(resolved.operand, comm, target, {what.operation, what.where, true});
}

/// All elements of an expression on this rank (collective where it is distributed). `run` computes them for a
/// site.
template <int N>
std::shared_ptr<std::byte> elements_here(
    resolved_ref<N> const& e, index_t element_bytes,
    function_ref<void(evaluation_site<N> const&, std::byte* memory, box const& storage)> run);
template <class E>
inline constexpr bool is_tiled = false;
template <node E>
inline constexpr bool is_tiled<tiled_node<E>> = true;
template <element T, int N, node E>
std::shared_ptr<std::byte> elements_here(E const& resolved) {
  if constexpr (std::is_same_v<E, leaf<T, N>> || is_tiled<E>) {
    // What an operation has just made is taken over, what shall have a tiling is moved into it once.
    if (operand_survey const survey = survey_of(resolved); survey.comm) {
      tiling const natural = natural_tiling(survey);
      auto const whole = evaluated<T, N>(resolved, *survey.comm, natural);
      return fetch_all(*survey.comm, natural, whole.memory(), whole.stored_box(), sizeof(T));
    }
  }
  if constexpr (std::is_same_v<E, leaf<T, N>>)
    if (resolved.is_whole() && resolved.memory.use_count() == 1) return resolved.memory;
  return elements_here<N>(resolved_ref<N>::of(resolved), sizeof(T),
                          [&](evaluation_site<N> const& site, std::byte* memory, box const& storage) {
                            compute<T>(resolved, site, memory, storage);
                          });
}

/// An expression resolved for the loop of one statement, without a copy where it is so already. (Of an array
/// there is one: what has its memory to itself may be taken over.)
template <node E>
PANTILE_INLINE inline decltype(auto) resolved_form(E const& e) {
  return e.resolve();
}
template <class F, class... Es>
PANTILE_INLINE inline decltype(auto) resolved_form(map_node<F, Es...> const& e) {
  return resolved_in_loop(e);
}
template <element T, int N>
leaf<T, N> resolved_form(leaf<T, N> const& e) {
  return e.resolve();
}

/// Throws tiling_error where all operands are local.
void need_distributed(operand_survey const& survey, std::source_location where);

/// The array of a resolved expression, in its natural tiling or the one that was asked for.
template <element T, int N, node E>
array<T, N> array_of(E const& resolved, std::source_location where) {
  operand_survey const survey = survey_of(resolved);
  need_distributed(survey, where);
  return evaluated<T, N>(resolved, *survey.comm, tiling_of_result(resolved, survey),
                         {"array of an expression", where});
}

template <class T, class U>
concept assignable_element = std::same_as<T, U> ||(!is_complex<U> || is_complex<T>);

}  // namespace detail

template <element T, int N>
template <node E>
array<T, N>::array(E const& expression, std::source_location where) {
  static_assert(E::dimensions == N, "the expression has another number of dimensions than the array");
  static_assert(detail::assignable_element<T, typename E::value_type>,
                "complex elements do not fit a real array: take real(e), imag(e) or abs(e)");
  *this = detail::array_of<T, N>(detail::resolved_form(expression), where);
}

template <element T, int N>
template <node E>
array<T, N>& array<T, N>::operator=(E const& expression) {
  if (!comm_) return *this = array(expression);
  static_assert(E::dimensions == N, "the expression has another number of dimensions than the array");
  static_assert(detail::assignable_element<T, typename E::value_type>,
                "complex elements do not fit a real array: take real(e), imag(e) or abs(e)");
  assign(detail::resolved_form(expression));
  return *this;
}

template <element T, int N>
template <node E>
void array<T, N>::assign(E const& resolved) {
  detail::check_assignable(shape_.data(), resolved.shape().data(), N);
  detail::check_communicator(detail::survey_of(resolved), *comm_);
  if constexpr (std::is_same_v<E, leaf<T, N>>) {
    if (detail::may_take_over<T, N>(resolved, tiling_)) {
      if (trace::rehearsing()) return touch();
      memory_ = resolved.memory;
      ++generation_;
      return;
    }
  }
  auto site = detail::site_at<N>(shape_, comm_, tiling_);
  site.what.asked = true;
  std::string const operation = site.checked ? "assignment to " + name_ : std::string();
  if (site.checked) site.what.operation = operation.c_str();
  std::shared_ptr<std::byte> target = memory_;
  if (site.checked || !detail::may_write_in_place(resolved, leaf<T, N>(*this)))
    target = comm_->allocate_part(extents(shape_).count(), stored_.count(), sizeof(T), memory_kind::shareable);
  detail::compute<T>(resolved, site, target.get(), stored_);
  detail::refresh_halo(*comm_, tiling_, target.get(), stored_, sizeof(T));
  if (trace::rehearsing()) return touch();
  memory_ = std::move(target);
  ++generation_;
}

template <element T, int N>
template <element U>
array<T, N>& array<T, N>::operator=(local_array<U, N> const& elements) {
  return *this = leaf<U, N>(elements);
}

template <element T, int N>
template <element U>
requires(!std::is_same_v<U, T>) array<T, N>
&array<T, N>::operator=(array<U, N> const& elements) { return *this = leaf<U, N>(elements); }
template <element T, int N>
template <element U>
requires(!std::is_same_v<U, T>) array<T, N>::array(array<U, N> const& elements, std::source_location where)
    : array(leaf<U, N>(elements), where) {}

template <element T, int N>
template <scalar_operand S>
array<T, N>& array<T, N>::operator=(S value) {
  comm();
  auto const number = detail::operand_node<T>(value);
  static_assert(detail::assignable_element<T, typename decltype(number)::value_type>,
                "a complex number does not fit a real array");
  auto site = detail::site_at<N>(shape_, comm_, tiling_);
  site.region = stored_;  // the halo as well: nothing needs to be sent
  detail::compute<T>(number, site, memory_.get(), stored_);
  touch();
  return *this;
}

template <element T, int N>
template <node E>
local_array<T, N>::local_array(E const& expression) {
  static_assert(E::dimensions == N, "the expression has another number of dimensions than the array");
  static_assert(detail::assignable_element<T, typename E::value_type>,
                "complex elements do not fit a real array: take real(e), imag(e) or abs(e)");
  auto const& resolved = detail::resolved_form(expression);
  shape_ = resolved.shape();
  memory_ = detail::elements_here<T, N>(resolved);
}

template <element T, int N>
template <node E>
local_array<T, N>& local_array<T, N>::operator=(E const& expression) {
  if (!memory_ || count() == 0) return *this = local_array(expression);
  static_assert(E::dimensions == N, "the expression has another number of dimensions than the array");
  static_assert(detail::assignable_element<T, typename E::value_type>,
                "complex elements do not fit a real array: take real(e), imag(e) or abs(e)");
  auto const& resolved = detail::resolved_form(expression);
  detail::check_assignable(shape_.data(), resolved.shape().data(), N);
  if (trace::rehearsing()) trace::changes(memory_.get());
  if (!checks_values() && !detail::survey_of(resolved).comm &&
      detail::may_write_in_place(resolved, leaf<T, N>(*this))) {
    detail::compute<T>(resolved, detail::site_at<N>(shape_, std::nullopt, {}), memory_.get(),
                       box(extents(shape_)));
  } else {
    local_array const result(resolved);
    if (!trace::rehearsing()) std::copy_n(result.data(), count(), data());
  }
  return *this;
}
template <element T, int N>
template <scalar_operand S>
local_array<T, N>& local_array<T, N>::operator=(S value) {
  auto const number = detail::operand_node<T>(value);
  static_assert(detail::assignable_element<T, typename decltype(number)::value_type>,
                "a complex number does not fit a real array");
  if (trace::rehearsing()) trace::changes(memory_.get());
  detail::compute<T>(number, detail::site_at<N>(shape_, std::nullopt, {}), memory_.get(), box(extents(shape_)));
  return *this;
}

/// Every element becomes `value`: `A = value`. For arrays and views of them.
template <assignment_target A, scalar_operand S>
void fill(A&& target, S value) {
  target = value;
}

/// Runs an expression: an array in its natural tiling (collective). Communication: what its operations say.
/// Throws tiling_error where all operands are local.
template <array_operand E>
auto eval(E const& expression, std::source_location where = std::source_location::current()) {
  using Node = node_of<E>;
  return array<typename Node::value_type, Node::dimensions>(Node(as_node(expression)), where);
}

/// An expression with this tiling (collective). Local operands become distributed: each rank keeps its tile of
/// them, and nothing is communicated. Throws tiling_error where the rule does not fit, divergence_error where
/// it differs between the ranks.
template <array_operand E>
auto distribute(communicator const& comm, E const& expression, tiling_rule const& rule,
                std::source_location where = std::source_location::current()) {
  auto const& n = as_node(expression);
  using Node = node_of<E>;
  auto const resolved = n.resolve();
  detail::check_communicator(detail::survey_of(resolved), comm);
  return detail::evaluated<typename Node::value_type, Node::dimensions>(
      resolved, comm, detail::bind_alike(comm, "distribute", resolved.shape(), rule, where),
      {"distribute", where});
}

template <node E>
auto tiled_node<E>::resolve() const {
  auto const resolved = operand.resolve();
  tiled_node<std::remove_cvref_t<decltype(resolved)>> result(resolved, rule, where);
  result.target = target;
  if (target) return result;
  auto const survey = detail::survey_of(resolved);
  if (!survey.comm) throw tiling_error("tiled: the operands are local; use distribute(comm, e, tiling)", where);
  result.target = detail::bind_alike(*survey.comm, "tiled", resolved.shape(), rule, where);
  return result;
}

}  // namespace pantile
