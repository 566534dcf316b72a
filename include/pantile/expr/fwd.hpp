#pragma once

#include <pantile/base/types.hpp>

#include <concepts>
#include <source_location>
#include <type_traits>

namespace pantile {

template <element T, int N>
class array;
template <element T, int N>
class local_array;

class tiling_rule;

struct range;
namespace detail {
template <class I>
inline constexpr bool is_index = std::integral<I> && !std::is_same_v<I, bool>;
/// How many of the arguments of a slice keep their dimension.
template <class... Is>
inline constexpr int ranges_among = (0 + ... + (is_index<Is> ? 0 : 1));
}  // namespace detail

/// What may stand between the brackets of a slice: an index, which drops the dimension, or a range.
template <class I>
concept slice_argument = std::same_as<I, range> || detail::is_index<I>;

/// The base of all expression nodes: light values that describe a computation and run nothing. A node has a
/// `value_type`, a number of `dimensions` and
/// - `shape()`, which is checked when the node is made;
/// - `resolve()`: the same with products, reductions and all else that cannot be fused carried out; collective
///   where an operand is distributed; a reference to the node itself where there is nothing of that kind;
///
/// and what that returns has
/// - `survey(operand_survey&)`, which tells of its distributed operands;
/// - `bind(evaluation_site const&)`: what the fused loop of kernel/fused.hpp reads.
struct node_base {};

/// What every node can be asked for.
template <class Node>
struct node_members : node_base {
  /// The same elements, with this tiling of the result: `array<double, 2> C = (A + B).tiled(tiling::block())`
  /// is computed where C lies, halo included; the operands are brought there. Inside a larger expression it is
  /// the tiling in which that is computed, where it spans its result (of several, the outermost and leftmost
  /// one counts). An array that exists keeps its own. Evaluating throws tiling_error where the rule does not
  /// fit or all operands are local, divergence_error where the ranks ask for different tilings.
  auto tiled(tiling_rule const& rule, std::source_location where = std::source_location::current()) const;

  /// The part that indices and ranges choose, one per dimension, as of an array; see `slice`. Examples:
  /// `transpose(A)(every, range(0, 3))`, `(A + B)(-1, every)`. Throws index_error.
  template <slice_argument... Is>
  requires(sizeof...(Is) == Node::dimensions && detail::ranges_among<Is...> > 0) auto operator()(
      Is... is) const {
    return slice(static_cast<Node const&>(*this), is...);
  }
};

template <class E>
concept node = std::derived_from<std::remove_cvref_t<E>, node_base>;

namespace detail {
template <class E>
inline constexpr bool is_array = false;
template <class T, int N>
inline constexpr bool is_array<array<T, N>> = true;
template <class T, int N>
inline constexpr bool is_array<local_array<T, N>> = true;
}  // namespace detail

/// What has elements: a node, an array or a local array.
template <class E>
concept array_operand = node<E> || detail::is_array<std::remove_cvref_t<E>>;

/// A C++ number that mixes into expressions.
template <class E>
concept scalar_operand = element<std::remove_cvref_t<E>> || std::is_arithmetic_v<std::remove_cvref_t<E>>;

template <class E>
concept operand = array_operand<E> || scalar_operand<E>;

}  // namespace pantile
