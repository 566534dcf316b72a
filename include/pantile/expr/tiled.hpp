#pragma once

#include <pantile/expr/nodes.hpp>

#include <optional>
#include <source_location>

namespace pantile {

/// An expression whose user asks for a tiling. Carried out, `target` is that tiling, and the expression is
/// still one that fuses: nothing is computed elsewhere and moved.
template <node E>
struct tiled_node : node_members<tiled_node<E>> {
  using value_type = typename E::value_type;
  static constexpr int dimensions = E::dimensions;

  E operand;
  tiling_rule rule;
  std::source_location where;
  std::optional<tiling> target;

  tiled_node(E const& e, tiling_rule const& wanted, std::source_location at)
      : operand(e), rule(wanted), where(at) {}
  shape_t<dimensions> shape() const { return operand.shape(); }
  /// Binds the rule: collective.
  auto resolve() const;  // ops/evaluate.hpp
  void survey(operand_survey& s) const {
    if (target) s.ask(*target);
    operand.survey(s);
  }
  template <int M>
  auto bind(evaluation_site<M> const& site) const {
    return operand.bind(site);
  }
};

template <class Node>
auto node_members<Node>::tiled(tiling_rule const& rule, std::source_location where) const {
  return tiled_node<Node>(static_cast<Node const&>(*this), rule, where);
}
template <element T, int N>
auto array<T, N>::tiled(tiling_rule const& rule, std::source_location where) const {
  return tiled_node<leaf<T, N>>(leaf<T, N>(*this), rule, where);
}

}  // namespace pantile
