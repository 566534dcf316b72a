#pragma once

#include <pantile/expr/choice.hpp>
#include <pantile/ops/factorise.hpp>
#include <pantile/ops/reduce.hpp>
#include <pantile/ops/statistics.hpp>

namespace pantile {

/// The directions along which the rows of a matrix vary most.
template <class Matrix, class Vector>
struct pca_result {
  Matrix components;  ///< k x n: orthonormal rows, the first one of the largest variance
  Vector variances;   ///< of the rows of X along each, descending; they divide by m - 1
  Vector mean;        ///< of the rows: the scores are dot(X - mean, transpose(components))
  double total;       ///< of all variances: how much of it each component explains
};

namespace detail {
/// Throws shape_error for fewer than two rows.
void check_rows_of_pca(index_t m, index_t n, std::source_location where);
/// Throws index_error for a number of components that there are not.
void check_components(index_t k, index_t m, index_t n, std::source_location where);
}  // namespace detail

/// The first k principal components of the rows of a real m x n matrix, by singular values of X - mean(X, 0),
/// which keep digits that a covariance matrix squares away; tall matrices cut by rows stay where they are
/// (ops/tsqr.hpp). Of each component the element of largest modulus is positive. At once; collective where X is
/// distributed: one sum over the rows, and what svd communicates. Integers compute as double. Throws
/// shape_error for fewer than two rows, index_error unless 0 <= k <= min(m, n), and what svd throws.
template <array_operand E>
requires(dimensions_of<E> == 2 &&
         !is_complex<value_of<E>>) auto pca(E const& e, index_t k,
                                            std::source_location where = std::source_location::current()) {
  using T = detail::linalg_t<E>;
  using detail::carried_out;
  trace::region const here("pca", where);
  auto const& node = as_node(e);
  index_t const m = node.shape()[0], n = node.shape()[1];
  detail::check_rows_of_pca(m, n, where);
  auto const x = carried_out<T>(node);
  check_arguments(x.comm, "pca", {{"components", k}}, where);
  detail::check_components(k, m, n, where);
  auto middle = carried_out<T>(mean(x, 0, where));
  auto const centred = carried_out<T>(x - middle);
  auto const f =
      detail::is_tall(centred)
          ? detail::decomposed("pca", detail::tall_qr("pca", centred, false, where).second, true, where)
          : detail::decomposed("pca", centred, true, where);
  auto const rows = carried_out<T>(slice(f.vh, range(0, k), every));
  auto components = rows;
  if (n > 0) {
    auto const signs = pantile::where(max(rows, 1, where) < -min(rows, 1, where), T(-1), T(1));
    components = carried_out<T>(rows * expand_dims(signs, 1));
  }
  auto const all = carried_out<T>(square(f.s) / static_cast<T>(m - 1));
  auto variances = carried_out<T>(slice(all, range(0, k)));
  double const total = static_cast<double>(sum(all, where));
  using detail::returned_like;
  return pca_result<decltype(returned_like<E>(components)), decltype(returned_like<E>(variances))>{
      returned_like<E>(std::move(components)), returned_like<E>(std::move(variances)),
      returned_like<E>(std::move(middle)), total};
}

}  // namespace pantile
