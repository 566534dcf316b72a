#pragma once

#include <pantile/expr/nodes.hpp>

// Operands that keep their structure instead of their elements.
namespace pantile {

namespace functor {
template <class T>
struct identity_element {
  T operator()(shape_t<2> const& index) const { return index[0] == index[1] ? T(1) : T(0); }
};
}  // namespace functor

/// The n x n identity matrix as a symbol: nothing is stored.
template <element T>
auto identity(index_t n) {
  return generator_node<functor::identity_element<T>, 2>({}, {n, n});
}

}  // namespace pantile
