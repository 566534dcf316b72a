#pragma once

#include <pantile/ops/gathered.hpp>

// Factorisations of matrices by LAPACK, with NumPy's names and shapes. The matrix is gathered on every rank,
// all compute the same, the factors are replicated: for matrices that fit on one rank. The factors are of the
// kind of the operand: `auto [Q, R] = qr(A)` gives arrays for an array, local_arrays for a local_array, and
// operands that hold their elements for other expressions. Integers compute as double. Collective where the
// operand is distributed; errors are thrown on every rank. Communication: each rank fetches what it lacks of
// the matrix (nothing of a replicated one), one agreement about errors and one allreduce of 16 bytes.
namespace pantile {

/// A = p l u.
template <class Matrix>
struct lu_result {
  Matrix p, l, u;
};
/// A = q r.
template <class Matrix>
struct qr_result {
  Matrix q, r;
};
/// A = u diag(s) vh.
template <class Matrix, class Vector>
struct svd_result {
  Matrix u;
  Vector s;
  Matrix vh;
};
/// A v = v diag(eigenvalues), the eigenvectors being the columns of v.
template <class Vector, class Matrix>
struct eigen_result {
  Vector eigenvalues;
  Matrix eigenvectors;
};

namespace detail {

// On row-major elements; T: float, double and their complex types. `a` is overwritten.
template <class T>
void factor_cholesky(index_t n, T* a, std::source_location where);
template <class T>
void factor_lu(index_t m, index_t n, T* a, T* p, T* l, T* u);
template <class T>
void factor_qr(index_t m, index_t n, T* a, T* q, T* r);
/// u and vh may be null.
template <class T>
void factor_svd(char const* operation, index_t m, index_t n, T* a, real_t<T>* s, T* u, T* vh,
                std::source_location where);
/// `a` becomes the eigenvectors where they are wanted.
template <class T>
void factor_eigh(char const* operation, index_t n, T* a, real_t<T>* w, bool vectors,
                 std::source_location where);

/// The same for any square matrix; the eigenvectors go to `v`, which may be null.
template <class T>
void factor_eig(char const* operation, index_t n, T* a, std::complex<real_t<T>>* w, std::complex<real_t<T>>* v,
                std::source_location where);

template <array_operand E>
using linalg_t = floating_t<value_of<E>>;

}  // namespace detail

/// The lower triangular L, with zeros above, of A = L L^H for a symmetric (Hermitian) positive definite matrix;
/// only its lower triangle is read, as in NumPy. A node. Throws shape_error for a matrix that is not square,
/// linalg_error where a leading minor is not positive definite: the first.
template <array_operand E>
requires(dimensions_of<E> == 2) auto cholesky(E const& e,
                                              std::source_location where = std::source_location::current()) {
  using T = detail::linalg_t<E>;
  auto const n = node_of<E>(as_node(e));
  detail::check_square("cholesky", n.shape()[0], n.shape()[1], where);
  return detail::deferred<T, 2>("cholesky", n.shape(), [n, where] {
    auto a = detail::gathered<T>(n);
    detail::compute_alike(
        a.comm, where, [&] { detail::factor_cholesky(a.extent[0], detail::elements_of(a), where); }, a);
    return a;
  });
}

/// P, L, U of A = P L U for an m x n matrix, by row pivoting: P (m x m) a permutation, L (m x k) unit lower
/// triangular, U (k x n) upper triangular, k = min(m, n). A singular matrix has zeros on U's diagonal.
template <array_operand E>
requires(dimensions_of<E> == 2) auto lu(E const& e,
                                        std::source_location where = std::source_location::current()) {
  using T = detail::linalg_t<E>;
  trace::region const here("lu");
  auto a = detail::gathered<T>(as_node(e));
  index_t const m = a.extent[0], n = a.extent[1], k = std::min(m, n);
  auto p = detail::replicated_leaf<T, 2>({m, m}, a.comm);
  auto l = detail::replicated_leaf<T, 2>({m, k}, a.comm);
  auto u = detail::replicated_leaf<T, 2>({k, n}, a.comm);
  using detail::elements_of;
  detail::compute_alike(
      a.comm, where,
      [&] { detail::factor_lu(m, n, elements_of(a), elements_of(p), elements_of(l), elements_of(u)); }, p, l,
      u);
  return lu_result<decltype(detail::returned_like<E>(p))>{
      detail::returned_like<E>(p), detail::returned_like<E>(l), detail::returned_like<E>(u)};
}

/// Q (m x k) with orthonormal columns and R (k x n) upper triangular of A = Q R, k = min(m, n), by Householder
/// reflections.
template <array_operand E>
requires(dimensions_of<E> == 2) auto qr(E const& e,
                                        std::source_location where = std::source_location::current()) {
  using T = detail::linalg_t<E>;
  trace::region const here("qr");
  auto a = detail::gathered<T>(as_node(e));
  index_t const m = a.extent[0], n = a.extent[1], k = std::min(m, n);
  auto q = detail::replicated_leaf<T, 2>({m, k}, a.comm);
  auto r = detail::replicated_leaf<T, 2>({k, n}, a.comm);
  using detail::elements_of;
  detail::compute_alike(
      a.comm, where, [&] { detail::factor_qr(m, n, elements_of(a), elements_of(q), elements_of(r)); }, q, r);
  return qr_result<decltype(detail::returned_like<E>(q))>{detail::returned_like<E>(q),
                                                          detail::returned_like<E>(r)};
}

/// U (m x k), the singular values s in descending order, and Vh (k x n) of A = U diag(s) Vh, k = min(m, n).
/// Throws linalg_error for elements that are not finite and where the iteration does not converge.
template <array_operand E>
requires(dimensions_of<E> == 2) auto svd(E const& e,
                                         std::source_location where = std::source_location::current()) {
  using T = detail::linalg_t<E>;
  trace::region const here("svd");
  auto a = detail::gathered<T>(as_node(e));
  index_t const m = a.extent[0], n = a.extent[1], k = std::min(m, n);
  auto u = detail::replicated_leaf<T, 2>({m, k}, a.comm);
  auto s = detail::replicated_leaf<real_t<T>, 1>({k}, a.comm);
  auto vh = detail::replicated_leaf<T, 2>({k, n}, a.comm);
  using detail::elements_of;
  detail::compute_alike(
      a.comm, where,
      [&] {
        detail::factor_svd("svd", m, n, elements_of(a), elements_of(s), elements_of(u), elements_of(vh), where);
      },
      u, s, vh);
  return svd_result<decltype(detail::returned_like<E>(u)), decltype(detail::returned_like<E>(s))>{
      detail::returned_like<E>(u), detail::returned_like<E>(s), detail::returned_like<E>(vh)};
}

namespace detail {
template <node E>
auto singular_values(char const* operation, E const& e, std::source_location where) {
  using T = floating_t<typename E::value_type>;
  auto a = gathered<T>(e);
  auto s = replicated_leaf<real_t<T>, 1>({std::min(a.extent[0], a.extent[1])}, a.comm);
  compute_alike(
      a.comm, where,
      [&] {
        factor_svd<T>(operation, a.extent[0], a.extent[1], elements_of(a), elements_of(s), nullptr, nullptr,
                      where);
      },
      s);
  return s;
}
}  // namespace detail

/// The singular values alone, in descending order. A node. Errors as of svd.
template <array_operand E>
requires(dimensions_of<E> == 2) auto svdvals(E const& e,
                                             std::source_location where = std::source_location::current()) {
  auto const n = node_of<E>(as_node(e));
  index_t const k = std::min(n.shape()[0], n.shape()[1]);
  return detail::deferred<real_t<detail::linalg_t<E>>, 1>(
      "svdvals", {k}, [n, where] { return detail::singular_values("svdvals", n, where); });
}

/// The eigenvalues w in ascending order and the orthonormal eigenvectors, the columns of V, of A = V diag(w)
/// V^H for a symmetric (Hermitian) matrix; only its lower triangle is read, as in NumPy. Throws shape_error for
/// a matrix that is not square, linalg_error for elements that are not finite and where the iteration does not
/// converge.
template <array_operand E>
requires(dimensions_of<E> == 2) auto eigh(E const& e,
                                          std::source_location where = std::source_location::current()) {
  using T = detail::linalg_t<E>;
  auto const& node = as_node(e);
  detail::check_square("eigh", node.shape()[0], node.shape()[1], where);
  trace::region const here("eigh");
  auto a = detail::gathered<T>(node);
  auto w = detail::replicated_leaf<real_t<T>, 1>({a.extent[0]}, a.comm);
  using detail::elements_of;
  detail::compute_alike(
      a.comm, where,
      [&] { detail::factor_eigh("eigh", a.extent[0], elements_of(a), elements_of(w), true, where); }, w, a);
  return eigen_result<decltype(detail::returned_like<E>(w)), decltype(detail::returned_like<E>(a))>{
      detail::returned_like<E>(w), detail::returned_like<E>(a)};
}

/// The eigenvalues alone, in ascending order. A node. Errors as of eigh.
template <array_operand E>
requires(dimensions_of<E> == 2) auto eigvalsh(E const& e,
                                              std::source_location where = std::source_location::current()) {
  using T = detail::linalg_t<E>;
  auto const n = node_of<E>(as_node(e));
  detail::check_square("eigvalsh", n.shape()[0], n.shape()[1], where);
  return detail::deferred<real_t<T>, 1>("eigvalsh", {n.shape()[0]}, [n, where] {
    auto a = detail::gathered<T>(n);
    auto w = detail::replicated_leaf<real_t<T>, 1>({a.extent[0]}, a.comm);
    using detail::elements_of;
    detail::compute_alike(
        a.comm, where,
        [&] { detail::factor_eigh("eigvalsh", a.extent[0], elements_of(a), elements_of(w), false, where); }, w);
    return w;
  });
}

}  // namespace pantile
