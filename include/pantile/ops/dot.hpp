#pragma once

#include <pantile/expr/structured.hpp>
#include <pantile/ops/dot_node.hpp>
#include <pantile/ops/one_pass.hpp>
#include <pantile/ops/row_product.hpp>
#include <pantile/ops/weighted_gram.hpp>

#include <source_location>

// dot, and the rules for identity(n) in and beside a product. The products themselves: ops/dot_node.hpp.
namespace pantile {

/// The product of matrices and vectors as numpy.dot has it (one or two dimensions; shape_error where the inner
/// extents differ). Two vectors give their scalar product at once, without conjugation. Integers wrap; bool
/// counts. Products of symbols are rewritten (expr/rewrite.hpp).
///
/// Communication: that of the planned schedule, which explain tells with the others and the lower bound: for m
/// x k by k x n on P ranks between nothing (rows by a matrix that every rank has), k n elements to each rank
/// (its gather), m n to each (a sum over a cut inner dimension) and, on grids, about 3 (m n k / P)^(2/3) to
/// each; for two vectors one allreduce of a number.
template <array_operand A, array_operand B>
requires(dimensions_of<A> <= 2 &&
         dimensions_of<B> <= 2) auto dot(A const& a, B const& b,
                                         std::source_location where = std::source_location::current()) {
  if constexpr (dimensions_of<A> == 1 && dimensions_of<B> == 1) {
    auto const x = node_of<A>(as_node(a));
    auto const y = node_of<B>(as_node(b));
    detail::check_inner(x.shape()[0], y.shape()[0], where);
    using T = promote_t<value_of<A>, value_of<B>>;
    using R = std::conditional_t<std::is_same_v<T, bool>, index_t, T>;
    return static_cast<R>(sum(x * y, where));
  } else if constexpr (detail::has_dot_rule<detail::plain_t<node_of<A>>, detail::plain_t<node_of<B>>>) {
    using rule = dot_rule<detail::plain_t<node_of<A>>, detail::plain_t<node_of<B>>>;
    auto const x = node_of<A>(as_node(a));
    auto const y = node_of<B>(as_node(b));
    return detail::named_after(detail::named<rule>(rule::apply(detail::plain(x), detail::plain(y), where)), x,
                               y);
  } else {
    return dot_node<node_of<A>, node_of<B>>(as_node(a), as_node(b), where);
  }
}

namespace detail {

/// s times an operand, with the element type of a product.
template <class I, node E>
auto scaled_by_identity(I const& identity, E const& e) {
  using T = product_t<typename I::value_type, typename E::value_type>;
  if constexpr (!std::is_same_v<I, identity_node<typename I::value_type>>)
    return scale_of(identity) * cast<T>(e);
  else if constexpr (std::is_same_v<T, typename E::value_type>)
    return e;
  else
    return cast<T>(e);
}

}  // namespace detail

template <class I, node B>
requires detail::is_scaled_identity<I>
struct dot_rule<I, B> {
  static constexpr char const* name = "dot(s * identity(n), B) is s * B";
  static auto apply(I const& a, B const& b, std::source_location where) {
    detail::check_inner(a.shape()[1], b.shape()[0], where);
    return detail::scaled_by_identity(a, b);
  }
};
template <node A, class I>
requires(detail::is_scaled_identity<I>&& detail::symbol_rank<A> <
         detail::symbol_rank<I>) struct dot_rule<A, I> {
  static constexpr char const* name = "dot(A, s * identity(n)) is s * A";
  static auto apply(A const& a, I const& b, std::source_location where) {
    detail::check_inner(a.shape()[A::dimensions - 1], b.shape()[0], where);
    return detail::scaled_by_identity(b, a);
  }
};

/// A product of matrices with a number added to its diagonal, before anybody else sees it.
template <node A, node B>
struct shifted_dot_node : node_members<shifted_dot_node<A, B>> {
  using value_type = typename dot_node<A, B>::value_type;
  static constexpr int dimensions = 2;

  dot_node<A, B> product;
  detail::identity_node<value_type> identity;
  value_type shift;
  shape_t<2> extent;

  shifted_dot_node(dot_node<A, B> const& p, index_t n, value_type s)
      : product(p), identity({}, {n, n}), shift(s), extent(detail::broadcast_shape<2>(p, identity)) {}
  shape_t<2> const& shape() const { return extent; }
  leaf<value_type, 2> resolve() const {
    if (product.shape() != identity.extent) {  // one of them is a single element, stretched
      auto const scaled = pantile::apply(functor::multiply{}, shift, identity);
      return detail::carried_out<value_type>(
          map_node<functor::add, dot_node<A, B>, std::remove_cvref_t<decltype(scaled)>>({}, product, scaled));
    }
    trace::note("rewritten", [] { return "dot(A, B) + s * identity(n) adds s to the diagonal"; });
    auto const result = product.resolve();
    check_arguments(result.comm, "dot + s * identity(n)", {{"s", shift}}, product.where);
    box const& mine = result.stored_box;
    detail::change_diagonal(mine, reinterpret_cast<value_type*>(result.memory.get()), {mine.extent(1), 1},
                            [&](value_type x) { return functor::add{}(x, shift); });
    return result;
  }
};

namespace detail {

template <class A, class B, class I>
concept adds_identity =
    dot_node<A, B>::dimensions == 2 &&
    is_scaled_identity<I>&& std::is_same_v<typename dot_node<A, B>::value_type, typename I::value_type>;

}  // namespace detail

template <node A, node B, class I>
requires detail::adds_identity<A, B, I>
struct map_rule<functor::add, dot_node<A, B>, I> {
  static auto apply(dot_node<A, B> const& p, I const& i) {
    return shifted_dot_node<A, B>(p, i.shape()[0], detail::scale_of(i));
  }
};
template <node A, node B, class I>
requires detail::adds_identity<A, B, I>
struct map_rule<functor::add, I, dot_node<A, B>> {
  static auto apply(I const& i, dot_node<A, B> const& p) {
    return shifted_dot_node<A, B>(p, i.shape()[0], detail::scale_of(i));
  }
};
template <node A, node B, class I>
requires detail::adds_identity<A, B, I>
struct map_rule<functor::subtract, dot_node<A, B>, I> {
  static auto apply(dot_node<A, B> const& p, I const& i) {
    return shifted_dot_node<A, B>(p, i.shape()[0], functor::negative{}(detail::scale_of(i)));
  }
};

}  // namespace pantile
