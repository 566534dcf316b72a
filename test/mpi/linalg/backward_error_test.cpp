// Backward errors: what factors and solutions leave of the matrix, beside its norm, for matrices of any
// condition. Small ones on more ranks than rows, too.
// ctest: RELEASE_ONLY
#include "cases.hpp"

#include <pantile/ops/linalg.hpp>

#include <array>
#include <cmath>
#include <limits>

using namespace pantile;
using namespace support;

namespace {

template <element T>
eigen_matrix<T> orthogonal(index_t order, index_t columns, index_t seed) {
  return as_eigen(local_array<T, 2>(qr(matrix_of<T>(order, columns, seed)).q));
}
/// The columns scaled by 1 to 1 / condition, evenly spread on a logarithmic scale.
template <element T>
eigen_matrix<T> falling(eigen_matrix<T> m, double condition) {
  for (index_t j = 0; j < m.cols(); ++j) {
    double const power = m.cols() == 1 ? 0.0 : static_cast<double>(j) / static_cast<double>(m.cols() - 1);
    m.col(j) *= T(static_cast<real_t<T>>(std::pow(condition, -power)));
  }
  return m;
}
/// m x n with such singular values.
template <element T>
local_array<T, 2> conditioned(index_t m, index_t n, double condition) {
  index_t const k = std::min(m, n);
  return from_eigen<T>(
      times<T>(falling<T>(orthogonal<T>(m, k, 5), condition), adjoint<T>(orthogonal<T>(n, k, 6))));
}
/// Hermitian, with eigenvalues likewise.
template <element T>
local_array<T, 2> hermitian(index_t n, double condition) {
  eigen_matrix<T> const q = orthogonal<T>(n, n, 7);
  eigen_matrix<T> h = times<T>(falling<T>(q, condition), adjoint<T>(q));
  for (index_t i = 0; i < n; ++i)
    for (index_t j = 0; j <= i; ++j) h(i, j) = i == j ? T(std::real(h(i, i))) : conjugate(h(j, i));
  return from_eigen<T>(h);
}

/// True where a is b within `c` n epsilons of a size.
template <class T>
bool within(eigen_matrix<T> const& a, eigen_matrix<T> const& b, double size, index_t n, double c = 10) {
  double const epsilon = static_cast<double>(std::numeric_limits<real_t<T>>::epsilon());
  return distance(a, b) <= c * static_cast<double>(n) * epsilon * size;
}

/// diag(s), as the elements of a matrix.
template <class T, class R>
eigen_matrix<T> scaled_columns(eigen_matrix<T> u, R const& s) {
  for (index_t j = 0; j < u.cols(); ++j) u.col(j) *= T(s(j, 0));
  return u;
}

/// The tiling of the next of 12 cases, another one each time and another first one for the next 12: with every
/// type and both ways, every case meets every tiling.
tiling_rule next_tiling() {
  static int cases = 0;
  int const turn = cases + cases / 12;
  ++cases;
  return std::array{tiling::row(), tiling::column(), tiling::block()}[static_cast<std::size_t>(turn % 3)];
}

}  // namespace

TEMPLATE_TEST_CASE("factors give the matrix back, whatever its condition", "", float, double,
                   std::complex<float>, std::complex<double>) {
  using T = TestType;
  factorised const way(GENERATE(false, true));
  bool const single = sizeof(real_t<T>) == 4;
  for (double const condition : {1.0, 1e4, single ? 1e6 : 1e12})
    for (auto const& [m, n] : {std::pair{5, 5}, {13, 13}, {13, 4}, {4, 13}}) {
      auto const rule = next_tiling();
      INFO(m << " x " << n << ", condition " << condition << ", " << rule.name());
      auto const whole = conditioned<T>(m, n, condition);
      auto const a = spread(whole, rule);
      auto const w = as_eigen(whole);
      double const size = norm(w);
      index_t const k = std::max(m, n);
      auto const [q, r] = qr(a);
      CHECK(within<T>(times<T>(whole_of(q), whole_of(r)), w, size, k));
      CHECK(within<T>(times<T>(adjoint<T>(whole_of(q)), whole_of(q)),
                      eigen_matrix<T>::Identity(std::min(m, n), std::min(m, n)), 1, k));
      auto const [u, s, vh] = svd(a);
      CHECK(within<T>(times<T>(scaled_columns<T>(whole_of(u), whole_of(s)), whole_of(vh)), w, size, k));
      auto const [p, l, upper] = lu(a);
      CHECK(within<T>(times<T>(whole_of(p), times<T>(whole_of(l), whole_of(upper))), w, size, k, 100));
      if (m != n) continue;
      auto const b = matrix_of<T>(m, 2, 9);
      auto const x = whole_of(solve(a, spread(b, tiling::row())));
      CHECK(within<T>(times<T>(w, x), as_eigen(b), size * norm(x), k));
      auto const spd = hermitian<T>(n, condition);
      auto const h = as_eigen(spd);
      auto const [values, vectors] = eigh(spread(spd, rule));
      CHECK(within<T>(
          times<T>(scaled_columns<T>(whole_of(vectors), whole_of(values)), adjoint<T>(whole_of(vectors))), h,
          norm(h), k));
      if (condition > (single ? 1e5 : 1e13)) continue;  // it may well not be positive definite once rounded
      auto const c = whole_of(cholesky(spread(spd, rule)));
      CHECK(within<T>(times<T>(c, adjoint<T>(c)), h, norm(h), k));
      auto const y = whole_of(solve(spread(spd, rule), spread(b, tiling::row())));
      CHECK(within<T>(times<T>(h, y), as_eigen(b), norm(h) * norm(y), k));
    }
}

