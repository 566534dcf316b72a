// Factorisations of matrices, by what they must give: the matrix again, orthonormal and triangular factors.
#include "support/linalg_cases.hpp"

#include <pantile/ops/factorise.hpp>

#include <complex>

using namespace pantile;
using namespace support;

namespace {

template <class T>
eigen_matrix<T> eye(index_t n) {
  return eigen_matrix<T>::Identity(n, n);
}
template <class T>
bool is_upper(eigen_matrix<T> const& m) {
  for (index_t i = 0; i < m.rows(); ++i)
    for (index_t j = 0; j < std::min<index_t>(i, m.cols()); ++j)
      if (m(i, j) != T(0)) return false;
  return true;
}

/// Every factorisation of `a` (an array, local array or expression) whose elements are `whole`.
template <class T, class A>
void check_general(A const& a, local_array<T, 2> const& whole) {
  using R = real_t<T>;
  auto const m = as_eigen(whole);
  index_t const rows = m.rows(), k = std::min(m.rows(), m.cols());

  auto const [q, r] = qr(a);
  CHECK(near<T>(whole_of(q) * whole_of(r), m));
  CHECK(near<T>(whole_of(q).adjoint() * whole_of(q), eye<T>(k)));
  CHECK(is_upper<T>(whole_of(r)));

  auto const [p, l, u] = lu(a);
  CHECK(near<T>(whole_of(p) * whole_of(l) * whole_of(u), m));
  CHECK(near<T>(whole_of(p).adjoint() * whole_of(p), eye<T>(rows)));
  CHECK(is_upper<T>(whole_of(u)));
  CHECK(is_upper<T>(whole_of(l).transpose()));
  for (index_t i = 0; i < k; ++i) CHECK(whole_of(l)(i, i) == T(1));

  auto const [left, s, vh] = svd(a);
  eigen_matrix<R> const values = whole_of(s);
  CHECK(near<T>(whole_of(left) * values.col(0).template cast<T>().asDiagonal() * whole_of(vh), m));
  CHECK(near<T>(whole_of(left).adjoint() * whole_of(left), eye<T>(k)));
  CHECK(near<T>(whole_of(vh) * whole_of(vh).adjoint(), eye<T>(k)));
  for (index_t i = 1; i < k; ++i) CHECK(values(i - 1, 0) >= values(i, 0));
  CHECK(near<R>(whole_of(svdvals(a)), values));
  if (k > 0) {
    eigen_matrix<R> const expected = Eigen::JacobiSVD<eigen_matrix<T>>(m).singularValues();
    CHECK(near<R>(values, expected));
  }
}

/// `a` is Hermitian positive definite.
template <class T, class A>
void check_definite(A const& a, local_array<T, 2> const& whole) {
  using R = real_t<T>;
  auto const m = as_eigen(whole);
  eigen_matrix<T> const l = whole_of(cholesky(a));
  CHECK(near<T>(l * l.adjoint(), m));
  CHECK(is_upper<T>(l.transpose()));
  for (index_t i = 0; i < l.rows(); ++i) CHECK(std::real(l(i, i)) > 0);

  auto const [w, v] = eigh(a);
  eigen_matrix<R> const values = whole_of(w);
  eigen_matrix<T> const vectors = whole_of(v);
  CHECK(near<T>(vectors * values.col(0).template cast<T>().asDiagonal() * vectors.adjoint(), m));
  CHECK(near<T>(vectors.adjoint() * vectors, eye<T>(m.rows())));
  for (index_t i = 1; i < values.rows(); ++i) CHECK(values(i - 1, 0) <= values(i, 0));
  CHECK(near<R>(whole_of(eigvalsh(a)), values));
}

constexpr index_t shapes[][2] = {{0, 0}, {0, 3}, {3, 0}, {1, 1}, {1, 5}, {5, 1}, {6, 6}, {17, 5}, {4, 13}};

template <class T>
void check_type() {
  INFO(dtype_name(dtype_of<T>));
  auto const general = matrix_of<T>(9, 6);
  auto const definite = definite_of<T>(7);
  check_general<T>(general, general);
  check_general<T>(spread(general, tiling::block()), general);
  check_definite<T>(definite, definite);
  check_definite<T>(spread(definite, tiling::column()), definite);
}

}  // namespace

