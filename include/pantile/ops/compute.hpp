#pragma once

#include <pantile/expr/structured.hpp>
#include <pantile/expr/tiled.hpp>
#include <pantile/kernel/copy.hpp>
#include <pantile/ops/bind.hpp>
#include <pantile/ops/value_checks.hpp>
#include <pantile/trace/recorder.hpp>

#include <initializer_list>
#include <optional>
#include <vector>

// One fused loop: a resolved expression, computed on each rank for its part of a site. What does not depend on
// the expression's type is compiled once, in the library.
namespace pantile::detail {

/// Runs a loop over elements that may fail; throws on every rank what failed on any, domain_error for an
/// integer division by zero (collective where `comm` is given).
void run_checked(std::optional<communicator> const& comm, function_ref<void()> loop);

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
template <node E>
inline constexpr bool may_fail<tiled_node<E>> = may_fail<E>;

/// How many operations an element of a fused expression takes.
template <class E>
inline constexpr int operations_of = 0;
template <class F, class... Es>
inline constexpr int operations_of<map_node<F, Es...>> = (1 + ... + operations_of<Es>);
template <node E>
inline constexpr int operations_of<tiled_node<E>> = operations_of<E>;

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

/// Says of a reduction how it goes and why.
void note_reduction(trace::region const& r, bool distributed);
/// Tells who listens what a region would have cost under other tilings than the one it takes.
void reject_tilings(trace::region const& here, std::vector<tiling> const& others, tiling const& taken,
                    function_ref<void(tiling const&)> way);
/// A retile in a rehearsal.
void rehearse_move(communicator const& comm, tiling const& from, tiling const& to, index_t element_bytes);

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

/// A resolved expression whatever its type: what of a statement is the same for all of them is compiled once.
template <int N>
struct resolved_ref {
  void const* expression;
  extents shape;
  int operations;  // of an element
  void (*survey)(void const* expression, operand_survey& s);
  void (*fetch)(void const* expression, evaluation_site<N> const& site);  // what binding it does

  /// What the operands say; their tilings where they are asked for.
  operand_survey surveyed(std::vector<tiling>* tilings = nullptr) const {
    operand_survey s;
    s.shape = shape;
    s.tilings = tilings;
    survey(expression, s);
    return s;
  }

  template <node E>
  static resolved_ref of(E const& resolved) {
    return {&resolved, extents(resolved.shape()), operations_of<E>, &survey_as<E>, &fetch_as<E>};
  }

 private:
  template <class E>
  static void survey_as(void const* e, operand_survey& s) {
    static_cast<E const*>(e)->survey(s);
  }
  template <class E>
  static void fetch_as(void const* e, evaluation_site<N> const& site) {
    static_cast<E const*>(e)->bind(site);
  }
};

/// The tilings of the operands that span the result, for `reject_tilings`.
template <int N>
std::vector<tiling> operand_tilings(resolved_ref<N> const& e);
/// Throws divergence_error on every rank where what must be the same differs: the operands of a loop, where its
/// result goes and what the loop depends on beside (collective; does nothing below PANTILE_CHECK=2).
template <int N>
void check_operands(evaluation_site<N> const& site, resolved_ref<N> const& e,
                    std::initializer_list<argument> arguments = {});

/// Before the loop of an elementwise statement: says what it does, counts it, rehearses the tilings that it
/// could have had, and compares what must be the same on every rank. After it: looks for what only
/// PANTILE_CHECK=2 does.
template <int N>
void begin_elementwise(trace::region const& here, resolved_ref<N> const& e, evaluation_site<N> const& site,
                       index_t element_bytes);
template <int N>
void check_computed(evaluation_site<N> const& site, stored_part const& part);

/// True for A + s * identity(n) and A - s * identity(n).
template <class E, class T>
inline constexpr bool shifts_diagonal = false;
template <class F, class T>
inline constexpr bool shifts_diagonal<map_node<F, leaf<T, 2>, scaled_identity_node<T>>, T> =
    std::is_same_v<F, functor::add> || std::is_same_v<F, functor::subtract>;
/// True where A is what is computed: only its diagonal changes.
template <class F, element T>
bool changes_diagonal_alone(map_node<F, leaf<T, 2>, scaled_identity_node<T>> const& e,
                            evaluation_site<2> const& site, T* target, shape_t<2> const& strides) {
  leaf<T, 2> const& a = get<0>(e.operands);
  if (a.extent != site.shape || e.shape() != site.shape || get<1>(e.operands).n != a.extent[0]) return false;
  if (a.comm && !a.seen_tiling().owns_alike(site.target)) return false;
  shape_t<2> own{};
  return a.data() + strides_of(a.view, site.region, a.stored_box, own.data()) == target && own == strides;
}
/// Changes the elements on the diagonal of a matrix, of which `mine` is here; `target` is where that begins.
template <element T, class Change>
void change_diagonal(box const& mine, T* target, shape_t<2> const& strides, Change change) {
  index_t const lo = std::max(mine.lo[0], mine.lo[1]), hi = std::min(mine.hi[0], mine.hi[1]);
  trace::computed(static_cast<double>(std::max<index_t>(hi - lo, 0)));
  for (index_t i = lo; i < hi && !trace::rehearsing(); ++i) {
    T& x = target[(i - mine.lo[0]) * strides[0] + (i - mine.lo[1]) * strides[1]];
    x = change(x);
  }
}

/// Runs the fused loop of a resolved expression into memory: `target` is where the site's region begins, the
/// last stride is 1.
template <class T, int N, node E>
void compute(E const& resolved, evaluation_site<N> const& site, T* target, shape_t<N> const& strides) {
  trace::region const here("elementwise", site.what.where);
  auto operands = resolved_ref<N>::of(resolved);
  if constexpr (N == 2 && shifts_diagonal<E, T>)
    if (changes_diagonal_alone(resolved, site, target, strides)) {
      operands.operations = 0;
      begin_elementwise(here, operands, site, sizeof(T));
      return change_diagonal(site.region, target, strides,
                             [&](T x) { return resolved.f(x, get<1>(resolved.operands).scale); });
    }
  begin_elementwise(here, operands, site, sizeof(T));
  auto const bound = resolved.bind(site);
  auto const counts = extents_of<N>(site.region);
  if constexpr (may_fail<E>)
    run_checked(site.comm, [&] { kernel::evaluate_into<N>(target, strides, counts, bound); });
  else
    kernel::evaluate_into<N>(target, strides, counts, bound);
  check_computed(site, {dtype_of<T>, reinterpret_cast<std::byte const*>(target), strides.data(), site.region});
}
/// The same into a row-major storage that contains the site's region.
template <class T, int N, node E>
PANTILE_INLINE inline void compute(E const& resolved, evaluation_site<N> const& site, std::byte* memory,
                                   box const& storage) {
  compute<T, N>(resolved, site, reinterpret_cast<T*>(memory) + kernel::offset_in(site.region, storage),
                row_major_strides(extents_of<N>(storage)));
}

}  // namespace pantile::detail
