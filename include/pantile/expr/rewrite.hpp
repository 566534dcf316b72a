#pragma once

#include <pantile/expr/nodes.hpp>

#include <complex>
#include <source_location>

// Rules that replace a product of what a person writes by what an expert would call. `dot(a, b)` looks for the
// rule of its two node types and otherwise is the product. A rule changes neither shape nor errors; results
// agree up to rounding, and where zeros of a symbol would have met infinities or NaN.
//
// | written                                | run                                  | rule stands in     |
// |----------------------------------------|--------------------------------------|--------------------|
// | dot(inverse(A), b)                     | solve(A, b)                          | ops/solve.hpp      |
// | dot(b, inverse(A))                     | transpose(solve(A', transpose(b)))   | ops/solve.hpp      |
// | dot(diag(v), B), dot(A, diag(v))       | rows or columns scaled, fused        | ops/diagonal.hpp   |
// | dot(A, diag(v) + identity(n))          | dot(A, diag(v + 1))                  | ops/diagonal.hpp   |
// | dot(dot(transpose(Y), diag(c)), Y)     | follows: dot(transpose(Y) * c, Y)    | ops/diagonal.hpp   |
namespace pantile {

/// The rule for dot(a, b) of nodes A and B: a specialisation with a function `apply(a, b, where)`.
template <class A, class B>
struct dot_rule;

namespace detail {

template <class A, class B>
concept has_dot_rule = requires(A const& a, B const& b, std::source_location where) {
  dot_rule<A, B>::apply(a, b, where);
};

/// bool products are counts; other types stay.
template <class A, class B>
using product_t = std::conditional_t<std::is_same_v<promote_t<A, B>, bool>, index_t, promote_t<A, B>>;

/// Throws shape_error where the inner extents of a product differ.
void check_inner(index_t a, index_t b, std::source_location where);

}  // namespace detail
}  // namespace pantile
