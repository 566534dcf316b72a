#pragma once

#include <pantile/expr/create.hpp>
#include <pantile/expr/rewrite.hpp>
#include <pantile/ops/diagonal.hpp>
#include <pantile/ops/factorise.hpp>
#include <pantile/ops/reduce.hpp>

#include <string>

// Linear systems, inverses and determinants; small matrices on every rank, large ones together, as in
// ops/factorise.hpp; integers compute as double; collective where an operand is distributed; errors are thrown
// on every rank.
namespace pantile {

/// det = sign exp(logabsdet).
template <class T>
struct slogdet_result {
  T sign;
  real_t<T> logabsdet;
};
namespace detail {

// On row-major elements; T: float, double and their complex types. `a` is overwritten.

/// b (n x k) becomes the solution.
template <class T>
void solve_system(index_t n, index_t k, T* a, T* b, std::source_location where);
template <class T>
void invert(index_t n, T* a, std::source_location where);
template <class T>
void find_determinant(char const* operation, index_t n, T* a, T* det, T* sign, real_t<T>* logabsdet,
                      std::source_location where);
/// The same from the diagonal of U, with the signs of the row exchanges in it.
template <class T>
void multiply_diagonal(std::span<T const> diagonal, T* det, T* sign, real_t<T>* logabsdet);
/// Throws linalg_error: pivot `zero` (counted from 1) of n is exactly zero.
[[noreturn]] void throw_singular(char const* operation, index_t zero, index_t n, std::source_location where);
/// Tells who listens by which factorisation a system is solved: only known when it is.
void note_factorisation(bool positive_definite);
/// Throws shape_error where a and b have different numbers of rows.
void check_right_side(char const* operation, index_t rows, index_t right_rows, std::source_location where);

/// True for a Hermitian matrix with a positive diagonal: worth the attempt of a Cholesky factorisation. A
/// rehearsal cannot look at the elements: it counts LU, whose messages are those of Cholesky.
template <element T>
bool may_be_positive_definite(leaf<T, 2> const& a, std::source_location where) {
  bool const positive = all(real(diagonal(a)) > real_t<T>(0), where);
  return array_equal(a, conj(transpose(a)), false, where) && positive && !trace::rehearsing();
}

template <element T, int N>
leaf<T, N> solve_by_all(leaf<T, 2> const& a, leaf<T, N> const& b, std::source_location where) {
  auto const comm = common("solve", a.comm, b.comm, where);
  check_operands(comm, {"solve", where}, a, b);
  bool const positive = may_be_positive_definite(a, where);
  auto const left = transposed<T>(a, *comm);
  if constexpr (N == 1)
    return laid_out<T>(
        squeeze(solve_together(left, laid_out<T>(expand_dims(b, 0), *comm), positive, where), 0, where), *comm);
  else
    return transposed<T>(solve_together(left, transposed<T>(b, *comm), positive, where), *comm);
}

/// Of a matrix that every rank gathers, and a right-hand side that it shall not: each rank solves for columns
/// of its own.
template <element T>
leaf<T, 2> solve_by_columns(leaf<T, 2> const& a, leaf<T, 2> const& b, std::source_location where) {
  auto const comm = common("solve", a.comm, b.comm, where);
  check_operands(comm, {"solve", where}, a, b);
  auto const matrix = gathered<T>(a);
  tiling const columns = tiling::column().bind(extents(b.extent), comm->size());
  auto const source = pantile::apply(functor::cast<T>{}, b);
  leaf<T, 2> const x(evaluated<T, 2>(source, *comm, columns));
  comm->agree(
      [&] {
        solve_system(matrix.extent[0], x.stored_box.extent(1), elements_of(matrix), elements_of(x), where);
      },
      where);
  return x;
}

template <element T, node A, node B>
auto solve_as(A const& a, B const& b, std::source_location where) {
  constexpr int N = B::dimensions;
  check_square("solve", a.shape()[0], a.shape()[1], where);
  check_right_side("solve", a.shape()[0], b.shape()[0], where);
  return deferred<T, N>(
      "solve", b.shape(),
      [where](A const& given_left, B const& given_right) {
        auto const left = carried_out<T>(given_left);
        auto const right = carried_out<T>(given_right);
        if (is_together(left)) {
          note_way(factorising::together, left);
          return solve_by_all(left, right, where);
        }
        if constexpr (N == 2)
          if (is_together(right)) {
            note_way(factorising::by_columns, left);
            return solve_by_columns(left, right, where);
          }
        note_way(factorising::by_each, left);
        auto matrix = gathered<T>(left);
        auto x = gathered<T>(right);
        auto const comm = common("solve", matrix.comm, x.comm, where);
        check_operands(comm, {"solve", where}, matrix, x);
        if (comm && !x.comm) {
          auto local = x;
          x = replicated_leaf<T, N>(local.extent, comm);
          if (!trace::rehearsing()) std::copy_n(local.memory.get(), bytes_of(local).size(), x.memory.get());
        }
        index_t k = 1;
        if constexpr (N == 2) k = x.extent[1];
        compute_alike(
            comm, where, [&] { solve_system(matrix.extent[0], k, elements_of(matrix), elements_of(x), where); },
            x);
        return x;
      },
      a, b);
}

}  // namespace detail

/// The solution x of A x = b for a square matrix A and a vector or matrix b: by Cholesky where A is symmetric
/// (Hermitian) and positive definite, by LU with row pivoting otherwise. A node. A large distributed b beside a
/// matrix that fits on a rank is cut by columns, and so is x. Throws shape_error where the shapes do not fit,
/// linalg_error for elements that are not finite and where A is singular: which pivot is exactly zero.
template <array_operand A, array_operand B>
requires(dimensions_of<A> == 2 &&
         dimensions_of<B> <= 2) auto solve(A const& a, B const& b,
                                           std::source_location where = std::source_location::current()) {
  using T = promote_t<detail::linalg_t<A>, detail::linalg_t<B>>;
  return detail::solve_as<T>(node_of<A>(as_node(a)), node_of<B>(as_node(b)), where);
}

/// The inverse of a matrix as a symbol: `dot(inverse(A), b)` solves instead; it is computed where its elements
/// are asked for.
template <node E>
struct inverse_node : node_members<inverse_node<E>> {
  using value_type = floating_t<typename E::value_type>;
  static constexpr int dimensions = 2;

