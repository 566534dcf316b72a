// Linear systems, inverses, determinants, least squares, against Eigen.
// ctest: RELEASE_ONLY
#include "mpi/linalg/cases.hpp"

#include <pantile/ops/assign_view.hpp>
#include <pantile/ops/linalg.hpp>

#include <Eigen/LU>
#include <Eigen/QR>

#include <complex>

using namespace pantile;
using namespace support;

namespace {

/// By elimination with the largest pivots.
template <class T>
T determinant(eigen_matrix<T> m) {
  T det(1);
  for (index_t k = 0; k < m.rows(); ++k) {
    index_t pivot = k;
    for (index_t i = k; i < m.rows(); ++i)
      if (std::abs(m(i, k)) > std::abs(m(pivot, k))) pivot = i;
    if (pivot != k) {
      for (index_t j = 0; j < m.cols(); ++j) std::swap(m(k, j), m(pivot, j));
      det = -det;
    }
    det *= m(k, k);
    for (index_t i = k + 1; i < m.rows(); ++i) {
      T const factor = m(i, k) / m(k, k);
      for (index_t j = k; j < m.cols(); ++j) m(i, j) -= factor * m(k, j);
    }
  }
  return det;
}

local_array<double, 1> vector_of(index_t n, index_t seed = 5) { return samples<double>(shape_of<1>{n}, seed); }

/// A x - b small beside |A| |x|.
template <class T>
bool solves(local_array<T, 2> const& a, eigen_matrix<T> const& x, eigen_matrix<T> const& b) {
  auto const m = as_eigen(a);
  return near<T>(times(m, x), b, norm(m) * norm(x));
}

template <class T>
void check_solves() {
  INFO(dtype_name(dtype_of<T>));
  for (auto const& whole : {matrix_of<T>(8, 8), definite_of<T>(8)}) {
    auto const b = matrix_of<T>(8, 3, 2);
    auto const a = spread(whole, tiling::row());
    CHECK(solves<T>(whole, whole_of(solve(a, b)), as_eigen(b)));
    CHECK(solves<T>(whole, whole_of(inverse(a)), eigen_matrix<T>::Identity(8, 8)));
    auto const expected = determinant<T>(as_eigen(whole));
    CHECK(std::abs(det(a) - expected) <= 1e-4 * std::abs(expected));
    auto const [sign, log] = slogdet(a);
    CHECK(std::abs(sign * std::exp(log) - expected) <= 1e-4 * std::abs(expected));
    CHECK(near<T>(times<T>(whole_of(pinv(a)), times(as_eigen(whole), as_eigen(b))), as_eigen(b), 1e3));
  }
}

}  // namespace

TEST_CASE("solutions of systems, every tiling, one and several right-hand sides") {
  factorised const way(GENERATE(false, true));
  for (index_t const n : {0, 1, 2, 9})
    for (auto const& whole : {matrix_of<double>(n, n), definite_of<double>(n)}) {
      auto const v = vector_of(n);
      auto const b = matrix_of<double>(n, 3, 2);
      CHECK(solves<double>(whole, whole_of(solve(whole, v)), as_eigen(v)));
      for (auto const& rule : usual_rules(2)) {
        INFO(n << " " << rule.name());
        auto const a = spread(whole, rule);
        auto const db = spread(b, rule);
        CHECK(solves<double>(whole, whole_of(eval(solve(a, v))), as_eigen(v)));
        CHECK(solves<double>(whole, whole_of(eval(solve(a, spread(v, tiling::row())))), as_eigen(v)));
        CHECK(solves<double>(whole, whole_of(eval(solve(a, db))), as_eigen(b)));
        CHECK(solves<double>(whole, whole_of(eval(solve(whole, db))), as_eigen(b)));
        CHECK(
            solves<double>(transposed(whole), whole_of(eval(solve(transpose(a), db * 2.0))), 2 * as_eigen(b)));
      }
    }
}

