#pragma once

#include <pantile/ops/bind.hpp>
#include <pantile/ops/value_checks.hpp>
#include <pantile/trace/recorder.hpp>

#include <functional>
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

/// Exchanges the halo of an array that was just computed.
void refresh_halo(communicator const& comm, tiling const& t, std::byte* data, box const& stored,
                  index_t element_bytes);

/// Throws shape_error: an array keeps its shape.
void check_assignable(index_t const* wanted, index_t const* got, int dimensions);

/// Throws tiling_error where the operands belong to another communicator than the target.
void check_communicator(operand_survey const& survey, communicator const& target);

/// Runs a loop over elements that may fail; throws on every rank what failed on any, domain_error for an
/// integer division by zero (collective where `comm` is given).
void run_checked(std::optional<communicator> const& comm, std::function<void()> const& loop);

/// True where elements of this expression may fail while the loop runs: integer division, a user's function
/// that is not noexcept.
template <class E>
inline constexpr bool may_fail = false;
template <class E>
inline constexpr bool may_fail<E const> = may_fail<E>;
template <class F, class... Es>
inline constexpr bool may_fail<map_node<F, Es...>> = [] {
  bool fails = (may_fail<Es> || ...);
  if constexpr (requires { F::template may_fail<typename Es::value_type...>; })
    fails = fails || F::template may_fail<typename Es::value_type...>;
  return fails;
}();

/// How many operations an element of a fused expression takes.
template <class E>
inline constexpr int operations_of = 0;
template <class F, class... Es>
inline constexpr int operations_of<map_node<F, Es...>> = (1 + ... + operations_of<Es>);

/// Says of a region what it computes and where.
void note_site(trace::region const& r, std::optional<communicator> const& comm, tiling const& target,
               extents const& shape);

template <node E>
operand_survey survey_of(E const& resolved) {
  operand_survey survey;
  survey.shape = extents(resolved.shape());
  resolved.survey(survey);
  return survey;
}

template <int N>
evaluation_site<N> site_at(shape_t<N> const& shape, std::optional<communicator> const& comm,
                           tiling const& target, statement const& what = {}) {
  evaluation_site<N> site;
  site.checked = checks_values();
  site.what = what;
  site.shape = shape;
  site.comm = comm;
  site.target = target;
  site.region = comm ? target.box_of(comm->rank()) : box(extents(shape));
  return site;
}

/// Runs the fused loop of a resolved expression into a row-major storage that contains the site's region.
template <class T, int N, node E>
void compute(E const& resolved, evaluation_site<N> const& site, std::byte* memory, box const& storage) {
  trace::region const here("elementwise");
  note_site(here, site.comm, site.target, extents(site.shape));
  check_operands(site, resolved);
  auto const bound = resolved.bind(site);
  trace::computed(static_cast<double>(site.region.count()) * operations_of<E>);
  auto const strides = row_major_strides(extents_of<N>(storage));
  T* target = reinterpret_cast<T*>(memory);
  for (std::size_t d = 0; d < N; ++d) target += (site.region.lo[d] - storage.lo[d]) * strides[d];
  auto const loop = [&] { kernel::evaluate_into<N>(target, strides, extents_of<N>(site.region), bound); };
  if constexpr (may_fail<E>)
    run_checked(site.comm, loop);
  else
    loop();
  if (site.checked) {
    stored_part const part{dtype_of<T>, reinterpret_cast<std::byte const*>(target), strides.data(),
                           site.region};
    check_no_new_nan(site.comm, site.what, part, site.reads);
    if (site.comm) check_replicas(*site.comm, site.target, site.what.operation, part, site.what.where);
  }
}

/// True where an operand may read elements of `memory` after they were overwritten: it does not sit element on
/// element.
template <element T, int N, std::size_t M>
bool reads_elsewhere(leaf<T, N> const& operand, std::shared_ptr<std::byte> const& memory,
                     std::array<index_t, M> const& shape) {
  if (operand.memory != memory) return false;
  if constexpr (N == static_cast<int>(M))
    return !(operand.is_whole() && operand.shape() == shape);
  else
    return true;
}
template <class E, class Shape>
bool reads_elsewhere(E const&, std::shared_ptr<std::byte> const&, Shape const&) {
  return false;
}
template <class F, class... Es, class Shape>
bool reads_elsewhere(map_node<F, Es...> const& e, std::shared_ptr<std::byte> const& memory,
                     Shape const& shape) {
  return std::apply([&](auto const&... es) { return (reads_elsewhere(es, memory, shape) || ...); }, e.operands);
}

