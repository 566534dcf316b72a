// Factorisations of matrices, by what they must give: the matrix again, orthonormal and triangular factors.
// ctest: RELEASE_ONLY
#include "mpi/linalg/cases.hpp"

#include <pantile/ops/eig.hpp>
#include <pantile/ops/pca.hpp>
#include <pantile/ops/randomized_svd.hpp>
#include <pantile/ops/solve.hpp>

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

template <class T>
using reals = eigen_matrix<real_t<T>>;

/// a diag(s) b.
template <class T>
eigen_matrix<T> scaled_product(eigen_matrix<T> a, reals<T> const& s, eigen_matrix<T> const& b) {
  for (index_t i = 0; i < a.rows(); ++i)
    for (index_t j = 0; j < a.cols(); ++j) a(i, j) *= s(j, 0);
  return times(a, b);
}
/// What rounding may change of eigenvalues: of the largest one.
template <class T>
auto rounding_of(eigen_matrix<std::complex<real_t<T>>> const& w) {
  return std::numeric_limits<real_t<T>>::epsilon() * (1 + static_cast<real_t<T>>(norm(w)));
}
template <class T>
bool orthonormal(eigen_matrix<T> const& q) {
  return near<T>(times(adjoint(q), q), eye<T>(q.cols()));
}
template <class T>
void check_qr(eigen_matrix<T> const& m, eigen_matrix<T> const& q, eigen_matrix<T> const& r) {
  CHECK(q.cols() == std::min(m.rows(), m.cols()));
  CHECK(near<T>(times(q, r), m));
  CHECK(orthonormal(q));
  CHECK(is_upper(r));
}
template <class T>
void check_lu(eigen_matrix<T> const& m, eigen_matrix<T> const& p, eigen_matrix<T> const& l,
              eigen_matrix<T> const& u) {
  CHECK(near<T>(times(p, times(l, u)), m));
  CHECK(orthonormal(p));
  CHECK(is_upper(u));
  CHECK(is_upper(adjoint(l)));
  for (index_t i = 0; i < l.cols(); ++i) CHECK(l(i, i) == T(1));
}
template <class T>
void check_svd(eigen_matrix<T> const& m, eigen_matrix<T> const& u, reals<T> const& s, eigen_matrix<T> const& vh,
               reals<T> const& values) {
  CHECK(near<T>(scaled_product<T>(u, s, vh), m));
  CHECK(orthonormal(u));
  CHECK(orthonormal(adjoint(vh)));
  for (index_t i = 1; i < s.rows(); ++i) CHECK(s(i - 1, 0) >= s(i, 0));
  for (index_t i = 0; i < s.rows(); ++i) CHECK(s(i, 0) >= 0);
  CHECK(near<real_t<T>>(values, s));
}
template <class T>
void check_cholesky(eigen_matrix<T> const& m, eigen_matrix<T> const& l) {
  CHECK(near<T>(times(l, adjoint(l)), m));
  CHECK(is_upper(adjoint(l)));
  for (index_t i = 0; i < l.rows(); ++i) CHECK(std::real(l(i, i)) > 0);
}
template <class T>
void check_eigh(eigen_matrix<T> const& m, reals<T> const& w, eigen_matrix<T> const& v, reals<T> const& values) {
  CHECK(near<T>(scaled_product<T>(v, w, adjoint(v)), m));
  CHECK(orthonormal(v));
  for (index_t i = 1; i < w.rows(); ++i) CHECK(w(i - 1, 0) <= w(i, 0));
  CHECK(near<real_t<T>>(values, w));
}

/// Every factorisation of `a` (an array, local array or expression) whose elements are `whole`.
template <class T, class A>
void check_general(A const& a, local_array<T, 2> const& whole) {
  auto const m = as_eigen(whole);
  auto const [q, r] = qr(a);
  check_qr<T>(m, whole_of(q), whole_of(r));
  auto const [p, l, u] = lu(a);
  check_lu<T>(m, whole_of(p), whole_of(l), whole_of(u));
  auto const [left, s, vh] = svd(a);
  check_svd<T>(m, whole_of(left), whole_of(s), whole_of(vh), whole_of(svdvals(a)));
}

