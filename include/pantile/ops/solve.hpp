#pragma once

#include <pantile/expr/create.hpp>
#include <pantile/expr/rewrite.hpp>
#include <pantile/ops/diagonal.hpp>
#include <pantile/ops/factorise.hpp>

#include <cmath>
#include <limits>
#include <optional>
#include <string>

// Linear systems and what follows from factorisations. As in ops/factorise.hpp the matrix is gathered on every
// rank, all compute the same, and results are replicated; integers compute as double; collective where an
// operand is distributed; errors are thrown on every rank.
namespace pantile {

template <class T>
struct slogdet_result {
  T sign;
  real_t<T> logabsdet;
};
template <class Solution, class Reals>
struct lstsq_result {
  Solution x;
  Reals residuals;
  index_t rank;
  Reals singular_values;
};

namespace detail {

// On row-major elements; T: float, double and their complex types. `a` is overwritten.

/// b (n x k) becomes the solution.
template <class T>
void solve_system(index_t n, index_t k, T* a, T* b, std::source_location where);
template <class T>
void invert(index_t n, T* a, std::source_location where);
template <class T>
void find_determinant(index_t n, T* a, T* det, T* sign, real_t<T>* logabsdet);
/// b is m x k, x n x k; s has min(m, n) elements, residuals k.
template <class T>
void solve_least_squares(index_t m, index_t n, index_t k, T* a, T const* b, real_t<T> rcond, T* x,
                         real_t<T>* residuals, real_t<T>* s, index_t* rank, std::source_location where);
/// x is n x m.
template <class T>
void pseudo_invert(index_t m, index_t n, T* a, real_t<T> rtol, T* x, std::source_location where);

/// Throws linalg_error: pivot `zero` (counted from 1) of n is exactly zero.
[[noreturn]] void throw_singular(char const* operation, index_t zero, index_t n, std::source_location where);
/// Throws shape_error where a and b have different numbers of rows.
void check_right_side(char const* operation, index_t rows, index_t right_rows, std::source_location where);
/// max(m, n) machine epsilons, NumPy's idea of what is zero beside the largest singular value.
template <class R>
R default_tolerance(std::optional<double> const& wanted, index_t m, index_t n) {
  return wanted ? static_cast<R>(*wanted) : static_cast<R>(std::max(m, n)) * std::numeric_limits<R>::epsilon();
}

template <element T, node A, node B>
auto solve_as(A const& a, B const& b, std::source_location where) {
  constexpr int N = B::dimensions;
  check_square("solve", a.shape()[0], a.shape()[1], where);
  check_right_side("solve", a.shape()[0], b.shape()[0], where);
  return deferred<T, N>("solve", b.shape(), [a, b, where] {
    auto matrix = gathered<T>(a);
    auto x = gathered<T>(b);
    auto const comm = common("solve", matrix.comm, x.comm, where);
    if (comm && !x.comm) {
      auto local = x;
      x = replicated_leaf<T, N>(local.extent, comm);
      if (!trace::rehearsing()) std::copy_n(local.memory.get(), bytes_of(local).size(), x.memory.get());
    }
    index_t k = 1;
    if constexpr (N == 2) k = x.extent[1];
    compute_alike(
        comm, where, [&] { solve_system(matrix.extent[0], k, elements_of(matrix), elements_of(x), where); }, x);
    return x;
  });
}

}  // namespace detail

/// The solution x of A x = b for a square matrix A and a vector or matrix b: by Cholesky where A is symmetric
/// (Hermitian) and positive definite, by LU with row pivoting otherwise. A node. Throws shape_error where the
/// shapes do not fit, linalg_error where A is singular: which pivot is exactly zero.
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
struct inverse_node : node_base {
  using value_type = floating_t<typename E::value_type>;
  static constexpr int dimensions = 2;

  E operand;
  std::source_location where;

