#pragma once

#include <pantile/ops/factorise.hpp>

#include <complex>
#include <source_location>

// Eigenvalues of matrices that are not symmetric (Hermitian): complex ones, of real matrices, too. For the
// others see eigh, whose results are real and orthonormal. Gathered and computed as in ops/factorise.hpp.
namespace pantile {

/// The eigenvalues w, in LAPACK's order, and the eigenvectors, of norm 1, the columns of V: A V = V diag(w).
/// Throws shape_error for a matrix that is not square, linalg_error for elements that are not finite and where
/// the iteration does not converge.
template <array_operand E>
requires(dimensions_of<E> == 2) auto eig(E const& e,
                                         std::source_location where = std::source_location::current()) {
  using T = detail::linalg_t<E>;
  using C = std::complex<real_t<T>>;
  auto const& node = as_node(e);
  detail::check_square("eig", node.shape()[0], node.shape()[1], where);
  trace::region const here("eig", where);
  auto const whole = detail::carried_out<T>(node);
  detail::note_way(detail::factorising::only_by_each, whole);
  auto a = detail::gathered<T>(whole);
  auto w = detail::replicated_leaf<C, 1>({a.extent[0]}, a.comm);
  auto v = detail::replicated_leaf<C, 2>(a.extent, a.comm);
  using detail::elements_of;
  detail::compute_alike(
      a.comm, where,
      [&] { detail::factor_eig("eig", a.extent[0], elements_of(a), elements_of(w), elements_of(v), where); }, w,
      v);
  return eigen_result<decltype(detail::returned_like<E>(w)), decltype(detail::returned_like<E>(v))>{
      detail::returned_like<E>(std::move(w)), detail::returned_like<E>(std::move(v))};
}

/// The eigenvalues alone. A node. Errors as of eig.
template <array_operand E>
requires(dimensions_of<E> == 2) auto eigvals(E const& e,
                                             std::source_location where = std::source_location::current()) {
  using T = detail::linalg_t<E>;
  using C = std::complex<real_t<T>>;
  auto const n = node_of<E>(as_node(e));
  detail::check_square("eigvals", n.shape()[0], n.shape()[1], where);
  return detail::deferred<C, 1>(
      "eigvals", {n.shape()[0]},
      [where](auto const& operand) {
        auto const whole = detail::carried_out<T>(operand);
        detail::note_way(detail::factorising::only_by_each, whole);
        auto a = detail::gathered<T>(whole);
        auto w = detail::replicated_leaf<C, 1>({a.extent[0]}, a.comm);
        detail::compute_alike(
            a.comm, where,
            [&] {
              detail::factor_eig<T>("eigvals", a.extent[0], detail::elements_of(a), detail::elements_of(w),
                                    nullptr, where);
            },
            w);
        return w;
      },
      n);
}

}  // namespace pantile