TEST_CASE("a small matrix and many right-hand sides: each rank solves for its own") {
  index_t const n = 5, k = 20'000;
  auto const whole = matrix_of<double>(n, n), b = matrix_of<double>(n, k, 3);
  for (auto const& rule : {tiling::row(), tiling::column(), tiling::block()}) {
    INFO(rule.name());
    auto const db = spread(b, rule);
    for (auto const& a : {spread(whole, tiling::row()), spread(whole, tiling::replicated())}) {
      traffic const before = world().counters();
      auto const x = eval(solve(a, db));
      index_t const received = (world().counters() - before).bytes_received;
      CHECK(received <= (n * n + 2 * n * k / world().size() + n) * 8);
      if (rule.name() == tiling::column().name()) CHECK(received <= n * n * 8);
      CHECK(solves<double>(whole, whole_of(x), as_eigen(b)));
    }
    CHECK(solves<double>(whole, whole_of(eval(solve(whole, db))), as_eigen(b)));
    auto spoilt = b;
    spoilt(2, k - 1) = not_a_number;
    CHECK(thrown_by([&] { eval(solve(spread(whole, tiling::row()), spread(spoilt, rule))); }) ==
          "linalg_error");
    CHECK(thrown_by([&] { eval(solve(local_array<double, 2>({n, n}, 1.0), db)); }) == "linalg_error");
  }
}

TEST_CASE("systems of every element type") {
  factorised const way(GENERATE(false, true));
  check_solves<float>();
  check_solves<double>();
  check_solves<std::complex<float>>();
  check_solves<std::complex<double>>();
  auto const ints =
      made<std::int32_t>(shape_of<2>{2, 2}, [](any_index const& i) { return i[0] == i[1] ? 2 : 1; });
  CHECK(det(spread(ints, tiling::row())) == Approx(3));
  static_assert(std::is_same_v<value_of<decltype(solve(ints, matrix_of<float>(2, 1)))>, double>);
}

TEST_CASE("symmetric matrices that are not positive definite are solved by LU") {
  factorised const way(GENERATE(false, true));
  auto whole = definite_of<double>(7);
  for (index_t const at : {0, 3, 6}) {
    auto indefinite = whole;
    indefinite(at, at) = at == 0 ? -1 : 1e-3;
    auto const b = matrix_of<double>(7, 2, 4);
    CHECK(solves<double>(indefinite, whole_of(solve(indefinite, b)), as_eigen(b)));
    CHECK(solves<double>(indefinite, whole_of(solve(spread(indefinite, tiling::row()), b)), as_eigen(b)));
  }
}

TEST_CASE("dot(inverse(A), b) is solve(A, b), dot(b, inverse(A)) the transposed one") {
  factorised const way(GENERATE(false, true));
  auto const whole = matrix_of<double>(6, 6);
  auto const b = matrix_of<double>(6, 4, 2), bt = transposed(b);
  auto const v = vector_of(6);
  eigen_matrix<double> const literal = as_eigen(whole).inverse();
  for (auto const& rule : usual_rules(2)) {
    INFO(rule.name());
    auto const a = spread(whole, rule), db = spread(b, rule), dbt = spread(bt, rule);
    local_array<double, 2> const rewritten = dot(inverse(a), db);
    CHECK(is_same(rewritten, local_array<double, 2>(solve(a, db))));
    CHECK(near<double>(as_eigen(rewritten), times(literal, as_eigen(b)), 100));
    CHECK(near<double>(whole_of(dot(dbt, inverse(a))), times(as_eigen(bt), literal), 100));
    CHECK(near<double>(whole_of(dot(inverse(a), v)), times(literal, as_eigen(v)), 100));
    CHECK(near<double>(whole_of(dot(v, inverse(a))), times(adjoint(literal), as_eigen(v)), 100));
    CHECK(near<double>(whole_of(dot(inverse(a), inverse(a))), times(literal, literal), 100));
    CHECK(near<double>(whole_of(dot(inverse(a), diag(v))),
                       times(literal, as_eigen(local_array<double, 2>(diag(v)))), 100));
    // Elsewhere it is a matrix.
    CHECK(near<double>(whole_of(inverse(a) + db(every, range(0, 1))),
                       literal + as_eigen(b).col(0).replicate(1, 6), 100));
  }
}

