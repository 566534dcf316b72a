#pragma once

#include <pantile/expr/structured.hpp>
#include <pantile/ops/deferred.hpp>
#include <pantile/trace/recorder.hpp>

#include <array>
#include <optional>
#include <string>
#include <typeinfo>
#include <utility>
#include <vector>

// What a statement would do, before it does it. The statement is rehearsed once for every rank: operations take
// the decisions and make the plans that they will make, but compute and send nothing, so that prediction and
// execution cannot differ: they are the same code.
namespace pantile {

/// One operation of a plan: what it decided and what it costs, without the operations inside it.
struct plan_step {
  int depth = 0;
  std::string operation;
  std::vector<std::pair<std::string, std::string>> notes;  ///< shape, tiling, algorithm, ...
  index_t bytes_total = 0;                                 ///< sent by all ranks
  index_t bytes_busiest = 0;                               ///< max over the ranks of max(sent, received)
  index_t messages_total = 0;
  index_t messages_busiest = 0;
  double flops_total = 0;
  double flops_busiest = 0;
  double bytes_read = 0;       ///< of matrices from memory by products, all ranks: each pass counts
  index_t memory_busiest = 0;  ///< the most bytes that a rank takes for it at a time, the steps inside included
  /// What any algorithm would receive on the busiest rank; 0: not known. Products and retilings know it: of
  /// these, each element that is wanted elsewhere travels once, which is the bound itself.
  index_t lower_bound_busiest = 0;
  std::vector<trace::alternative> rejected;  ///< other ways, and what they would cost the busiest rank
};

/// What a statement would do on all ranks.
struct plan {
  std::string expression;
  std::string result;  ///< element type, shape, tiling
  int ranks = 1;
  std::vector<plan_step> steps;   ///< in the order of execution; deeper ones belong to the one before
  std::vector<traffic> per_rank;  ///< what each rank's communicator will count
  index_t bytes_total = 0, bytes_busiest = 0, messages_total = 0, messages_busiest = 0;
  double flops_total = 0, flops_busiest = 0;
  index_t temporary_busiest = 0;  ///< the most bytes that a rank takes at a time, the result included
};

/// The plan as an indented tree, and as JSON.
std::string to_string(plan const& p);
std::string to_json(plan const& p);

namespace detail {

/// Rehearses a statement for every rank of a communicator.
plan rehearse(communicator const& comm, function_ref<void()> statement);
/// The same where the statement itself finds out which ranks there are; none: local.
plan rehearse_with(function_ref<std::optional<communicator>()> statement,
                   std::optional<communicator> comm = std::nullopt);
/// "multiply" for pantile::functor::multiply.
std::string function_name(std::type_info const& function);
std::string number_text(double x);

/// Nodes that nothing else is known of: "softmax(...)" for a softmax_node.
std::string node_name(std::type_info const& node);
template <class E>
std::string expression_text(E const&) {
  return node_name(typeid(E)) + "(...)";
}
template <element T, int N>
std::string expression_text(leaf<T, N> const& l) {
  return (l.comm ? "array" : "local_array") + to_string(extents(l.extent)) + (l.is_whole() ? "" : ".view");
}
template <element T>
std::string expression_text(scalar_node<T> const& s) {
  if constexpr (is_complex<T>)
    return number_text(s.value.real()) + "+" + number_text(s.value.imag()) + "j";
  else
    return number_text(static_cast<double>(s.value));
}
template <class F, class... Es>
std::string expression_text(map_node<F, Es...> const& m);
template <node A, node B>
std::string expression_text(dot_node<A, B> const& d);
template <node E, int N>
std::string expression_text(view_node<E, N> const& v);
template <class Monoid, node E, class Axes>
std::string expression_text(reduce_node<Monoid, E, Axes> const& r);
template <element T, int N, class Make, node... Es>
std::string expression_text(deferred_node<T, N, Make, Es...> const& d);
template <class F, int N>
std::string expression_text(generator_node<F, N> const& g);
template <element T>
std::string expression_text(scaled_identity_node<T> const& s);
template <node E>
std::string expression_text(rewritten_node<E> const& r);
template <node A, node B>
std::string expression_text(shifted_dot_node<A, B> const& d);
template <element T, class E>
std::string expression_text(one_pass_node<T, E> const& d);
template <element T, class V>
std::string expression_text(weighted_gram_node<T, V> const& d);
template <node E>
std::string expression_text(tiled_node<E> const& t);

template <class... Es>
std::string arguments_text(Es const&... operands) {
  std::string text;
  ((text += (text.empty() ? "" : ", ") + expression_text(operands)), ...);
  return "(" + text + ")";
}
template <class F, class... Es>
std::string expression_text(map_node<F, Es...> const& m) {
  return [&]<std::size_t... I>(std::index_sequence<I...>) {
    return function_name(typeid(F)) + arguments_text(get<I>(m.operands)...);
  }
  (std::index_sequence_for<Es...>{});
}
template <node A, node B>
std::string expression_text(dot_node<A, B> const& d) {
  return "dot(" + expression_text(d.a) + ", " + expression_text(d.b) + ")";
}
template <node E, int N>
std::string expression_text(view_node<E, N> const& v) {
  return expression_text(v.operand) + ".view";
}
template <class Monoid, node E, class Axes>
std::string expression_text(reduce_node<Monoid, E, Axes> const& r) {
  std::string reduced;
  for (int d = 0; d < E::dimensions; ++d)
    if (r.over.reduced[static_cast<std::size_t>(d)])
      reduced += (reduced.empty() ? "" : ", ") + std::to_string(d);
  return std::string(Monoid::name) + "(" + expression_text(r.operand) + ", axes " + reduced + ")";
}
template <element T, int N, class Make, node... Es>
std::string expression_text(deferred_node<T, N, Make, Es...> const& d) {
  return d.name + std::apply([](auto const&... es) { return arguments_text(es...); }, d.operands);
}
template <class F, int N>
std::string expression_text(generator_node<F, N> const& g) {
  return function_name(typeid(F)) + to_string(extents(g.extent));
}
template <element T>
std::string expression_text(scaled_identity_node<T> const& s) {
  return expression_text(scalar_node<T>(s.scale)) + " * identity(" + std::to_string(s.n) + ")";
}
template <node E>
std::string expression_text(rewritten_node<E> const& r) {
  return expression_text(r.result);
}
template <node A, node B>
std::string expression_text(shifted_dot_node<A, B> const& d) {
  return "add(" + expression_text(d.product) + ", diagonal)";
}
template <element T, class E>
std::string expression_text(one_pass_node<T, E> const& d) {
  return "dot(" + expression_text(d.transposed) + ", " + expression_text(d.between) + ")";
}
template <element T, class V>
std::string expression_text(weighted_gram_node<T, V> const& d) {
  return "dot(" + expression_text(d.left) + ", " + expression_text(d.right) + ")";
}
template <node E>
std::string expression_text(tiled_node<E> const& t) {
  return "tiled(" + expression_text(t.operand) + ", " + t.rule.name() + ")";
}

}  // namespace detail

/// What evaluating an expression in its natural tiling would do, on every rank. Bytes and messages are exactly
/// what the communicator will count (per_rank), memory what the allocator will take. What depends on elements
/// is predicted for the usual case: systems that are solved by LU, least squares of full rank, QR of
/// well-conditioned tall matrices, quantiles of elements without NaN; of what ScaLAPACK does, only the
/// movements to and from its layout count.
///
/// No communication, and may be called by one rank alone; but where elements decide what moves (sorting and
/// searching over the ranks, sets, counts of distributed integers, masks, indices that are distributed or
/// computed) it is collective: all ranks carry these operations out, on what the arrays hold now, and tell each
/// other what they did. That costs what they cost, and peak_tile_bytes rises by the memory that it takes;
/// nothing of it is counted, and no array changes. Throws what the evaluation would throw.
template <array_operand E>
plan explain(E const& e) {
  using Node = node_of<E>;
  using T = typename Node::value_type;
  constexpr int N = Node::dimensions;
  Node const n = as_node(e);
  std::string result;
  auto const statement = [&] {
    auto const& resolved = detail::resolved_form(n);
    operand_survey const survey = detail::survey_of(resolved);
    result = std::string(dtype_name(dtype_of<T>)) + " " + to_string(survey.shape);
    if (survey.comm) {
      tiling const target = detail::tiling_of_result(resolved, survey);
      result = std::string(dtype_name(dtype_of<T>)) + " " + to_string(target);
      detail::evaluated<T, N>(resolved, *survey.comm, target);
    } else {
      auto const here = detail::elements_here<T, N>(resolved);
    }
    return survey.comm;
  };
  plan p = detail::rehearse_with(statement);
  using detail::expression_text;  // and those that stand beside other nodes
  p.expression = expression_text(n);
  p.result = result;
  return p;
}

/// Not for an array that a call has just made: what made it has run.
template <element T, int N>
void explain(array<T, N>&&) {
  static_assert(
      sizeof(T) == 0,
      "this has been carried out already: explain(world, [&] { ... }) tells what a statement would do");
}

/// What a statement, such as `[&] { A = A + 1.0; s = sum(A); }`, would do. Nothing of it is done, but names are
/// not taken back: what it assigns to outside of arrays has no meaning afterwards, and no array
/// may be replaced by another one (`A = std::move(B)`). Collective where the same of an expression is. Throws
/// domain_error for what depends on elements that the statement itself computes or changes, or on what other
/// ranks have (scatter and broadcast anywhere but on the root, all_to_all), and for files and elements of
/// tiles, which are not touched; tiles of a wrong shape in annotate are not noticed.
template <class Statement>
requires std::is_invocable_v<Statement&> plan explain(communicator const& comm, Statement statement) {
  return detail::rehearse(comm, [&] { statement(); });
}

}  // namespace pantile