/// `a` is Hermitian positive definite.
template <class T, class A>
void check_definite(A const& a, local_array<T, 2> const& whole) {
  auto const m = as_eigen(whole);
  check_cholesky<T>(m, whole_of(cholesky(a)));
  auto const [w, v] = eigh(a);
  check_eigh<T>(m, whole_of(w), whole_of(v), whole_of(eigvalsh(a)));
}

/// `a` (an array, local array or expression) is square; `whole`: its elements.
template <class T, class A>
void check_eig(A const& a, local_array<T, 2> const& whole) {
  using C = std::complex<real_t<T>>;
  auto const m = as_eigen(local_array<C, 2>(cast<C>(whole)));
  auto const [values, vectors] = eig(a);
  auto const w = whole_of(values), v = whole_of(vectors);
  eigen_matrix<C> scaled = v;
  for (index_t i = 0; i < v.rows(); ++i)
    for (index_t j = 0; j < v.cols(); ++j) scaled(i, j) *= w(j, 0);
  CHECK(near<C>(times(m, v), scaled));
  for (index_t j = 0; j < v.cols(); ++j) CHECK(std::abs(v.col(j).norm() - 1) < 1e-5);
  // The values alone may come in another order.
  auto const alone = whole_of(eigvals(a));
  REQUIRE(alone.rows() == w.rows());
  for (index_t j = 0; j < w.rows(); ++j) {
    auto nearest = std::numeric_limits<real_t<T>>::max();
    for (index_t k = 0; k < w.rows(); ++k) nearest = std::min(nearest, std::abs(alone(k, 0) - w(j, 0)));
    CHECK(nearest <= 2000 * rounding_of<T>(w));
  }
}

constexpr index_t shapes[][2] = {{0, 0}, {0, 3}, {3, 0}, {1, 1}, {1, 5}, {5, 1}, {6, 6}, {17, 5}, {4, 13}};

