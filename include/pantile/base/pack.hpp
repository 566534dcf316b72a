#pragma once

#include <pantile/base/inline.hpp>

#include <cstddef>
#include <utility>

// Several values of different types. std::tuple would do, but for an expression of any size it is a third of
// what there is to compile.
namespace pantile::detail {

template <std::size_t I, class T>
struct pack_item {
  T value;
};
template <class Indices, class... Ts>
struct pack_of;
template <std::size_t... I, class... Ts>
struct pack_of<std::index_sequence<I...>, Ts...> : pack_item<I, Ts>... {};

/// An aggregate: `pack<A, B>{{a}, {b}}`.
template <class... Ts>
using pack = pack_of<std::index_sequence_for<Ts...>, Ts...>;

template <std::size_t I, class T>
PANTILE_INLINE inline T& get(pack_item<I, T>& item) {
  return item.value;
}
template <std::size_t I, class T>
PANTILE_INLINE inline T const& get(pack_item<I, T> const& item) {
  return item.value;
}

}  // namespace pantile::detail
