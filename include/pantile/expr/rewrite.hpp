#pragma once

#include <pantile/expr/fwd.hpp>
#include <pantile/expr/promote.hpp>
#include <pantile/trace/recorder.hpp>

#include <source_location>
#include <type_traits>
#include <utility>

// Rules that replace what a person writes by what an expert would call. A function that has rules looks for the
// one of its node types; without one it is itself. A rule changes neither shape nor errors; results agree up to
// rounding, and where zeros of a symbol, or weights that are 0, would have met infinities, NaN or a zero of the
// other sign. explain names the rules that were applied.
//
// | written                             | run                           | stands in             |
// |-------------------------------------|-------------------------------|-----------------------|
// | dot(inverse(A), b)                  | solve(A, b)                   | ops/solve.hpp         |
// | dot(b, inverse(A))                  | a solution with A'            | ops/solve.hpp         |
// | inverse(diag(v)), of identity(n)    | diag(1 / v), identity(n)      | ops/solve.hpp         |
// | transpose(diag(v, k))               | diag(v, -k)                   | ops/diagonal.hpp      |
// | transpose(s * identity(n))          | s * identity(n)               | expr/structured.hpp   |
// | dot(diag(v), B), dot(A, diag(v))    | rows or columns scaled, fused | ops/diagonal.hpp      |
// | dot(A, diag(v) + identity(n))       | dot(A, diag(v + 1))           | ops/diagonal.hpp      |
// | dot(s * identity(n), B)             | s * B                         | ops/dot.hpp           |
// | dot(A, B) + s * identity(n)         | s added to the diagonal       | ops/dot.hpp           |
// | A + s * identity(n), A - ...        | s added to the diagonal       | expr/structured.hpp   |
// | dot(dot(transpose(Y), diag(c)), Y)  | weighted Gram matrix          | ops/weighted_gram.hpp |
// | dot(transpose(X), f(dot(X, w)) - y) | one pass over X               | ops/one_pass.hpp      |
// | f(dot(X, W)), W of few columns      | its rows inside the loop of f | ops/row_product.hpp   |
// | A + zeros, zeros + A, A - zeros     | A                             | expr/create.hpp       |
// | dot(transpose(A), A)                | Gram matrix by xSYRK          | lib/ops/dot.cpp       |
// | transpose(transpose(A))             | A                             | tiling/view_map.hpp   |
namespace pantile {

/// What a rule made of an expression, and the rule's name for explain.
template <node E>
struct rewritten_node : node_members<rewritten_node<E>> {
  using value_type = typename E::value_type;
  static constexpr int dimensions = E::dimensions;

  char const* rule;
  E result;

  rewritten_node(char const* name, E const& made) : rule(name), result(made) {}
  auto shape() const { return result.shape(); }
  auto resolve() const {
    trace::note("rewritten", [&] { return rule; });
    return result.resolve();
  }
};

/// The rules of dot(a, b), transpose(a), inverse(a) and apply(f, es...): specialisations with a name and a
/// function `apply(operands..., where)`.
template <class A, class B>
struct dot_rule;
template <class A>
struct transpose_rule;
template <class A>
struct inverse_rule;
template <class F, class... Es>
struct map_rule;

namespace detail {

template <class A, class B>
concept has_dot_rule = requires(A const& a, B const& b, std::source_location where) {
  dot_rule<A, B>::apply(a, b, where);
};
template <class A>
concept has_transpose_rule = requires(A const& a) {
  transpose_rule<A>::apply(a);
};
template <class A>
concept has_inverse_rule = requires(A const& a, std::source_location where) {
  inverse_rule<A>::apply(a, where);
};
template <class F, class... Es>
concept has_map_rule = requires(Es const&... es) {
  map_rule<F, Es...>::apply(es...);
};

/// Which of two symbols in one product decides: the one of the higher rank, the left one of equals. 0: no
/// symbol.
template <class E>
inline constexpr int symbol_rank = 0;

/// An operand without the names of the rules that made it: what the next rule looks at.
template <node E>
E const& plain(E const& e) {
  return e;
}
template <node E>
auto const& plain(rewritten_node<E> const& e) {
  return plain(e.result);
}
template <node E>
using plain_t = std::remove_cvref_t<decltype(plain(std::declval<E const&>()))>;

/// The result under the names of the rules that made its operands.
template <node E>
E named_after(E const& result) {
  return result;
}
template <node E, node Operand, node... Rest>
auto named_after(E const& result, Operand const&, Rest const&... rest) {
  return named_after(result, rest...);
}
template <node E, node Operand, node... Rest>
auto named_after(E const& result, rewritten_node<Operand> const& operand, Rest const&... rest) {
  auto const inner = named_after(result, operand.result, rest...);
  return rewritten_node<std::remove_cvref_t<decltype(inner)>>(operand.rule, inner);
}

/// What a rule made: under its name, unless it only decides when it runs.
template <class Rule, node E>
auto named(E const& result) {
  if constexpr (requires { Rule::name; })
    return rewritten_node<E>(Rule::name, result);
  else
    return result;
}

/// bool products are counts; other types stay.
template <class A, class B>
using product_t = std::conditional_t<std::is_same_v<promote_t<A, B>, bool>, index_t, promote_t<A, B>>;

/// Throws shape_error where the inner extents of a product differ.
void check_inner(index_t a, index_t b, std::source_location where);

}  // namespace detail
}  // namespace pantile