  inverse_node(E const& e, std::source_location at) : operand(e), where(at) {
    detail::check_square("inverse", e.shape()[0], e.shape()[1], at);
  }
  shape_t<2> shape() const { return operand.shape(); }
  leaf<value_type, 2> resolve() const {
    trace::region const here("inverse");
    auto a = detail::gathered<value_type>(operand);
    detail::compute_alike(
        a.comm, where, [&] { detail::invert(a.extent[0], detail::elements_of(a), where); }, a);
    return a;
  }
};

/// The inverse of a square matrix, a symbol as long as it is an operand of dot. Throws shape_error for a matrix
/// that is not square, linalg_error for a singular one.
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
    return diag(detail::deferred<T, 1>("reciprocal", v.shape(), [v, at] {
      auto const whole = detail::carried_out<T>(v);
      if (index_t const n = v.shape()[0]; n > 0) {
        // n at the first element, 1 at the last one: the first zero counts most.
        index_t const from_end = max(pantile::where(whole == T(0), arange<index_t>(n, 0, -1), index_t{0}), at);
        if (from_end > 0 && !trace::rehearsing()) detail::throw_singular("inverse", n - from_end + 1, n, at);
      }
      return detail::carried_out<T>(T(1) / whole);
    }));
  }
};

/// What explain calls it.
template <node E>
std::string expression_text(inverse_node<E> const&) {
  return "inverse(...)";
}

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

/// The determinant, by LU. Throws shape_error for a matrix that is not square.
template <array_operand E>
requires(dimensions_of<E> == 2) auto det(E const& e,
                                         std::source_location where = std::source_location::current()) {
  using T = detail::linalg_t<E>;
  auto const& n = as_node(e);
  detail::check_square("det", n.shape()[0], n.shape()[1], where);
  trace::region const here("det");
  auto a = detail::gathered<T>(n);
  T det{}, sign{};
  real_t<T> log{};
  detail::compute_alike(
      a.comm, where, [&] { detail::find_determinant(a.extent[0], detail::elements_of(a), &det, &sign, &log); },
      det);
  return det;
}

/// The determinant as sign (of modulus 1; 0 for a singular matrix) and log |det| (then minus infinity), which
/// does not overflow.
template <array_operand E>
requires(dimensions_of<E> == 2) auto slogdet(E const& e,
                                             std::source_location where = std::source_location::current()) {
  using T = detail::linalg_t<E>;
  auto const& n = as_node(e);
  detail::check_square("slogdet", n.shape()[0], n.shape()[1], where);
  trace::region const here("slogdet");
  auto a = detail::gathered<T>(n);
  T det{};
  slogdet_result<T> result{};
  detail::compute_alike(
      a.comm, where,
      [&] {
        detail::find_determinant(a.extent[0], detail::elements_of(a), &det, &result.sign, &result.logabsdet);
      },
      result.sign, result.logabsdet);
  return result;
}

