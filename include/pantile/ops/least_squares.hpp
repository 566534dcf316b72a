#pragma once

#include <pantile/ops/solve.hpp>

#include <algorithm>
#include <limits>
#include <optional>

// Least squares and what else follows from singular values; small matrices on every rank, large ones together,
// as in ops/factorise.hpp; integers compute as double; collective where an operand is distributed; errors are
// thrown on every rank.
namespace pantile {

/// What lstsq gives, arrays of the kind of A.
template <class Solution, class Reals>
struct lstsq_result {
  Solution x;
  Reals residuals;
  index_t rank;
  Reals singular_values;
};

namespace detail {

// On row-major elements; T: float, double and their complex types. `a` is overwritten.

/// b is m x k, x n x k; s has min(m, n) elements, residuals k.
template <class T>
void solve_least_squares(index_t m, index_t n, index_t k, T* a, T const* b, real_t<T> rcond, T* x,
                         real_t<T>* residuals, real_t<T>* s, index_t* rank, std::source_location where);
/// x is n x m.
template <class T>
void pseudo_invert(index_t m, index_t n, T* a, real_t<T> rtol, T* x, std::source_location where);

/// max(m, n) machine epsilons, NumPy's idea of what is zero beside the largest singular value.
template <class R>
R default_tolerance(std::optional<double> const& wanted, index_t m, index_t n) {
  return wanted ? static_cast<R>(*wanted) : static_cast<R>(std::max(m, n)) * std::numeric_limits<R>::epsilon();
}

/// 1 / s, and 0 for the singular values that count as zero.
template <class R>
local_array<R, 1> inverted_values(leaf<R, 1> const& s, R tolerance, index_t* rank) {
  index_t const k = s.extent[0];
  local_array<R, 1> inverted({k});
  *rank = 0;
  for (index_t i = 0; i < k && !trace::rehearsing(); ++i) {
    bool const counts = s.data()[i] > tolerance * s.data()[0];
    inverted.data()[i] = counts ? 1 / s.data()[i] : R(0);
    *rank += counts;
  }
  if (trace::rehearsing()) *rank = k;
  return inverted;
}

/// By the singular value decomposition: x = V S^-1 U^H b.
template <element T, int N>
lstsq_result<leaf<T, N>, leaf<real_t<T>, 1>> least_squares_by_all(leaf<T, 2> const& a, leaf<T, N> const& b,
                                                                  std::optional<double> const& rcond,
                                                                  std::source_location where) {
  using R = real_t<T>;
  auto const comm = common("lstsq", a.comm, b.comm, where);
  check_operands(comm, {"lstsq", where}, a, b);
  index_t const m = a.extent[0], n = a.extent[1];
  auto const f = decomposed("lstsq", a, true, where);
  if (!all(isfinite(b), where) && !trace::rehearsing())
    throw linalg_error("lstsq: an operand has elements that are not finite", where);
  lstsq_result<leaf<T, N>, leaf<R, 1>> result;
  auto const inverted = inverted_values<R>(f.s, default_tolerance<R>(rcond, m, n), &result.rank);
  auto const uhb = carried_out<T>(dot(conj(transpose(f.u)), b, where));
  auto const scaled = [&] {
    if constexpr (N == 1)
      return carried_out<T>(as_node(inverted) * uhb);
    else
      return carried_out<T>(expand_dims(as_node(inverted), 1) * uhb);
  }();
  result.x = carried_out<T>(dot(conj(transpose(f.vh)), scaled, where));
  result.singular_values = f.s;
  if (result.rank < n || m <= n) {
    result.residuals = replicated_leaf<R, 1>({0}, comm);
    return result;
  }
  auto const off = carried_out<T>(b - dot(a, result.x, where));
  auto const square = real(off * conj(off));
  if constexpr (N == 1) {
    result.residuals = replicated_leaf<R, 1>({1}, comm);
    R const total = sum(square, where);
    if (!trace::rehearsing()) *elements_of(result.residuals) = total;
  } else {
    result.residuals = gathered<R>(as_node(sum(square, 0, where)));
  }
  return result;
}

}  // namespace detail

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
  trace::region const here("lstsq", where);
  auto const whole = detail::carried_out<T>(left);
  if (detail::is_together(whole)) {
    auto f = detail::least_squares_by_all(whole, detail::carried_out<T>(right), rcond, where);
    return lstsq_result<decltype(detail::returned_like<A>(f.x)),
                        decltype(detail::returned_like<A>(f.residuals))>{
        detail::returned_like<A>(std::move(f.x)), detail::returned_like<A>(std::move(f.residuals)), f.rank,
        detail::returned_like<A>(std::move(f.singular_values))};
  }
  detail::note_way(detail::factorising::by_each, whole);
  auto matrix = detail::gathered<T>(whole);
  auto given = detail::gathered<T>(right);
  auto const comm = detail::common("lstsq", matrix.comm, given.comm, where);
  detail::check_operands(comm, {"lstsq", where}, matrix, given);
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
      detail::returned_like<A>(std::move(x)), detail::returned_like<A>(std::move(residuals)), rank,
      detail::returned_like<A>(std::move(s))};
}

/// The Moore-Penrose pseudo-inverse (n x m) of an m x n matrix, by SVD. Singular values up to rtol (default:
/// max(m, n) machine epsilons) times the largest count as zero. A node. Errors as of svd.
template <array_operand E>
requires(dimensions_of<E> == 2) auto pinv(E const& e, std::optional<double> rtol = {},
                                          std::source_location where = std::source_location::current()) {
  using T = detail::linalg_t<E>;
  auto const node = node_of<E>(as_node(e));
  index_t const m = node.shape()[0], n = node.shape()[1];
  return detail::deferred<T, 2>(
      "pinv", {n, m},
      [=](auto const& operand) {
        auto const whole = detail::carried_out<T>(operand);
        if (detail::is_together(whole)) {
          auto const f = detail::decomposed("pinv", whole, true, where);
          index_t rank = 0;
          auto const inverted =
              detail::inverted_values<real_t<T>>(f.s, detail::default_tolerance<real_t<T>>(rtol, m, n), &rank);
          auto const v = detail::carried_out<T>(conj(transpose(f.vh)) * as_node(inverted));
          return detail::carried_out<T>(dot(v, conj(transpose(f.u)), where));
        }
        detail::note_way(detail::factorising::by_each, whole);
        auto a = detail::gathered<T>(whole);
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
      },
      node);
}

/// How many singular values are larger than rtol (default: max(m, n) machine epsilons) times the largest.
template <array_operand E>
requires(dimensions_of<E> == 2) index_t
    matrix_rank(E const& e, std::optional<double> rtol = {},
                std::source_location where = std::source_location::current()) {
  trace::region const here("matrix_rank", where);
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
  trace::region const here("cond", where);
  auto const& n = as_node(e);
  if (extents(n.shape()).count() == 0) throw linalg_error("cond: the matrix has no elements", where);
  auto const s = detail::singular_values("cond", n, where);
  if (trace::rehearsing()) return R(0);
  R const least = s.data()[s.extent[0] - 1];
  return least == R(0) ? std::numeric_limits<R>::infinity() : s.data()[0] / least;
}

}  // namespace pantile
