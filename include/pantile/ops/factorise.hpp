#pragma once

#include <pantile/expr/create.hpp>
#include <pantile/ops/tsqr.hpp>

// Factorisations of matrices, with NumPy's names and shapes. The factors are of the kind of the operand:
// `auto [Q, R] = qr(A)` gives arrays for an array, local_arrays for a local_array, and operands that hold their
// elements for other expressions. Integers compute as double. Collective where the operand is distributed;
// errors are thrown on every rank.
//
// What a rank holds whole anyway, and distributed matrices of up to 65,536 elements, are factorised by LAPACK:
// the matrix is gathered on every rank, all compute the same, the factors are replicated. Communication: each
// rank fetches what it lacks of the matrix, one agreement about errors and one allreduce of 16 bytes. Larger
// distributed matrices the ranks factorise together: by ScaLAPACK in a block-cyclic layout, to which and from
// which the matrix is retiled; qr and svd of tall ones by Gram matrices or a tree of triangles, without moving
// the matrix (ops/tsqr.hpp). Their large factors are cut by rows; eigenvalues, singular values and the small
// square factors of tall matrices are replicated.
//
// Operands are matrices; of a stack of them factorise a page at a time: `svd(A(i, every, every))`.
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

/// The leading minor of order `minor` is the first.
[[noreturn]] void throw_not_positive_definite(index_t minor, std::source_location where);

// On row-major elements; T: float, double and their complex types. `a` is overwritten.
template <class T>
void factor_cholesky(index_t n, T* a, std::source_location where);
template <class T>
void factor_lu(index_t m, index_t n, T* a, T* p, T* l, T* u, std::source_location where);
template <class T>
void factor_qr(index_t m, index_t n, T* a, T* q, T* r, std::source_location where);
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
/// linalg_error where a leading minor is not positive definite: the first, and for elements that are not
/// finite.
template <array_operand E>
requires(dimensions_of<E> == 2) auto cholesky(E const& e,
                                              std::source_location where = std::source_location::current()) {
  using T = detail::linalg_t<E>;
  auto const n = node_of<E>(as_node(e));
  detail::check_square("cholesky", n.shape()[0], n.shape()[1], where);
  return detail::deferred<T, 2>(
      "cholesky", n.shape(),
      [where](auto const& operand) {
        auto const whole = detail::carried_out<T>(operand);
        if (detail::goes_together(whole)) {
          communicator const& comm = *whole.comm;
          auto const l = detail::cholesky_together(detail::transposed<T>(whole, comm), where);
          return detail::laid_out<T>(tril(transpose(l)), comm);
        }
        auto a = detail::gathered<T>(whole);
        detail::compute_alike(
            a.comm, where, [&] { detail::factor_cholesky(a.extent[0], detail::elements_of(a), where); }, a);
        return a;
      },
      n);
}

/// P, L, U of A = P L U for an m x n matrix, by row pivoting: P (m x m) a permutation, L (m x k) unit lower
/// triangular, U (k x n) upper triangular, k = min(m, n). A singular matrix has zeros on U's diagonal. Throws
/// linalg_error for elements that are not finite.
template <array_operand E>
requires(dimensions_of<E> == 2) auto lu(E const& e,
                                        std::source_location where = std::source_location::current()) {
  using T = detail::linalg_t<E>;
  trace::region const here("lu", where);
  auto const whole = detail::carried_out<T>(as_node(e));
  index_t const m = whole.extent[0], n = whole.extent[1], k = std::min(m, n);
  using Result = lu_result<decltype(detail::returned_like<E>(whole))>;
  if (detail::goes_together(whole)) {
    communicator const& comm = *whole.comm;
    auto const [f, from] = detail::lu_together(detail::transposed<T>(whole, comm), where);
    auto const both = transpose(f);
    local_array<index_t, 1> row({m});
    std::copy(from.begin(), from.end(), row.data());
    auto const l = tril(slice(both, range(0, m), range(0, k)), -1) + eye<T>(m, k);
    auto const p = expand_dims(arange<index_t>(m), 1) == expand_dims(as_node(row), 0);
    return Result{
        detail::returned_like<E>(detail::laid_out<T>(p, comm)),
        detail::returned_like<E>(detail::laid_out<T>(l, comm)),
        detail::returned_like<E>(detail::laid_out<T>(triu(slice(both, range(0, k), range(0, n))), comm))};
  }
  auto a = detail::gathered<T>(whole);
  auto p = detail::replicated_leaf<T, 2>({m, m}, a.comm);
  auto l = detail::replicated_leaf<T, 2>({m, k}, a.comm);
  auto u = detail::replicated_leaf<T, 2>({k, n}, a.comm);
  using detail::elements_of;
  detail::compute_alike(
      a.comm, where,
      [&] { detail::factor_lu(m, n, elements_of(a), elements_of(p), elements_of(l), elements_of(u), where); },
      p, l, u);
  return Result{detail::returned_like<E>(std::move(p)), detail::returned_like<E>(std::move(l)),
                detail::returned_like<E>(std::move(u))};
}