template <class T>
void check_factorisations() {
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
  factorised const way(GENERATE(false, true));
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

TEST_CASE("tall and wide matrices of any rank, in pieces and by a tree") {
  factorised const way(true);
  for (auto const& [m, n] : {std::pair{40, 3}, {37, 4}, {100, 1}, {9, 1}, {60, 6}}) {
    auto const full = matrix_of<double>(m, n);
    auto lower = full;  // equal columns, rows of zeros at the beginning
    for (index_t i = 0; i < m; ++i)
      for (index_t j = 0; j < n; ++j) lower(i, j) = i < 12 ? 0 : full(i, j / 2);
    for (auto const& whole : {full, lower})
      for (tiling const& t : usual_tilings(extents(whole.shape()))) {
        INFO(to_string(t));
        auto const a = spread(whole, t);
        check_general<double>(a, whole);
        check_general<double>(transpose(a), transposed(whole));
      }
  }
  // Many pieces.
  index_t const m = 5000, n = 7;
  auto const long_one = matrix_of<float>(m, n);
  auto const [q, r] = qr(spread(long_one, tiling::row()));
  check_qr<float>(as_eigen(long_one), whole_of(q), whole_of(r));
}

TEMPLATE_TEST_CASE("tall matrices of every condition and scale", "", float, double, std::complex<float>,
                   std::complex<double>) {
  using T = TestType;
  factorised const way(true);
  index_t const m = 300, n = 5;
  auto const u = as_eigen(local_array<T, 2>(qr(matrix_of<T>(m, n, 3)).q)),
             v = as_eigen(local_array<T, 2>(qr(matrix_of<T>(n, n, 4)).q));
  for (double const step : {1.0, 0.1, 1e-2, 1e-3})  // condition step^-4
    for (double const scale : {1.0, 1e-12, 1e12}) {
      INFO("condition " << std::pow(step, -4) << ", scale " << scale);
      reals<T> values(n, 1);
      for (index_t i = 0; i < n; ++i)
        values(i, 0) = static_cast<real_t<T>>(scale * std::pow(step, static_cast<double>(i)));
      auto const whole = from_eigen<T>(scaled_product<T>(u, values, adjoint(v)));
      auto const [q, r] = qr(spread(whole, tiling::row()));
      auto const w = as_eigen(whole);
      CHECK(orthonormal<T>(whole_of(q)));
      CHECK(distance(times(whole_of(q), whole_of(r)), w) <=
            50 * std::numeric_limits<real_t<T>>::epsilon() * norm(w));
      CHECK(is_upper<T>(whole_of(r)));
      auto const s = whole_of(svdvals(spread(whole, tiling::row())));
      CHECK(distance(s, values) <= 50 * std::numeric_limits<real_t<T>>::epsilon() * norm(values));
    }
}

TEST_CASE("ranks in different factorisations are told so, and do not wait for each other") {
  if (world().size() == 1) return;
  factorised const way(true);
  auto const a = spread(definite_of<double>(12), tiling::row());
  bool const first = world().rank() == 0;
  CHECK(thrown_by([&] { first ? (void)eval(inverse(a)) : (void)svd(a); }) == "divergence_error");
  CHECK(thrown_by([&] { first ? (void)lu(a) : (void)qr(a); }) == "divergence_error");
  CHECK(thrown_by([&] { first ? (void)eigh(a) : (void)eval(cholesky(a)); }) == "divergence_error");
  CHECK(thrown_by([&] { first ? (void)eval(svdvals(a)) : (void)svd(a); }) == "divergence_error");
}

TEST_CASE("principal components: orthonormal, of the variances that the scores have, the largest there are") {
  factorised const way(GENERATE(false, true));
  for (auto const& [m, n] : {std::pair{2, 3}, {7, 5}, {5, 7}, {90, 4}, {3, 0}}) {
    auto const whole = local_array<double, 2>(matrix_of<double>(m, n) + 100.0);
    index_t const most = std::min(m, n);
    auto const reference = svd(local_array<double, 2>(whole - mean(whole, 0)));
    for (auto const& rule : {tiling::row(), tiling::column(), tiling::block(), tiling::replicated()})
      for (index_t const k : {index_t{0}, std::min<index_t>(1, most), most}) {
        INFO(m << " x " << n << ", " << k << " components, " << rule.name());
        auto const a = spread(whole, rule);
        auto const [components, variances, middle, total] = pca(a, k);
        auto const c = whole_of(components), v = whole_of(variances);
        CHECK(near<double>(times(c, adjoint(c)), eigen_matrix<double>::Identity(k, k)));
        CHECK(near<double>(whole_of(middle), whole_of(mean(whole, 0))));
        double all = 0;
        for (index_t i = 0; i < most; ++i) all += reference.s(i) * reference.s(i) / static_cast<double>(m - 1);
        CHECK(total == Approx(all));
        auto const scores = whole_of(dot(a - middle, transpose(components)));
        for (index_t j = 0; j < k; ++j) {
          double const expected = reference.s(j) * reference.s(j) / static_cast<double>(m - 1);
          CHECK(v(j, 0) == Approx(expected).margin(1e-12));
          CHECK(scores.col(j).squaredNorm() / static_cast<double>(m - 1) == Approx(expected).margin(1e-12));
          CHECK(std::abs(scores.col(j).sum()) < 1e-9);
          index_t at = 0;
          for (index_t i = 1; i < n; ++i)
            if (std::abs(c(j, i)) > std::abs(c(j, at))) at = i;
          CHECK(c(j, at) > 0);
        }
      }
    // Few rows span one direction less once their mean is gone: the last component is any that is orthogonal.
    index_t const unique = most - (m <= n);
    CHECK(near<double>(whole_of(pca(whole, unique).components),
                       whole_of(pca(spread(whole, tiling::row()), unique).components), 1e3));
    CHECK(thrown_by([&] { pca(whole, most + 1); }) == "index_error");
  }
  CHECK(thrown_by([&] { pca(matrix_of<double>(1, 4), 1); }) == "shape_error");
}

TEST_CASE("randomized_svd finds the largest singular values and their vectors") {
  factorised const way(GENERATE(false, true));
  // Singular values 1, 1/2, 1/4, ...
  auto const left = as_eigen(local_array<double, 2>(qr(matrix_of<double>(40, 12, 3)).q));
  auto const right = as_eigen(local_array<double, 2>(qr(matrix_of<double>(25, 12, 4)).q));
  reals<double> values(12, 1);
  for (index_t i = 0; i < 12; ++i) values(i, 0) = std::pow(0.5, static_cast<double>(i));
  auto const whole = from_eigen<double>(scaled_product<double>(left, values, adjoint(right)));
  for (auto const& t : usual_tilings(extents(whole.shape()))) {
    INFO(to_string(t));
    auto const [u, s, vh] = randomized_svd(spread(whole, t), 4);
    CHECK(u.shape() == shape_of<2>{40, 4});
    CHECK(vh.shape() == shape_of<2>{4, 25});
    CHECK(near<double>(whole_of(s), values.topRows(4)));
    CHECK(orthonormal<double>(whole_of(u)));
    // A v = s u
    CHECK(near<double>(times(as_eigen(whole), adjoint(whole_of(vh))),
                       scaled_product<double>(whole_of(u), whole_of(s), eigen_matrix<double>::Identity(4, 4)),
                       1.0));
  }
  CHECK(near<double>(whole_of(randomized_svd(whole, 12).s), values));
  CHECK(whole_of(randomized_svd(whole, 0).s).size() == 0);
  CHECK(thrown_by([&] { randomized_svd(whole, 26); }) == "index_error");
  CHECK(thrown_by([&] { randomized_svd(whole, -1); }) == "index_error");
  CHECK(thrown_by([&] { randomized_svd(whole, 2, {.oversampling = -1}); }) == "domain_error");
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
  factorised const way(GENERATE(false, true));
  check_factorisations<float>();
  check_factorisations<std::complex<float>>();
  check_factorisations<std::complex<double>>();
  auto const ints = matrix_of<std::int32_t>(5, 4);
  local_array<double, 2> const numbers = cast<double>(ints);
  check_general<double>(spread(ints, tiling::row()), numbers);
  check_general<double>(spread(ints, tiling::row()) * 0.5, local_array<double, 2>(numbers * 0.5));
  check_general<double>(transpose(spread(ints, tiling::block())), transposed(numbers));
  auto const flags = matrix_of<bool>(4, 4);
  check_general<double>(flags, local_array<double, 2>(cast<double>(flags)));
}

TEST_CASE("eigenvalues and eigenvectors of any square matrix") {
  for (index_t const n : {0, 1, 2, 9}) {
    INFO(n);
    auto const whole = matrix_of<double>(n, n);
    check_eig<double>(whole, whole);
    check_eig<double>(spread(whole, tiling::block()), whole);
    check_eig<double>(transpose(spread(whole, tiling::row())) * 2.0,
                      local_array<double, 2>(transposed(whole) * 2.0));
  }
  check_eig<float>(matrix_of<float>(6, 6), matrix_of<float>(6, 6));
  check_eig<std::complex<double>>(matrix_of<std::complex<double>>(7, 7), matrix_of<std::complex<double>>(7, 7));
  check_eig<double>(matrix_of<std::int32_t>(5, 5),
                    local_array<double, 2>(cast<double>(matrix_of<std::int32_t>(5, 5))));
  // A quarter turn: i and -i.
  local_array<double, 2> turn({2, 2}, 0.0);
  turn(0, 1) = -1;
  turn(1, 0) = 1;
  local_array<std::complex<double>, 1> const w = eigvals(spread(turn, tiling::row()));
  CHECK(std::abs(w(0) - std::complex<double>(0, 1)) < 1e-15);
  CHECK(std::abs(w(1) + std::complex<double>(0, 1)) < 1e-15);
}

TEST_CASE("only the lower triangle counts for Hermitian matrices") {
  factorised const way(GENERATE(false, true));
  auto whole = definite_of<double>(6);
  auto const expected = whole_of(cholesky(whole)), values = whole_of(eigvalsh(whole));
  for (index_t i = 0; i < 6; ++i)
    for (index_t j = i + 1; j < 6; ++j) whole(i, j) = std::numeric_limits<double>::quiet_NaN();
  CHECK(near<double>(whole_of(cholesky(whole)), expected));
  CHECK(near<double>(whole_of(eigvalsh(spread(whole, tiling::row()))), values));
}

TEST_CASE("errors of factorisations arrive on every rank and say what is wrong") {
  factorised const way(GENERATE(false, true));
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
  CHECK(thrown_by([&] { eig(wide); }) == "shape_error");
  CHECK(thrown_by([&] { eigvals(wide); }) == "shape_error");
  whole(2, 1) = std::numeric_limits<double>::infinity();
  auto const infinite = spread(whole, tiling::row());
  CHECK(thrown_by([&] { svd(infinite); }) == "linalg_error");
  CHECK(thrown_by([&] { eval(svdvals(infinite)); }) == "linalg_error");
  CHECK(thrown_by([&] { eigh(infinite); }) == "linalg_error");
  CHECK(thrown_by([&] { eig(infinite); }) == "linalg_error");
  CHECK(thrown_by([&] { eval(eigvals(infinite)); }) == "linalg_error");
  CHECK(thrown_by([&] { svd(whole); }) == "linalg_error");
}

TEMPLATE_TEST_CASE("elements that are not finite are refused by whatever factorises", "", float, double,
                   std::complex<float>, std::complex<double>) {
  using T = TestType;
  using R = real_t<T>;
  factorised const way(GENERATE(false, true));
  for (R const bad : {std::numeric_limits<R>::quiet_NaN(), std::numeric_limits<R>::infinity()})
    for (index_t const at : {0, 7}) {
      INFO(bad << " at (" << at << ", " << at / 2 << ")");
      auto spoilt = definite_of<T>(8), tall = matrix_of<T>(64, 3), right = matrix_of<T>(8, 2);
      auto const good = spread(spoilt, tiling::row());
      spoilt(at, at / 2) = spoilt(at / 2, at) = T(bad);
      tall(8 * at, 1) = T(bad);
      right(at, 1) = T(bad);
      auto const check = [&](auto const& a, auto const& t, auto const& b) {
        CHECK(thrown_by([&] { eval(cholesky(a)); }) == "linalg_error");
        CHECK(thrown_by([&] { lu(a); }) == "linalg_error");
        CHECK(thrown_by([&] { qr(a); }) == "linalg_error");
        CHECK(thrown_by([&] { qr(t); }) == "linalg_error");
        CHECK(thrown_by([&] { svd(t); }) == "linalg_error");
        CHECK(thrown_by([&] { eval(solve(a, b)); }) == "linalg_error");
        CHECK(thrown_by([&] { eval(solve(good, b)); }) == "linalg_error");
        CHECK(thrown_by([&] { eval(inverse(a)); }) == "linalg_error");
        CHECK(thrown_by([&] { det(a); }) == "linalg_error");
        CHECK(thrown_by([&] { slogdet(a); }) == "linalg_error");
      };
      check(spread(spoilt, tiling::row()), spread(tall, tiling::row()), spread(right, tiling::row()));
      CHECK(thrown_by([&] { lu(spoilt); }) == "linalg_error");
      // What is above the diagonal does not count.
      auto upper = definite_of<T>(8);
      upper(2, 5) = T(bad);
      CHECK(thrown_by([&] { eval(cholesky(spread(upper, tiling::row()))); }).empty());
    }
}

TEST_CASE("where the ranks compute different bits, all take the result of rank 0") {
  auto mine = detail::replicated_leaf<double, 1>({3}, world());
  detail::compute_alike(
      world(), std::source_location::current(),
      [&] { std::fill_n(detail::elements_of(mine), 3, 1.0 + world().rank()); }, mine);
  CHECK(mine.data()[2] == 1.0);
}
