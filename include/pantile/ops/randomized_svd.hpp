#pragma once

#include <pantile/ops/factorise.hpp>
#include <pantile/random/normal.hpp>

#include <algorithm>
#include <cstdint>

namespace pantile {

/// How randomized_svd looks for the largest singular values.
struct randomized_svd_options {
  index_t oversampling = 10;  ///< columns that are drawn beyond those wanted
  int iterations = 2;         ///< of the power method: more where singular values fall slowly
  std::uint64_t seed = 0;
};

namespace detail {
/// Throws index_error for a rank that a matrix cannot have, domain_error for negative options.
void check_randomized_svd(index_t rank, index_t m, index_t n, randomized_svd_options const& options,
                          std::source_location where);
}  // namespace detail

/// The `rank` largest singular values of an m x n matrix and their vectors, nearly: U (m x rank), s, Vh (rank x
/// n). The matrix is only multiplied with thin ones, 2 + 2 iterations times; integers compute as double (Halko,
/// Martinsson, Tropp 2011, "Finding structure with randomness", algorithms 4.4 and 5.1). Collective where the
/// matrix is distributed: U and Vh then lie as the products with thin matrices do, s is replicated. The same
/// for every tiling and number of ranks but for rounding. Communication: of each product, and of a tall QR
/// after it: for rows on P ranks allreduces of n (rank + oversampling) elements, 1 + iterations of them. Errors
/// as of svd; index_error unless 0 <= rank <= min(m, n).
template <array_operand E>
requires(dimensions_of<E> ==
         2) auto randomized_svd(E const& e, index_t rank, randomized_svd_options const& options = {},
                                std::source_location where = std::source_location::current()) {
  using T = detail::linalg_t<E>;
  using detail::carried_out;
  trace::region const here("randomized_svd", where);
  auto const a = carried_out<T>(as_node(e));
  index_t const m = a.extent[0], n = a.extent[1];
  detail::check_randomized_svd(rank, m, n, options, where);
  check_arguments(a.comm, "randomized_svd",
                  {{"rank", rank}, {"oversampling", options.oversampling}, {"iterations", options.iterations}},
                  where);
  index_t const drawn = rank + std::min(options.oversampling, std::min(m, n) - rank);
  auto const adjoint = [](auto const& x) { return conj(transpose(x)); };
  // The columns of an orthonormal basis of what those of x span.
  auto const basis = [&](auto const& x) { return carried_out<T>(qr(carried_out<T>(x), where).q); };
  random::normal_options const normal{.seed = options.seed};
  leaf<T, 2> const directions =
      a.comm ? leaf<T, 2>(random::normal<T>(*a.comm, {n, drawn}, tiling::row(), normal, where))
             : leaf<T, 2>(random::normal<T>({n, drawn}, normal, where));
  auto q = basis(dot(a, directions, where));
  for (int i = 0; i < options.iterations; ++i) {
    auto const p = basis(dot(adjoint(a), q, where));
    q = basis(dot(a, p, where));
  }
  auto const f = detail::decomposed("randomized_svd", carried_out<T>(dot(adjoint(q), a, where)), true, where);
  auto u = carried_out<T>(dot(q, slice(f.u, every, range(0, rank)), where));
  auto s = carried_out<real_t<T>>(slice(f.s, range(0, rank)));
  auto vh = carried_out<T>(slice(f.vh, range(0, rank), every));
  return svd_result<decltype(detail::returned_like<E>(u)), decltype(detail::returned_like<E>(s))>{
      detail::returned_like<E>(std::move(u)), detail::returned_like<E>(std::move(s)),
      detail::returned_like<E>(std::move(vh))};
}

}  // namespace pantile