/// The array of an expression in a tiling that is the same on every rank.
template <element T, int N, node E>
array<T, N> evaluated(E const& resolved, communicator const& comm, tiling const& target,
                      statement const& what = {}) {
  array<T, N> result(comm, resolved.shape(), agreed_tiling{target});
  compute<T>(resolved, site_at<N>(resolved.shape(), comm, target, what),
             reinterpret_cast<std::byte*>(result.data()), result.stored_box());
  refresh_halo(comm, target, reinterpret_cast<std::byte*>(result.data()), result.stored_box(), sizeof(T));
  return result;
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
  auto const resolved = expression.resolve();
  operand_survey const survey = detail::survey_of(resolved);
  if (!survey.comm)
    throw tiling_error(
        "the expression has only local operands: assign it to a local_array, or name a communicator and "
        "a tiling with distribute(comm, e, tiling)",
        where);
  *this = detail::evaluated<T, N>(resolved, *survey.comm, detail::natural_tiling(survey),
                                  {"array of an expression", where});
}

template <element T, int N>
template <node E>
array<T, N>& array<T, N>::operator=(E const& expression) {
  if (!comm_) return *this = array(expression);
  static_assert(E::dimensions == N, "the expression has another number of dimensions than the array");
  static_assert(detail::assignable_element<T, typename E::value_type>,
                "complex elements do not fit a real array: take real(e), imag(e) or abs(e)");
  auto const resolved = expression.resolve();
  detail::check_assignable(shape_.data(), resolved.shape().data(), N);
  detail::check_communicator(detail::survey_of(resolved), *comm_);
  auto site = detail::site_at<N>(shape_, comm_, tiling_);
  std::string const operation = site.checked ? "assignment to " + name_ : std::string();
  if (site.checked) site.what.operation = operation.c_str();
  std::shared_ptr<std::byte> target = memory_;
  if (site.checked || detail::may_fail<decltype(resolved)> ||
      detail::reads_elsewhere(resolved, memory_, shape_))
    target = allocate_tile(stored_.count() * index_t{sizeof(T)}, memory_kind::shareable);
  detail::compute<T>(resolved, site, target.get(), stored_);
  detail::refresh_halo(*comm_, tiling_, target.get(), stored_, sizeof(T));
  if (trace::rehearsing()) return *this;
  memory_ = std::move(target);
  ++generation_;
  return *this;
}

template <element T, int N>
template <node E>
local_array<T, N>::local_array(E const& expression) {
  static_assert(E::dimensions == N, "the expression has another number of dimensions than the array");
  static_assert(detail::assignable_element<T, typename E::value_type>,
                "complex elements do not fit a real array: take real(e), imag(e) or abs(e)");
  auto const resolved = expression.resolve();
  operand_survey const survey = detail::survey_of(resolved);
  shape_ = resolved.shape();
  if (!survey.comm) {
    memory_ = allocate_tile(count() * index_t{sizeof(T)}, memory_kind::local);
    detail::compute<T>(resolved, detail::site_at<N>(shape_, std::nullopt, {}), memory_.get(),
                       box(extents(shape_)));
    return;
  }
  communicator const& comm = *survey.comm;
  tiling const natural = detail::natural_tiling(survey);
  array<T, N> const whole = detail::evaluated<T, N>(resolved, comm, natural);
  std::vector<box> const everything(static_cast<std::size_t>(comm.size()), box(extents(shape_)));
  memory_ = detail::fetch(comm, natural, whole.memory(), whole.stored_box(), everything, sizeof(T)).memory;
}

template <element T, int N>
template <node E>
local_array<T, N>& local_array<T, N>::operator=(E const& expression) {
  if (!memory_ || count() == 0) return *this = local_array(expression);
  local_array result(expression);
  detail::check_assignable(shape_.data(), result.shape_.data(), N);
  memory_ = std::move(result.memory_);
  return *this;
}

/// Runs an expression: an array in its natural tiling (collective). Throws tiling_error where all operands are
/// local.
template <array_operand E>
auto eval(E const& expression, std::source_location where = std::source_location::current()) {
  using Node = node_of<E>;
  return array<typename Node::value_type, Node::dimensions>(Node(as_node(expression)), where);
}

/// An expression with this tiling (collective). Local operands become distributed: each rank keeps its tile of
/// them.
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

}  // namespace pantile