/// Least squares: the x of least norm among those that make |A x - b| least, for an m x n matrix A of any rank
/// and a vector or matrix b; by SVD. With it: the sums of squared residuals, one per column of b (empty where
/// rank < n or m <= n), the rank, and the singular values. Singular values up to rcond (default: max(m, n)
/// machine epsilons) times the largest count as zero. Arrays are of the kind of A. Throws shape_error where the
/// rows differ, linalg_error for elements that are not finite and where the iteration does not converge.
template <array_operand A, array_operand B>
requires(dimensions_of<A> == 2 &&
         dimensions_of<B> <= 2) auto lstsq(A const& a, B const& b, std::optional<double> rcond = {},
                                           std::source_location where = std::source_location::current()) {
  using T = promote_t<detail::linalg_t<A>, detail::linalg_t<B>>;
  using R = real_t<T>;
  constexpr int N = dimensions_of<B>;
  auto const& left = as_node(a);
  auto const& right = as_node(b);
  detail::check_right_side("lstsq", left.shape()[0], right.shape()[0], where);
  trace::region const here("lstsq");
  auto matrix = detail::gathered<T>(left);
  auto given = detail::gathered<T>(right);
  auto const comm = detail::common("lstsq", matrix.comm, given.comm, where);
  index_t const m = matrix.extent[0], n = matrix.extent[1];
  index_t k = 1;
  if constexpr (N == 2) k = given.extent[1];
  shape_t<N> shape = given.extent;
  shape[0] = n;
  auto x = detail::replicated_leaf<T, N>(shape, comm);
  auto residuals = detail::replicated_leaf<R, 1>({k}, comm);
  auto s = detail::replicated_leaf<R, 1>({std::min(m, n)}, comm);
  index_t rank = 0;
  using detail::elements_of;
  detail::compute_alike(
      comm, where,
      [&] {
        detail::solve_least_squares(m, n, k, elements_of(matrix), elements_of(given),
                                    detail::default_tolerance<R>(rcond, m, n), elements_of(x),
                                    elements_of(residuals), elements_of(s), &rank, where);
      },
      x, residuals, s, rank);
  if (rank < n || m <= n) residuals = detail::replicated_leaf<R, 1>({0}, comm);
  return lstsq_result<decltype(detail::returned_like<A>(x)), decltype(detail::returned_like<A>(s))>{
      detail::returned_like<A>(x), detail::returned_like<A>(residuals), rank, detail::returned_like<A>(s)};
}

/// The Moore-Penrose pseudo-inverse (n x m) of an m x n matrix, by SVD. Singular values up to rtol (default:
/// max(m, n) machine epsilons) times the largest count as zero. A node. Errors as of svd.
template <array_operand E>
requires(dimensions_of<E> == 2) auto pinv(E const& e, std::optional<double> rtol = {},
                                          std::source_location where = std::source_location::current()) {
  using T = detail::linalg_t<E>;
  auto const node = node_of<E>(as_node(e));
  index_t const m = node.shape()[0], n = node.shape()[1];
  return detail::deferred<T, 2>("pinv", {n, m}, [=] {
    auto a = detail::gathered<T>(node);
    auto x = detail::replicated_leaf<T, 2>({n, m}, a.comm);
    using detail::elements_of;
    detail::compute_alike(
        a.comm, where,
        [&] {
          detail::pseudo_invert(m, n, elements_of(a), detail::default_tolerance<real_t<T>>(rtol, m, n),
                                elements_of(x), where);
        },
        x);
    return x;
  });
}

/// How many singular values are larger than rtol (default: max(m, n) machine epsilons) times the largest.
template <array_operand E>
requires(dimensions_of<E> == 2) index_t
    matrix_rank(E const& e, std::optional<double> rtol = {},
                std::source_location where = std::source_location::current()) {
  trace::region const here("matrix_rank");
  auto const& n = as_node(e);
  auto const s = detail::singular_values("matrix_rank", n, where);
  if (trace::rehearsing() || s.extent[0] == 0) return 0;
  using R = real_t<detail::linalg_t<E>>;
  R const least = s.data()[0] * detail::default_tolerance<R>(rtol, n.shape()[0], n.shape()[1]);
  return std::count_if(s.data(), s.data() + s.extent[0], [least](R x) { return x > least; });
}

/// The condition number: the largest singular value by the smallest, infinite where that is zero. Throws
/// linalg_error for a matrix without elements.
template <array_operand E>
requires(dimensions_of<E> == 2) auto cond(E const& e,
                                          std::source_location where = std::source_location::current()) {
  using R = real_t<detail::linalg_t<E>>;
  trace::region const here("cond");
  auto const& n = as_node(e);
  if (extents(n.shape()).count() == 0) throw linalg_error("cond: the matrix has no elements", where);
  auto const s = detail::singular_values("cond", n, where);
  if (trace::rehearsing()) return R(0);
  R const least = s.data()[s.extent[0] - 1];
  return least == R(0) ? std::numeric_limits<R>::infinity() : s.data()[0] / least;
}

}  // namespace pantile