TEST_CASE("factors of local and distributed matrices, tall, wide, square and empty") {
  for (auto const& [m, n] : shapes) {
    INFO(m << " x " << n);
    auto const whole = matrix_of<double>(m, n);
    check_general<double>(whole, whole);
    check_general<double>(spread(whole, tiling::row()), whole);
  }
  for (index_t const n : {0, 1, 2, 11}) {
    auto const whole = definite_of<double>(n);
    check_definite<double>(whole, whole);
    check_definite<double>(spread(whole, tiling::row()), whole);
  }
}

TEST_CASE("factors do not depend on the tiling, to the last bit") {
  auto const whole = matrix_of<double>(7, 5), square = definite_of<double>(6);
  auto const [q, r] = qr(whole);
  auto const [w, v] = eigh(square);
  static_assert(std::is_same_v<decltype(q), local_array<double, 2> const>);
  for (tiling const& t : usual_tilings(extents(whole.shape()))) {
    INFO(to_string(t));
    auto const [dq, dr] = qr(spread(whole, t));
    static_assert(std::is_same_v<decltype(dq), array<double, 2> const>);
    CHECK(dq.tiling().is_replicated());
    CHECK(is_part_of(dq, q));
    CHECK(is_part_of(dr, r));
  }
  for (tiling const& t : usual_tilings(extents(square.shape()))) {
    INFO(to_string(t));
    auto const [dw, dv] = eigh(spread(square, t));
    CHECK(is_part_of(dw, w));
    CHECK(is_part_of(dv, v));
    CHECK(is_part_of(eval(cholesky(spread(square, t))), local_array<double, 2>(cholesky(square))));
  }
}

TEST_CASE("factors of every element type, and of expressions") {
  check_type<float>();
  check_type<std::complex<float>>();
  check_type<std::complex<double>>();
  auto const ints = matrix_of<std::int32_t>(5, 4);
  local_array<double, 2> const numbers = cast<double>(ints);
  check_general<double>(spread(ints, tiling::row()), numbers);
  check_general<double>(spread(ints, tiling::row()) * 0.5, local_array<double, 2>(numbers * 0.5));
  check_general<double>(transpose(spread(ints, tiling::block())), transposed(numbers));
  auto const flags = matrix_of<bool>(4, 4);
  check_general<double>(flags, local_array<double, 2>(cast<double>(flags)));
}

TEST_CASE("only the lower triangle counts for Hermitian matrices") {
  auto whole = definite_of<double>(6);
  auto const expected = whole_of(cholesky(whole)), values = whole_of(eigvalsh(whole));
  for (index_t i = 0; i < 6; ++i)
    for (index_t j = i + 1; j < 6; ++j) whole(i, j) = std::numeric_limits<double>::quiet_NaN();
  CHECK(near<double>(whole_of(cholesky(whole)), expected));
  CHECK(near<double>(whole_of(eigvalsh(spread(whole, tiling::row()))), values));
}

TEST_CASE("errors of factorisations arrive on every rank and say what is wrong") {
  auto whole = definite_of<double>(6);
  whole(3, 3) = -1;
  auto const a = spread(whole, tiling::row());
  auto const wide = spread(matrix_of<double>(3, 5), tiling::column());
  CHECK(thrown_by([&] { eval(cholesky(a)); }) == "linalg_error");
  try {
    eval(cholesky(a));
    FAIL("no error");
  } catch (linalg_error const& e) {
    CHECK(e.message().find("leading minor of order 4") != std::string::npos);
  }
  CHECK(thrown_by([&] { cholesky(wide); }) == "shape_error");
  CHECK(thrown_by([&] { eigh(wide); }) == "shape_error");
  CHECK(thrown_by([&] { eigvalsh(wide); }) == "shape_error");
  whole(2, 1) = std::numeric_limits<double>::infinity();
  auto const infinite = spread(whole, tiling::row());
  CHECK(thrown_by([&] { svd(infinite); }) == "linalg_error");
  CHECK(thrown_by([&] { eval(svdvals(infinite)); }) == "linalg_error");
  CHECK(thrown_by([&] { eigh(infinite); }) == "linalg_error");
  CHECK(thrown_by([&] { svd(whole); }) == "linalg_error");
  CHECK(thrown_by([&] { qr(infinite); }).empty());
}

TEST_CASE("where the ranks compute different bits, all take the result of rank 0") {
  auto mine = detail::replicated_leaf<double, 1>({3}, world());
  detail::compute_alike(
      world(), std::source_location::current(),
      [&] { std::fill_n(detail::elements_of(mine), 3, 1.0 + world().rank()); }, mine);
  CHECK(mine.data()[2] == 1.0);
}
