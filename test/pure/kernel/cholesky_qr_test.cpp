// What QR by Cholesky factorisations does with the rows of a rank, and Gram matrices: beside Eigen's products,
// for columns and rows that fill vectors, registers and pieces, and that do not.
#include <pantile/kernel/cholesky_qr.hpp>
#include <pantile/kernel/matrix.hpp>

#include <Eigen/Core>
#include <catch2/catch.hpp>

#include <complex>
#include <limits>
#include <support/tilings.hpp>

using pantile::index_t;

namespace {

template <class T>
using matrix = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

template <class T>
matrix<T> drawn_matrix(index_t rows, index_t n, support::dice& d) {
  matrix<T> a(rows, n);
  for (index_t i = 0; i < a.size(); ++i) a.data()[i] = d.number<T>();
  return a;
}
/// Upper triangular, with a diagonal of one to three; of low condition.
template <class T>
std::vector<T> drawn_triangle(index_t n, support::dice& d) {
  std::vector<T> r(static_cast<std::size_t>(n * n), T(0));
  for (index_t i = 0; i < n; ++i)
    for (index_t j = i; j < n; ++j)
      r[static_cast<std::size_t>(i * n + j)] = i == j ? T(static_cast<pantile::real_t<T>>(d.between(1, 3)))
                                                      : d.number<T>() / T(static_cast<float>(n));
  return r;
}
template <class T>
matrix<T> as_matrix(index_t n, std::vector<T> const& a) {
  return Eigen::Map<matrix<T> const>(a.data(), n, n);
}
template <class A, class B>
bool close(A const& a, B const& b, index_t terms) {
  using real = pantile::real_t<typename A::Scalar>;
  double const difference = a.size() ? static_cast<double>((a - b).norm()) : 0,
               size = a.size() ? static_cast<double>(b.norm()) : 0;
  return difference <= 8 * std::numeric_limits<real>::epsilon() * static_cast<double>(terms + 4) * (1 + size);
}

template <class T>
void check_rows(index_t rows, index_t n, support::dice& d) {
  INFO(rows << " x " << n);
  matrix<T> const a = drawn_matrix<T>(rows, n, d);
  auto const r1 = drawn_triangle<T>(n, d), r2 = drawn_triangle<T>(n, d);
  matrix<T> q(rows, n);
  pantile::kernel::solve_rows<T>(rows, n, a.data(), r1.data(), r2.data(), q.data());
  matrix<T> const whole = as_matrix(n, r2) * as_matrix(n, r1);
  CHECK(close((q * whole).eval(), a, n));

  matrix<T> in_place = a;
  pantile::kernel::solve_rows<T>(rows, n, in_place.data(), r1.data(), r2.data(), in_place.data());
  CHECK(in_place == q);

  auto const upper = [&](matrix<T> const& x) {
    return matrix<T>((x.adjoint() * x).eval().template triangularView<Eigen::Upper>());
  };
  CHECK(close(as_matrix(n, pantile::kernel::gram_of_rows<T>(rows, n, a.data(), nullptr)), upper(a), rows));
  matrix<T> const solved =
      (as_matrix(n, r1).transpose().template triangularView<Eigen::Lower>()).solve(a.transpose()).transpose();
  CHECK(close(as_matrix(n, pantile::kernel::gram_of_rows<T>(rows, n, a.data(), r1.data())), upper(solved),
              rows + n));
}

template <class T>
void check_gram(index_t k, index_t n, support::dice& d) {
  INFO(k << " x " << n);
  index_t const ld = n + 3;
  matrix<T> const all = drawn_matrix<T>(k, ld, d), a = all.leftCols(n), flipped = a.transpose();
  matrix<T> const expected = a.transpose() * a;
  for (bool const transposed : {false, true}) {
    matrix<T> c = matrix<T>::Constant(n, ld, T(7));
    pantile::kernel::gram_matrix<T>(
        n, k, {transposed ? flipped.data() : all.data(), transposed ? k : ld, transposed}, c.data(), ld);
    if constexpr (std::is_integral_v<T>)
      CHECK(c.leftCols(n) == expected);
    else
      CHECK(close(c.leftCols(n).eval(), expected, k));
    CHECK((c.rightCols(3).array() == T(7)).all());
  }
}

}  // namespace

TEMPLATE_TEST_CASE("rows solved by triangles, and their Gram matrices", "", float, double, std::complex<float>,
                   std::complex<double>) {
  support::dice d(8);
  for (index_t const n : {1, 7, 8, 16, 17, 33, 64, 100})
    for (index_t const rows : {0, 1, 23, 24, 25, 96, 97, 300}) check_rows<TestType>(rows, n, d);
  check_rows<TestType>(5000, 20, d);  // of several threads and slices
}

TEMPLATE_TEST_CASE("Gram matrices of any shape", "", std::int32_t, std::int64_t, float, double,
                   std::complex<float>, std::complex<double>) {
  support::dice d(9);
  for (index_t const n : {0, 1, 3, 8, 19, 64, 257})
    for (index_t const k : {0, 1, 5, 96, 260, 700}) check_gram<TestType>(k, n, d);
  check_gram<TestType>(5000, 20, d);
}