/// Q (m x k) with orthonormal columns and R (k x n) upper triangular of A = Q R, k = min(m, n). By Householder
/// reflections; for large tall matrices by Gram matrices where these are good enough, which make R's diagonal
/// positive: the signs of R's rows and Q's columns may differ from those of other ways. Throws linalg_error for
/// elements that are not finite.
template <array_operand E>
requires(dimensions_of<E> == 2) auto qr(E const& e,
                                        std::source_location where = std::source_location::current()) {
  using T = detail::linalg_t<E>;
  trace::region const here("qr", where);
  auto const whole = detail::carried_out<T>(as_node(e));
  index_t const m = whole.extent[0], n = whole.extent[1], k = std::min(m, n);
  using Result = qr_result<decltype(detail::returned_like<E>(whole))>;
  if (detail::is_tall(whole)) {
    auto [q, r] = detail::tall_qr("qr", whole, true, where);
    return Result{detail::returned_like<E>(std::move(q)), detail::returned_like<E>(std::move(r))};
  }
  if (detail::goes_together(whole)) {
    communicator const& comm = *whole.comm;
    auto const [q, r] = detail::qr_together(detail::transposed<T>(whole, comm), where);
    return Result{detail::returned_like<E>(detail::transposed<T>(slice(q, range(0, k), range(0, m)), comm)),
                  detail::returned_like<E>(
                      detail::laid_out<T>(triu(slice(transpose(r), range(0, k), range(0, n))), comm))};
  }
  auto a = detail::gathered<T>(whole);
  auto q = detail::replicated_leaf<T, 2>({m, k}, a.comm);
  auto r = detail::replicated_leaf<T, 2>({k, n}, a.comm);
  using detail::elements_of;
  detail::compute_alike(
      a.comm, where, [&] { detail::factor_qr(m, n, elements_of(a), elements_of(q), elements_of(r), where); }, q,
      r);
  return Result{detail::returned_like<E>(std::move(q)), detail::returned_like<E>(std::move(r))};
}

namespace detail {

template <element T>
struct svd_leaves {
  leaf<T, 2> u;
  leaf<real_t<T>, 1> s;
  leaf<T, 2> vh;
};

/// A singular value decomposition; without `vectors` only the values, descending, everywhere.
template <element T>
svd_leaves<T> decomposed(char const* operation, leaf<T, 2> const& whole, bool vectors,
                         std::source_location where) {
  index_t const m = whole.extent[0], n = whole.extent[1], k = std::min(m, n);
  svd_leaves<T> result;
  if (is_tall(whole)) {
    auto const [q, r] = tall_qr(operation, whole, vectors, where);
    trace::region const here("svd of R", where);
    result = decomposed(operation, r, vectors, where);
    if (vectors) result.u = carried_out<T>(dot(q, result.u, where));
    return result;
  }
  if (is_together(whole)) {
    communicator const& comm = *whole.comm;
    auto const a = transposed<T>(whole, comm);
    if (is_tall(a)) {  // A' = U S V^H, A = conj(V) S U'
      result = decomposed(operation, a, vectors, where);
      if (!vectors) return result;
      auto const u = transposed<T>(result.vh, comm);
      result.vh = transposed<T>(result.u, comm);
      result.u = u;
      return result;
    }
    note_way(factorising::together, whole);
    leaf<T, 2> u, vh;
    result.s = svd_together(operation, a, vectors ? &u : nullptr, vectors ? &vh : nullptr, where);
    if (vectors) result.u = transposed<T>(u, comm), result.vh = transposed<T>(vh, comm);
    return result;
  }
  note_way(factorising::by_each, whole);
  auto a = gathered<T>(whole);
  result.s = replicated_leaf<real_t<T>, 1>({k}, a.comm);
  if (!vectors) {
    compute_alike(
        a.comm, where,
        [&] { factor_svd<T>(operation, m, n, elements_of(a), elements_of(result.s), nullptr, nullptr, where); },
        result.s);
    return result;
  }
  result.u = replicated_leaf<T, 2>({m, k}, a.comm);
  result.vh = replicated_leaf<T, 2>({k, n}, a.comm);
  compute_alike(
      a.comm, where,
      [&] {
        factor_svd(operation, m, n, elements_of(a), elements_of(result.s), elements_of(result.u),
                   elements_of(result.vh), where);
      },
      result.u, result.s, result.vh);
  return result;
}

template <node E>
auto singular_values(char const* operation, E const& e, std::source_location where) {
  using T = floating_t<typename E::value_type>;
  return decomposed(operation, carried_out<T>(e), false, where).s;
}

}  // namespace detail

