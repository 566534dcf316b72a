#pragma once

#include <pantile/ops/reduce.hpp>

#include <source_location>

namespace pantile {

/// exp(x) / sum(exp(x)) along one axis, or its logarithm, without overflow: x - max(x) is what exp sees.
/// Carried out, the two reductions are done and the rest is an elementwise expression that fuses into what it
/// stands in.
template <node E, bool Log>
struct softmax_node : node_members<softmax_node<E, Log>> {
  using value_type = floating_t<typename E::value_type>;
  static constexpr int dimensions = E::dimensions;

  E operand;
  int axis;
  std::source_location where;

  softmax_node(E const& e, int which, std::source_location at)
      : operand(e), axis(detail::normalised_axis(which, dimensions, at)), where(at) {}
  shape_t<dimensions> shape() const { return operand.shape(); }
  /// Collective.
  auto resolve() const {
    auto const x = detail::as_floating(operand.resolve());
    auto const shifted = x - max(x, axis, keepdims, where).resolve();
    auto const total = sum(exp(shifted), axis, keepdims, where).resolve();
    if constexpr (Log)
      return shifted - log(total);
    else
      return exp(shifted) / total;
  }
};

/// The softmax along `axis` (negative: from the end), as scipy.special.softmax: exp(x) / sum(exp(x)), stable
/// for any finite x; integers compute as double; NaN makes its whole line NaN. Two allreduces of one number per
/// line where the ranks cut the axis, none otherwise. Throws index_error for an axis that is not there,
/// domain_error for an axis without elements.
template <array_operand E>
requires(!is_complex<value_of<E>>) auto softmax(E const& e, int axis,
                                                std::source_location where = std::source_location::current()) {
  return softmax_node<node_of<E>, false>(as_node(e), axis, where);
}
/// log(softmax(e, axis)), exact where the softmax is too small to be told from 0.
template <array_operand E>
requires(!is_complex<value_of<E>>) auto log_softmax(
    E const& e, int axis, std::source_location where = std::source_location::current()) {
  return softmax_node<node_of<E>, true>(as_node(e), axis, where);
}

}  // namespace pantile
