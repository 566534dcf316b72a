#pragma once

#include <pantile/expr/create.hpp>
#include <pantile/ops/dot_node.hpp>

#include <source_location>

// Products that are added to what an array has.
namespace pantile {

namespace detail {

/// Throws shape_error where c has not the shape of a product.
void check_gemm(extents const& wanted, extents const& c, std::source_location where);

template <class Array, class T, node A, node B>
void multiply_into(Array& c, T alpha, dot_node<A, B> const& product, T beta) {
  constexpr int N = Array::dimensions;
  std::source_location const where = product.where;
  check_gemm(extents(product.shape()), extents(c.shape()), where);
  leaf<T, N> const target(c);
  auto const left = carried_out<T>(product.a);
  auto const right = carried_out<T>(product.b);
  for (auto const* comm : {&left.comm, &right.comm})
    if (*comm && !(target.comm && **comm == *target.comm))
      throw tiling_error(target.comm ? "gemm: the operands belong to other communicators than the result"
                                     : "gemm: a local result takes local operands; gather them first",
                         where);
  check_operands(target.comm, {"gemm", where}, left, right, target);
  check_arguments(target.comm, "gemm", {{"alpha", alpha}, {"beta", beta}}, where);
  if (alpha == T(0)) {  // a and b do not count, not even their NaN
    if (beta == T(0))
      c = T(0);
    else
      c = beta * c;
    return;
  }
  product_target<T> into{target.memory, target.stored_box, target.comm, target.stored_tiling, alpha, beta};
  auto const result = multiply_factors<T>(factor_of(left, true), factor_of(right, false), where, 0, &into);
  if (result.memory) {  // it could not be computed where it goes
    auto const made = leaf_of<T, N>(result, target.extent);
    if (beta == T(0))
      c = alpha * made;
    else
      c = alpha * made + beta * c;
    return;
  }
  if constexpr (requires { c.touch(); }) {
    refresh_halo(c.comm(), c.tiling(), reinterpret_cast<std::byte*>(c.data()), c.stored_box(), sizeof(T));
    c.touch();
  } else {
    trace::changes(c.data());
  }
}

}  // namespace detail

/// c = alpha a b + beta c for matrices and vectors, as BLAS xGEMM (PBLAS PxGEMM) has it: with beta = 0, c is
/// not read. c keeps its tiling, whatever those of the operands; the product is planned for it, and computed
/// where it goes where every rank multiplies its own part of c at once: then no memory is taken for it.
/// Otherwise the product takes as much as c does. Operands are converted to c's element type. Collective where
/// c is distributed; alpha and beta must be the same on every rank. One update of c. Communication: that of
/// dot(a, b), and the product's retiling where it is not computed in c's tiling.
///
/// Throws shape_error, tiling_error for operands of other communicators, memory_error where
/// PANTILE_MEMORY_BUDGET is too small, on every rank, and leaves c as it was. After an mpi_error its elements
/// are not defined.
template <element T, int N, array_operand A, array_operand B>
void gemm(std::type_identity_t<T> alpha, A const& a, B const& b, std::type_identity_t<T> beta, array<T, N>& c,
          std::source_location where = std::source_location::current()) {
  static_assert(dimensions_of<A> + dimensions_of<B> - 2 == N, "c has another number of dimensions than a b");
  detail::multiply_into(c, alpha, dot_node<node_of<A>, node_of<B>>(as_node(a), as_node(b), where), beta);
}
/// The same on this rank, with local operands.
template <element T, int N, array_operand A, array_operand B>
void gemm(std::type_identity_t<T> alpha, A const& a, B const& b, std::type_identity_t<T> beta,
          local_array<T, N>& c, std::source_location where = std::source_location::current()) {
  static_assert(dimensions_of<A> + dimensions_of<B> - 2 == N, "c has another number of dimensions than a b");
  detail::multiply_into(c, alpha, dot_node<node_of<A>, node_of<B>>(as_node(a), as_node(b), where), beta);
}

}  // namespace pantile