/// U (m x k), the singular values s in descending order, and Vh (k x n) of A = U diag(s) Vh, k = min(m, n).
/// Throws linalg_error for elements that are not finite and where the iteration does not converge.
template <array_operand E>
requires(dimensions_of<E> == 2) auto svd(E const& e,
                                         std::source_location where = std::source_location::current()) {
  using T = detail::linalg_t<E>;
  trace::region const here("svd", where);
  auto f = detail::decomposed("svd", detail::carried_out<T>(as_node(e)), true, where);
  return svd_result<decltype(detail::returned_like<E>(f.u)), decltype(detail::returned_like<E>(f.s))>{
      detail::returned_like<E>(std::move(f.u)), detail::returned_like<E>(std::move(f.s)),
      detail::returned_like<E>(std::move(f.vh))};
}

/// The singular values alone, in descending order. A node. Errors as of svd.
template <array_operand E>
requires(dimensions_of<E> == 2) auto svdvals(E const& e,
                                             std::source_location where = std::source_location::current()) {
  auto const n = node_of<E>(as_node(e));
  index_t const k = std::min(n.shape()[0], n.shape()[1]);
  return detail::deferred<real_t<detail::linalg_t<E>>, 1>(
      "svdvals", {k},
      [where](auto const& operand) { return detail::singular_values("svdvals", operand, where); }, n);
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
  trace::region const here("eigh", where);
  auto const whole = detail::carried_out<T>(node);
  leaf<T, 2> a;
  leaf<real_t<T>, 1> w;
  if (detail::goes_together(whole)) {
    leaf<T, 2> v;
    w = detail::eigh_together("eigh", detail::transposed<T>(whole, *whole.comm), &v, where);
    a = detail::transposed<T>(v, *whole.comm);
  } else {
    a = detail::gathered<T>(whole);
    w = detail::replicated_leaf<real_t<T>, 1>({a.extent[0]}, a.comm);
    using detail::elements_of;
    detail::compute_alike(
        a.comm, where,
        [&] { detail::factor_eigh("eigh", a.extent[0], elements_of(a), elements_of(w), true, where); }, w, a);
  }
  return eigen_result<decltype(detail::returned_like<E>(w)), decltype(detail::returned_like<E>(a))>{
      detail::returned_like<E>(std::move(w)), detail::returned_like<E>(std::move(a))};
}

/// The eigenvalues alone, in ascending order. A node. Errors as of eigh.
template <array_operand E>
requires(dimensions_of<E> == 2) auto eigvalsh(E const& e,
                                              std::source_location where = std::source_location::current()) {
  using T = detail::linalg_t<E>;
  auto const n = node_of<E>(as_node(e));
  detail::check_square("eigvalsh", n.shape()[0], n.shape()[1], where);
  return detail::deferred<real_t<T>, 1>(
      "eigvalsh", {n.shape()[0]},
      [where](auto const& operand) {
        auto const whole = detail::carried_out<T>(operand);
        if (detail::goes_together(whole))
          return detail::eigh_together<T>("eigvalsh", detail::transposed<T>(whole, *whole.comm), nullptr,
                                          where);
        auto a = detail::gathered<T>(whole);
        auto w = detail::replicated_leaf<real_t<T>, 1>({a.extent[0]}, a.comm);
        using detail::elements_of;
        detail::compute_alike(
            a.comm, where,
            [&] { detail::factor_eigh("eigvalsh", a.extent[0], elements_of(a), elements_of(w), false, where); },
            w);
        return w;
      },
      n);
}

}  // namespace pantile
