// What QR by Cholesky factorisations does with the rows of a rank, and Gram matrices: beside Eigen's products,
// for columns and rows that fill vectors, registers and pieces, and that do not.
#include <pantile/kernel/cholesky_qr.hpp>

#include <catch2/catch.hpp>

#include <complex>
#include <support/matrices.hpp>

using pantile::index_t;

namespace {

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
support::by_rows<T> as_matrix(index_t n, std::vector<T> const& a) {
  return Eigen::Map<support::by_rows<T> const>(a.data(), n, n);
}
template <class T>
void check_rows(index_t rows, index_t n, support::dice& d) {
  INFO(rows << " x " << n);
  support::by_rows<T> const a = support::drawn_matrix<T>(rows, n, d);
  auto const r1 = drawn_triangle<T>(n, d), r2 = drawn_triangle<T>(n, d);
  support::by_rows<T> q(rows, n);
  pantile::kernel::solve_rows<T>(rows, n, a.data(), r1.data(), r2.data(), q.data());
  CHECK(support::is_near(support::times(q, support::times(as_matrix(n, r2), as_matrix(n, r1))), a, n));

  support::by_rows<T> in_place = a;
  pantile::kernel::solve_rows<T>(rows, n, in_place.data(), r1.data(), r2.data(), in_place.data());
  CHECK(in_place == q);

  auto const gram_of = [&](support::by_rows<T> const& x) {
    support::by_rows<T> g = support::times(support::adjoint(x), x);
    for (index_t i = 0; i < n; ++i) std::fill_n(g.data() + i * n, i, T(0));  // kernels give the upper triangle
    return g;
  };
  CHECK(support::is_near(as_matrix(n, pantile::kernel::gram_of_rows<T>(rows, n, a.data(), nullptr)), gram_of(a),
                         rows));
  support::by_rows<T> solved = a;  // a times the inverse of R1, column by column
  for (index_t i = 0; i < rows; ++i)
    for (index_t j = 0; j < n; ++j) {
      for (index_t l = 0; l < j; ++l) solved(i, j) -= solved(i, l) * r1[static_cast<std::size_t>(l * n + j)];
      solved(i, j) /= r1[static_cast<std::size_t>(j * n + j)];
    }
  CHECK(support::is_near(as_matrix(n, pantile::kernel::gram_of_rows<T>(rows, n, a.data(), r1.data())),
                         gram_of(solved), rows + n));
}

}  // namespace

TEMPLATE_TEST_CASE("rows solved by triangles, and their Gram matrices", "", float, double, std::complex<float>,
                   std::complex<double>) {
  support::dice d(8);
  for (index_t const n : {1, 7, 8, 17, 33})
    for (index_t const rows : {0, 1, 24, 25, 97}) check_rows<TestType>(rows, n, d);
  check_rows<TestType>(200, 64, d);
  check_rows<TestType>(2100, 9, d);  // of several threads and slices
}