TEMPLATE_TEST_CASE("least squares are as good as they can be, whatever the condition", "", float, double,
                   std::complex<float>, std::complex<double>) {
  using T = TestType;
  factorised const way(GENERATE(false, true));
  bool const single = sizeof(real_t<T>) == 4;
  for (double const condition : {1.0, single ? 1e2 : 1e6, single ? 1e4 : 1e10})
    for (auto const& [m, n] : {std::pair{40, 3}, {13, 13}, {17, 7}}) {
      INFO(m << " x " << n << ", condition " << condition);
      auto const whole = conditioned<T>(m, n, condition);
      auto const b = matrix_of<T>(m, 2, 9);
      auto const w = as_eigen(whole);
      auto const x = whole_of(lstsq(spread(whole, tiling::row()), spread(b, tiling::row())).x);
      // The residual is orthogonal to the columns of A.
      eigen_matrix<T> const residual = times<T>(w, x) - as_eigen(b);
      CHECK(within<T>(times<T>(adjoint<T>(w), residual), eigen_matrix<T>::Zero(n, 2),
                      norm(w) * (norm(w) * norm(x) + norm(residual)), m, 100));
    }
}

TEMPLATE_TEST_CASE("large matrices in ScaLAPACK's usual blocks", "", double, std::complex<float>) {
  using T = TestType;
  auto const over_ranks = [](index_t rows, index_t columns) {
    return detail::is_together(world(), tiling::row().bind({rows, columns}, world().size()));
  };
  CHECK(over_ranks(257, 256) == (world().size() > 1));
  CHECK_FALSE(over_ranks(256, 256));
  factorised const way(true, detail::together().block);
  index_t const n = 130;  // no whole number of blocks
  auto const whole = conditioned<T>(n, n, 100), spd = hermitian<T>(n, 100), b = matrix_of<T>(n, 3, 9);
  auto const w = as_eigen(whole), h = as_eigen(spd);
  auto const serial = slogdet(whole);
  auto const rule = std::is_same_v<T, double> ? tiling::row() : tiling::block();
  auto const a = spread(whole, rule), s = spread(spd, rule), right = spread(b, tiling::row());
  auto const factors = lu(a);
  auto const p = whole_of(factors.p), l = whole_of(factors.l), u = whole_of(factors.u);
  if (my_turn()) CHECK(within<T>(times<T>(p, times<T>(l, u)), w, norm(w), n, 100));
  auto const x = whole_of(solve(a, right)), i = whole_of(inverse(a));
  if (my_turn()) CHECK(within<T>(times<T>(w, x), as_eigen(b), norm(w) * norm(x), n));
  if (my_turn()) CHECK(within<T>(times<T>(w, i), eigen_matrix<T>::Identity(n, n), norm(w) * norm(i), n));
  auto const [sign, logarithm] = slogdet(a);
  CHECK(std::abs(static_cast<double>(logarithm) - static_cast<double>(serial.logabsdet)) < 1e-2);
  CHECK(std::abs(sign - serial.sign) < 1e-3);
  auto const y = whole_of(lstsq(a, right).x), c = whole_of(cholesky(s));
  if (my_turn()) CHECK(within<T>(times<T>(w, y), as_eigen(b), 100 * norm(w) * norm(y), n));
  if (my_turn()) CHECK(within<T>(times<T>(c, adjoint<T>(c)), h, norm(h), n));
  auto const [eigenvalues, eigenvectors] = eigh(s);
  auto const values = whole_of(eigenvalues), vectors = whole_of(eigenvectors);
  if (my_turn())
    CHECK(within<T>(times<T>(scaled_columns<T>(vectors, values), adjoint<T>(vectors)), h, norm(h), n));
  auto const [q, r] = qr(a);
  auto const whole_q = whole_of(q), whole_r = whole_of(r);
  if (my_turn()) CHECK(within<T>(times<T>(whole_q, whole_r), w, norm(w), n));
  auto const parts = svd(a);
  auto const left = whole_of(parts.u), sigma = whole_of(parts.s), across = whole_of(parts.vh);
  if (my_turn()) CHECK(within<T>(times<T>(scaled_columns<T>(left, sigma), across), w, norm(w), n));
}