  E operand;
  std::source_location where;

  inverse_node(E const& e, std::source_location at) : operand(e), where(at) {
    detail::check_square("inverse", e.shape()[0], e.shape()[1], at);
  }
  shape_t<2> shape() const { return operand.shape(); }
  leaf<value_type, 2> resolve() const {
    trace::region const here("inverse", where);
    auto const whole = detail::carried_out<value_type>(operand);
    if (detail::goes_together(whole)) {
      auto const x = detail::invert_together(detail::transposed<value_type>(whole, *whole.comm), where);
      return detail::transposed<value_type>(x, *whole.comm);
    }
    auto a = detail::gathered<value_type>(whole);
    detail::compute_alike(
        a.comm, where, [&] { detail::invert(a.extent[0], detail::elements_of(a), where); }, a);
    return a;
  }
};

/// The inverse of a square matrix, a symbol as long as it is an operand of dot. Throws shape_error for a matrix
/// that is not square, linalg_error for a singular one and for elements that are not finite.
template <array_operand E>
requires(dimensions_of<E> == 2) auto inverse(E const& e,
                                             std::source_location where = std::source_location::current()) {
  using Symbol = detail::plain_t<node_of<E>>;
  if constexpr (detail::has_inverse_rule<Symbol>) {
    node_of<E> const n = as_node(e);
    return detail::named_after(
        detail::named<inverse_rule<Symbol>>(inverse_rule<Symbol>::apply(detail::plain(n), where)), n);
  } else {
    return inverse_node<node_of<E>>(as_node(e), where);
  }
}

template <class T>
requires(!std::is_integral_v<T>) struct inverse_rule<detail::identity_node<T>> {
  static constexpr char const* name = "inverse(identity(n)) is identity(n)";
  static auto apply(detail::identity_node<T> const& e, std::source_location) { return e; }
};
template <class V>
struct inverse_rule<diag_node<V, true>> {
  static constexpr char const* name = "inverse(diag(v)) is diag(1 / v)";
  static auto apply(diag_node<V, true> const& e, std::source_location at) {
    using T = floating_t<typename V::value_type>;
    V const v = e.vector;
    return diag(detail::deferred<T, 1>(
        "reciprocal", v.shape(),
        [at](V const& vector) {
          auto const whole = detail::carried_out<T>(vector);
          if (index_t const n = vector.shape()[0]; n > 0) {
            // n at the first element, 1 at the last one: the first zero counts most.
            index_t const from_end =
                max(pantile::where(whole == T(0), arange<index_t>(n, 0, -1), index_t{0}), at);
            if (from_end > 0 && !trace::rehearsing())
              detail::throw_singular("inverse", n - from_end + 1, n, at);
          }
          return detail::carried_out<T>(T(1) / whole);
        },
        v));
  }
};

template <node E>
inline constexpr int detail::symbol_rank<inverse_node<E>> = 1;

template <node E, node B>
requires(detail::symbol_rank<B> <= 1) struct dot_rule<inverse_node<E>, B> {
  static constexpr char const* name = "dot(inverse(A), b) is solve(A, b)";
  static auto apply(inverse_node<E> const& a, B const& b, std::source_location where) {
    using T = detail::product_t<typename inverse_node<E>::value_type, typename B::value_type>;
    detail::check_inner(a.shape()[1], b.shape()[0], where);
    return detail::solve_as<T>(a.operand, b, where);
  }
};
template <node A, node E>
requires(detail::symbol_rank<A> == 0) struct dot_rule<A, inverse_node<E>> {
  static constexpr char const* name = "dot(b, inverse(A)) solves with the transpose of A";
  static auto apply(A const& a, inverse_node<E> const& b, std::source_location where) {
    using T = detail::product_t<typename A::value_type, typename inverse_node<E>::value_type>;
    detail::check_inner(a.shape()[A::dimensions - 1], b.shape()[0], where);
    auto const x = detail::solve_as<T>(transpose(b.operand), transpose(a), where);
    if constexpr (A::dimensions == 1)
      return x;
    else
      return transpose(x);
  }
};

namespace detail {
template <element T>
struct determinant {
  T det{};
  slogdet_result<T> parts{};
};
template <element T, node E>
determinant<T> determinant_of(char const* operation, E const& e, std::source_location where) {
  check_square(operation, e.shape()[0], e.shape()[1], where);
  trace::region const here(operation, where);
  auto const whole = carried_out<T>(e);
  determinant<T> d;
  if (goes_together(whole)) {
    find_determinant_together(operation, transposed<T>(whole, *whole.comm), &d.det, &d.parts.sign,
                              &d.parts.logabsdet, where);
    return d;
  }
  auto a = gathered<T>(whole);
  compute_alike(
      a.comm, where,
      [&] {
        find_determinant(operation, a.extent[0], elements_of(a), &d.det, &d.parts.sign, &d.parts.logabsdet,
                         where);
      },
      d.det, d.parts.sign, d.parts.logabsdet);
  return d;
}
}  // namespace detail

/// The determinant, by LU. Throws shape_error for a matrix that is not square, linalg_error for elements that
/// are not finite.
template <array_operand E>
requires(dimensions_of<E> == 2) auto det(E const& e,
                                         std::source_location where = std::source_location::current()) {
  return detail::determinant_of<detail::linalg_t<E>>("det", as_node(e), where).det;
}

/// The determinant as sign (of modulus 1; 0 for a singular matrix) and log |det| (then minus infinity), which
/// does not overflow. Errors as those of det.
template <array_operand E>
requires(dimensions_of<E> == 2) auto slogdet(E const& e,
                                             std::source_location where = std::source_location::current()) {
  return detail::determinant_of<detail::linalg_t<E>>("slogdet", as_node(e), where).parts;
}

}  // namespace pantile