TEST_CASE("determinants") {
  factorised const way(GENERATE(false, true));
  for (index_t const n : {0, 1, 2, 5, 8}) {
    auto const whole = matrix_of<double>(n, n);
    double const expected = n == 0 ? 1 : determinant<double>(as_eigen(whole));
    for (auto const& rule : usual_rules(2)) {
      auto const a = spread(whole, rule);
      CHECK(det(a) == Approx(expected));
      auto const [sign, log] = slogdet(a);
      CHECK(sign * std::exp(log) == Approx(expected));
    }
    CHECK(det(whole) == Approx(expected));
  }
  local_array<double, 2> const singular({3, 3}, 1.0);
  CHECK(det(singular) == 0);
  CHECK(slogdet(singular).sign == 0);
  CHECK(slogdet(singular).logabsdet == -std::numeric_limits<double>::infinity());
  local_array<double, 2> const large = 1e10 * identity<double>(100);
  CHECK(slogdet(large).logabsdet == Approx(1000 * std::log(10.0)));
}

TEST_CASE("least squares of full and of lower rank, every tiling") {
  factorised const way(GENERATE(false, true));
  for (auto const& [m, n] : {std::pair{9, 4}, {4, 9}, {5, 5}, {1, 3}, {3, 1}, {0, 2}, {2, 0}}) {
    auto whole = matrix_of<double>(m, n);
    auto const b = matrix_of<double>(m, 2, 3);
    eigen_matrix<double> expected = eigen_matrix<double>::Zero(n, 2);
    if (m > 0 && n > 0)
      expected =
          Eigen::CompleteOrthogonalDecomposition<eigen_matrix<double>>(as_eigen(whole)).solve(as_eigen(b));
    for (auto const& rule : usual_rules(2)) {
      INFO(m << " x " << n << " " << rule.name());
      auto const a = spread(whole, rule);
      auto const db = spread(b, rule);
      auto const [x, residuals, rank, s] = lstsq(a, db);
      CHECK(near<double>(whole_of(x), expected, 100));
      CHECK(rank == std::min(m, n));
      CHECK(s.extent(0) == std::min(m, n));
      CHECK(residuals.extent(0) == (m > n && rank == n ? 2 : 0));
      if (residuals.extent(0) > 0) {
        eigen_matrix<double> const r = times(as_eigen(whole), expected) - as_eigen(b);
        CHECK(residuals.data()[1] == Approx(r.col(1).squaredNorm()).margin(1e-12));
      }
    }
  }
  local_array<double, 2> const twice({4, 2}, 1.0);  // rank 1
  auto const [x, residuals, rank, s] = lstsq(twice, local_array<double, 1>({4}, 3.0));
  CHECK(rank == 1);
  CHECK(residuals.count() == 0);
  CHECK(x(0) == Approx(1.5));
  CHECK(x(1) == Approx(1.5));
  CHECK(lstsq(twice, local_array<double, 2>({4, 0}, 0.0)).rank == 1);
}

TEST_CASE("pseudo-inverse, rank, condition") {
  factorised const way(GENERATE(false, true));
  for (auto const& [m, n] : {std::pair{7, 3}, {3, 7}, {4, 4}, {1, 1}, {0, 3}, {3, 0}}) {
    auto const whole = matrix_of<double>(m, n);
    auto const a = spread(whole, tiling::block());
    eigen_matrix<double> const p = whole_of(pinv(a));
    auto const w = as_eigen(whole);
    CHECK(p.rows() == n);
    CHECK(near<double>(times(w, times(p, w)), w, 100));
    CHECK(near<double>(times(p, times(w, p)), p, 100));
    CHECK(near<double>(adjoint(times(w, p)), times(w, p), 100));
    CHECK(matrix_rank(a) == std::min(m, n));
  }
  local_array<double, 2> const ones_matrix({5, 3}, 1.0);
  CHECK(matrix_rank(ones_matrix) == 1);
  CHECK(matrix_rank(spread(ones_matrix, tiling::row())) == 1);
  CHECK(matrix_rank(local_array<double, 2>({2, 2}, 0.0)) == 0);
  CHECK(near<double>(whole_of(pinv(ones_matrix)), as_eigen(local_array<double, 2>({3, 5}, 1.0 / 15))));
  CHECK(cond(local_array<double, 2>(2.0 * identity<double>(4))) == Approx(1));
  CHECK(cond(spread(local_array<double, 2>({2, 2}, 0.0), tiling::row())) ==
        std::numeric_limits<double>::infinity());
  CHECK(thrown_by([] { cond(local_array<double, 2>({0, 2})); }) == "linalg_error");
}

