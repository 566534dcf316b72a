#pragma once

#include <pantile/ops/deferred.hpp>
#include <pantile/ops/diagonal.hpp>
#include <pantile/ops/dot.hpp>
#include <pantile/ops/gathered.hpp>
#include <pantile/ops/rearrange.hpp>

#include <array>
#include <source_location>

// Products beyond dot: distributed operands stay distributed.
namespace pantile {

namespace functor {
struct on_diagonal {
  template <class T>
  T operator()(bool here, T value) const {
    return here ? value : T(0);
  }
};
}  // namespace functor

namespace detail {

/// The tiling under which an N-dimensional operand can be seen as a matrix of its leading dimensions by the
/// others: cut along dimension 0 alone (where `natural` is cut so: as that), or replicated.
tiling first_cut(tiling const& natural, extents const& shape);
/// That tiling for another shape of the same elements in row-major order.
tiling regrouped(tiling const& t, extents const& shape);
/// The dimension that alone is cut over the ranks, -1 for none.
int cut_dimension(std::optional<communicator> const& comm, tiling const& seen);
/// Tells explain of a contraction as a product of these matrices; of the dimension that is summed over and cut
/// by the ranks, -1 for none.
void note_contraction(extents const& left, extents const& right, int summed_cut);
/// Throws index_error for axes that repeat, shape_error for extents that differ.
void check_contraction(extents const& a, int* axes_a, extents const& b, int* axes_b, int count,
                       std::source_location where);

/// Row-major storage with the same elements in another shape.
template <int M, element T, int N>
leaf<T, M> reshaped_rows(leaf<T, N> const& l, shape_t<M> const& shape) {
  leaf<T, M> r;
  r.extent = shape;
  r.view = view_map(extents(shape));
  r.memory = l.memory;
  r.comm = l.comm;
  r.stored_box = box(extents(shape));
  if (!l.comm) return r;
  r.stored_tiling = regrouped(l.stored_tiling, extents(shape));
  r.stored_box = r.stored_tiling.box_of(l.comm->rank());
  return r;
}

/// An expression as elements T, row-major under its `first_cut` (collective where it is distributed; no copy
/// where it lies so).
template <element T, node E>
leaf<T, E::dimensions> rows_of(E const& resolved) {
  constexpr int N = E::dimensions;
  operand_survey const survey = survey_of(resolved);
  auto const as_t = pantile::apply(functor::cast<T>{}, resolved);
  if (!survey.comm) {
    if constexpr (std::is_same_v<E, leaf<T, N>>)
      if (resolved.is_whole()) return resolved;
    return leaf<T, N>(local_array<T, N>(as_t));
  }
  tiling const target = first_cut(natural_tiling(survey), survey.shape);
  if constexpr (std::is_same_v<E, leaf<T, N>>)
    if (resolved.is_whole() && resolved.stored_tiling == target) {
      leaf<T, N> rows = resolved;
      rows.stored_tiling = target;  // as a grid of ranks, which a list of the same boxes is not
      return rows;
    }
  return leaf<T, N>(evaluated<T, N>(as_t, *survey.comm, target));
}

}  // namespace detail

/// a[i] b[j] of two vectors: m x n, without conjugation; a node that fuses. Cut by rows as a is, which stays
/// where it is; each rank fetches what it lacks of b.
template <array_operand A, array_operand B>
requires(dimensions_of<A> == 1 && dimensions_of<B> == 1) auto outer(A const& a, B const& b) {
  auto const& x = as_node(a);
  auto const& y = as_node(b);
  return broadcast_to(expand_dims(x, 1), std::array<index_t, 2>{x.shape()[0], y.shape()[0]}) * y;
}

/// transpose(A) A, by half the work of a product: as `dot`; an expression is carried out once, not for either
/// side.
template <array_operand E>
requires(dimensions_of<E> == 2) auto gram(E const& e,
                                          std::source_location where = std::source_location::current()) {
  using Node = node_of<E>;
  if constexpr (std::is_same_v<Node, leaf<value_of<E>, 2>> ||
                detail::has_transpose_rule<detail::plain_t<Node>>) {
    return dot(transpose(e), e, where);
  } else {
    using T = detail::product_t<value_of<E>, value_of<E>>;
    index_t const n = as_node(e).shape()[1];
    return detail::deferred<T, 2>(
        "gram", {n, n},
        [where](Node const& operand) {
          auto const once = detail::carried_out<T>(operand);
          return dot(transpose(once), once, where).resolve();
        },
        as_node(e));
  }
}

/// The sum of the elements (i, i + offset): at once, one allreduce of a number. (`trace` is a namespace.)
template <array_operand E>
requires(dimensions_of<E> ==
         2) auto matrix_trace(E const& e, index_t offset = 0,
                              std::source_location where = std::source_location::current()) {
  auto const& n = as_node(e);
  auto const here = [offset](shape_t<2> const& index) { return index[0] + offset == index[1]; };
  generator_node<decltype(here), 2> const diagonal(here, n.shape());
  return sum(pantile::apply(functor::on_diagonal{}, diagonal, n), where);
}

/// The sum of conj(a) b along an axis, operands broadcast: a number at once for vectors, a node otherwise. One
/// fused reduction: see `sum`.
template <array_operand A, array_operand B>
auto vecdot(A const& a, B const& b, int axis = -1,
            std::source_location where = std::source_location::current()) {
  return sum(conj(a) * b, axis, where);
}

/// a x b of vectors of three elements along the last dimension; the other dimensions are broadcast. Throws
/// shape_error where the last extent is not 3 (NumPy has products of two elements too) or the shapes do not
/// fit. A node; four `roll`s along that dimension.
template <array_operand A, array_operand B>
auto cross(A const& a, B const& b, std::source_location where = std::source_location::current()) {
  extents const left(as_node(a).shape()), right(as_node(b).shape());
  if (left[left.dimensions() - 1] != 3 || right[right.dimensions() - 1] != 3)
    throw shape_error(
        "cross wants operands whose last extent is 3, got " + to_string(left) + " and " + to_string(right),
        where);
  return roll(a, -1, -1, where) * roll(b, -2, -1, where) - roll(a, -2, -1, where) * roll(b, -1, -1, where);
}

/// The Kronecker product: blocks a[i, j] B, (m1 m2) x (n1 n2). A node; cut by rows as A is, in multiples of
/// m2; each rank fetches what it lacks of B.
template <array_operand A, array_operand B>
requires(dimensions_of<A> == 2 && dimensions_of<B> == 2) auto kron(A const& a, B const& b) {
  using T = promote_t<value_of<A>, value_of<B>>;
  auto const m = as_node(a).shape(), n = as_node(b).shape();
  shape_t<2> const shape{checked_product(m[0], n[0]), checked_product(m[1], n[1])};
  return detail::deferred<T, 2>(
      "kron", shape,
      [=](auto const& left, auto const& right) {
        // (m1, m2, n1, n2) in row-major order is the result in row-major order.
        auto const blocks =
            broadcast_to(expand_dims(expand_dims(left, 1), 3), shape_t<4>{m[0], n[0], m[1], n[1]}) *
            expand_dims(right, 1);
        return detail::reshaped_rows<2>(detail::rows_of<T>(blocks.resolve()), shape);
      },
      as_node(a), as_node(b));
}

}  // namespace pantile
