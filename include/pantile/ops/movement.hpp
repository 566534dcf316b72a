#pragma once

#include <pantile/ops/evaluate.hpp>

namespace pantile {

/// A copy of an array (or the value of an expression) with another tiling (collective). Each rank sends and
/// receives only what it must: see plan_retile. Communication: the elements that change owner, one message per
/// pair of ranks. Throws tiling_error where the rule does not fit, divergence_error where it differs between
/// the ranks.
template <array_operand E>
auto retile(E const& expression, tiling_rule const& rule,
            std::source_location where = std::source_location::current()) {
  using Node = node_of<E>;
  constexpr int N = Node::dimensions;
  using T = typename Node::value_type;
  auto const& n = as_node(expression);
  auto const resolved = n.resolve();
  operand_survey const survey = detail::survey_of(resolved);
  if (!survey.comm) throw tiling_error("retile: the operand is local; use distribute(comm, e, tiling)", where);
  communicator const& comm = *survey.comm;
  if constexpr (std::is_same_v<std::remove_cvref_t<decltype(resolved)>, leaf<T, N>>) {
    if (resolved.is_whole()) {
      tiling const target = detail::bind_alike(comm, "retile", resolved.shape(), rule, where,
                                               resolved.stored_tiling.fingerprint());
      array<T, N> result(comm, resolved.shape(), detail::agreed_tiling{target});
      detail::move_elements(resolved.stored_tiling, target, comm, resolved.memory.get(), resolved.stored_box,
                            reinterpret_cast<std::byte*>(result.data()), result.stored_box(), sizeof(T), where);
      return result;
    }
  }
  return detail::evaluated<T, N>(resolved, comm,
                                 detail::bind_alike(comm, "retile", resolved.shape(), rule, where));
}

/// Brings the neighbours' elements into the halo and counts an update (collective): for an array whose elements
/// were written through `local()` or `data()`. Assignments do so themselves. Communication: the halo of each
/// tile, one message from each owner; none without a halo.
template <element T, int N>
void refresh_halo(array<T, N>& a, std::source_location where = std::source_location::current()) {
  a.comm().check_same("refresh_halo", a.tiling().fingerprint(), where);
  detail::refresh_halo(a.comm(), a.tiling(), reinterpret_cast<std::byte*>(a.data()), a.stored_box(), sizeof(T));
  a.touch();
}

/// The whole array on every rank (collective): as `local_array<T, N>(e)`. Communication: each rank gets the
/// elements that it does not own, one message from each owner.
template <array_operand E>
auto all_gather(E const& expression) {
  using Node = node_of<E>;
  return local_array<typename Node::value_type, Node::dimensions>(Node(as_node(expression)));
}

/// Elementwise reduction over the ranks of arrays of one shape that each rank holds (collective): one allreduce
/// of all elements. divergence_error where the numbers of elements differ.
template <element T, int N>
local_array<T, N> all_reduce(communicator const& comm, local_array<T, N> const& mine,
                             reduce_op op = reduce_op::sum,
                             std::source_location where = std::source_location::current()) {
  local_array<T, N> result(mine);
  comm.allreduce(result.span(), op, where);
  return result;
}

}  // namespace pantile