TEST_CASE("powers of matrices") {
  auto const whole = matrix_of<double>(5, 5);
  auto const w = as_eigen(whole);
  eigen_matrix<double> const inverted = w.inverse();
  for (auto const& rule : usual_rules(2)) {
    auto const a = spread(whole, rule);
    CHECK(near<double>(whole_of(matrix_power(a, 0)), eigen_matrix<double>::Identity(5, 5)));
    CHECK(near<double>(whole_of(matrix_power(a, 1)), w));
    CHECK(near<double>(whole_of(matrix_power(a, 5)), times(w, times(times(w, w), times(w, w)))));
    CHECK(near<double>(whole_of(matrix_power(a, -2)), times(inverted, inverted), 100));
  }
  CHECK(near<double>(whole_of(matrix_power(whole, 3)), times(w, times(w, w))));
  auto const ints = spread(local_array<std::int64_t, 2>({2, 2}, 1), tiling::row());
  CHECK(is_part_of(eval(matrix_power(ints, 10)), local_array<std::int64_t, 2>({2, 2}, 512)));
  CHECK(thrown_by([&] { matrix_power(ints, -1); }) == "domain_error");
  CHECK(thrown_by([&] { matrix_power(matrix_of<double>(2, 3), 2); }) == "shape_error");
}

TEST_CASE("errors of systems arrive on every rank and say what is wrong") {
  factorised const way(GENERATE(false, true));
  auto whole = matrix_of<double>(4, 4);
  for (index_t i = 0; i < 4; ++i) whole(i, 2) = 0;
  auto const a = spread(whole, tiling::row());
  auto const b = ones<double>(world(), {4}, tiling::row());
  CHECK(thrown_by([&] { lstsq(a, b * infinity); }) == "linalg_error");
  auto const wide = ones<double>(world(), {4, 5}, tiling::column());
  try {
    eval(solve(a, b));
    FAIL("no error");
  } catch (linalg_error const& e) {
    CHECK(e.message().find("pivot 3 of 4") != std::string::npos);
    CHECK(e.location().find("linalg/solve_test.cpp") != std::string::npos);
  }
  CHECK(thrown_by([&] { solve(whole, b); }).empty());  // not carried out
  CHECK(thrown_by([&] { local_array<double, 1>(solve(whole, local_array<double, 1>({4}, 1.0))); }) ==
        "linalg_error");
  CHECK(thrown_by([&] { eval(inverse(a)); }) == "linalg_error");
  CHECK(thrown_by([&] { eval(dot(inverse(a), b)); }) == "linalg_error");
  CHECK(thrown_by([&] { solve(wide, b); }) == "shape_error");
  CHECK(thrown_by([&] { solve(a, ones<double>(world(), {5}, tiling::row())); }) == "shape_error");
  CHECK(thrown_by([&] { dot(inverse(a), ones<double>(world(), {5}, tiling::row())); }) == "shape_error");
  CHECK(thrown_by([&] { inverse(wide); }) == "shape_error");
  CHECK(thrown_by([&] { det(wide); }) == "shape_error");
  CHECK(thrown_by([&] { slogdet(wide); }) == "shape_error");
  CHECK(thrown_by([&] { lstsq(a, ones<double>(world(), {3}, tiling::row())); }) == "shape_error");
  whole(1, 1) = std::numeric_limits<double>::quiet_NaN();
  CHECK(thrown_by([&] { lstsq(whole, b); }) == "linalg_error");
  auto const other = world().dup();
  CHECK(thrown_by([&] { eval(solve(a + identity<double>(4), ones<double>(other, {4}, tiling::row()))); }) ==
        "tiling_error");
}
