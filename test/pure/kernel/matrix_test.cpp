// ctest: INTERNALS
// Products and Gram matrices of every type beside Eigen's, for extents that fill vectors, registers and blocks,
// and that do not.
#include <pantile/kernel/als.hpp>
#include <pantile/kernel/matrix.hpp>

#include <catch2/catch.hpp>

#include <cmath>
#include <complex>
#include <kernel/blas.hpp>
#include <limits>
#include <support/matrices.hpp>
#include <vector>

using pantile::index_t;

namespace {

template <class T>
void check_product(index_t m, index_t n, index_t k, support::dice& d) {
  INFO(m << " x " << k << " by " << k << " x " << n);
  auto const a = support::drawn_matrix<T>(m, k + 2, d), b = support::drawn_matrix<T>(k, n + 1, d),
             c = support::drawn_matrix<T>(m, n + 3, d);
  support::by_rows<T> const a_flipped = a.transpose(), b_flipped = b.transpose();
  T const alpha = d.number<T>(), beta = d.one_in(3) ? T(0) : d.number<T>();
  support::by_rows<T> const product = support::times<T>(a.leftCols(k), b.leftCols(n));
  support::by_rows<T> expected = c;
  for (index_t i = 0; i < m; ++i)
    for (index_t j = 0; j < n; ++j) expected(i, j) = static_cast<T>(alpha * product(i, j) + beta * c(i, j));
  for (bool const flip_a : {false, true})
    for (bool const flip_b : {false, true}) {
      support::by_rows<T> result = c;
      pantile::kernel::gemm<T>(m, n, k, {flip_a ? a_flipped.data() : a.data(), flip_a ? m : k + 2, flip_a},
                               {flip_b ? b_flipped.data() : b.data(), flip_b ? k : n + 1, flip_b},
                               result.data(), n + 3, alpha, beta);
      CHECK(support::is_near(result, expected, k));
      CHECK(result.rightCols(3) == c.rightCols(3));
    }
}

template <class T>
void check_gram(index_t k, index_t n, support::dice& d) {
  INFO(k << " x " << n);
  index_t const ld = n + 3;
  support::by_rows<T> const all = support::drawn_matrix<T>(k, ld, d), a = all.leftCols(n),
                            flipped = a.transpose();
  support::by_rows<T> const expected = support::times(flipped, a);
  for (bool const transposed : {false, true}) {
    support::by_rows<T> c = support::by_rows<T>::Constant(n, ld, T(7));
    pantile::kernel::gram_matrix<T>(
        n, k, {transposed ? flipped.data() : all.data(), transposed ? k : ld, transposed}, c.data(), ld);
    CHECK(support::is_near<T>(c.leftCols(n), expected, k));
    CHECK((c.rightCols(3).array() == T(7)).all());
  }
}

}  // namespace

TEMPLATE_TEST_CASE("products of any shape", "", std::uint8_t, std::int32_t, std::int64_t, float, double,
                   std::complex<float>, std::complex<double>) {
  support::dice d(10);
  for (auto const& [m, n, k] : {std::array{0, 3, 2},
                                {3, 0, 2},
                                {2, 3, 0},
                                {1, 1, 1},
                                {1, 40, 9},
                                {40, 1, 9},
                                {3, 7, 5},
                                {4, 16, 3},
                                {5, 64, 8},
                                {9, 65, 17},
                                {30, 70, 31},
                                {9, 17, 300},
                                {258, 17, 5}})
    check_product<TestType>(m, n, k, d);
}

TEMPLATE_TEST_CASE("Gram matrices of any shape", "", std::int32_t, std::int64_t, float, double,
                   std::complex<float>, std::complex<double>) {
  support::dice d(9);
  for (index_t const n : {0, 1, 3, 8, 19, 33})
    for (index_t const k : {0, 1, 5, 96, 260}) check_gram<TestType>(k, n, d);
  check_gram<TestType>(3000, 9, d);  // of several slices
}

TEST_CASE("Gram matrices of many columns") {
  support::dice d(11);
  for (index_t const n : {64, 120, 257}) check_gram<double>(260, n, d);
}

TEMPLATE_TEST_CASE("what is too long for BLAS is multiplied in pieces", "", float, std::complex<double>) {
  using T = TestType;
  namespace blas = pantile::kernel::blas;
  support::dice d(12);
  index_t const most = 3;
  for (auto const& [m, n, k] :
       {std::array<index_t, 3>{10, 2, 3}, {2, 7, 3}, {3, 3, 11}, {7, 1, 8}, {1, 8, 7}, {4, 5, 6}}) {
    auto const a = support::drawn_matrix<T>(m, k, d), b = support::drawn_matrix<T>(k, n, d),
               c = support::drawn_matrix<T>(m, n, d);
    support::by_rows<T> const a_flipped = a.transpose(), b_flipped = b.transpose(),
                              expected = T(2) * support::times<T>(a, b) + T(3) * c;
    for (bool const flip : {false, true}) {
      support::by_rows<T> result = c;
      blas::product<T>(m, n, k, T(2), {flip ? a_flipped.data() : a.data(), flip ? m : k, flip},
                       {flip ? b_flipped.data() : b.data(), flip ? k : n, flip}, T(3), result.data(), n, most);
      CHECK(support::is_near(result, expected, k));
    }
  }
  auto const a = support::drawn_matrix<T>(10, 2, d);
  support::by_rows<T> const flipped = a.transpose(), squares = support::times<T>(flipped, a),
                            lengths = support::times<T>(support::by_rows<T>(a.adjoint()), a);
  for (bool const flip : {false, true}) {
    support::by_rows<T> c = support::by_rows<T>::Zero(2, 2);
    blas::syrk<T>(2, 10, T(1), {flip ? flipped.data() : a.data(), flip ? 10 : 2, flip}, T(1), c.data(), 2,
                  most);
    blas::mirror(2, c.data(), 2);
    CHECK(support::is_near(c, squares, 10));
  }
  support::by_rows<T> c = support::by_rows<T>::Zero(2, 2);
  blas::herk<T>(2, 10, a.data(), 2, T(0), c.data(), most);
  c(1, 0) = lengths(1, 0);
  CHECK(support::is_near(c, lengths, 10));
  support::by_rows<T> r = support::by_rows<T>::Zero(2, 2), solved = a;
  r << T(2), T(1), T(0), T(4);
  blas::solve_upper_right<T>(10, 2, r.data(), solved.data(), most);
  CHECK(support::is_near(support::times<T>(solved, r), a, 10));
}

TEST_CASE("sums of very many equal products do not drift") {
  index_t const n = 8, k = 1 << 20;
  double const x = 1 + 0.98 * std::ldexp(1.0, -42);  // its square loses that when it is added to 4096 of them
  std::vector<double> const a(static_cast<std::size_t>(k * n), x);
  std::vector<double> c(static_cast<std::size_t>(n * n));
  pantile::kernel::gram<double>(a.data(), k, n, n, c.data());  // gram_matrix may be that of BLAS
  double const exact = static_cast<double>(static_cast<long double>(x) * static_cast<long double>(x) * k);
  for (double const sum : c) CHECK(std::abs(sum / exact - 1) <= 64 * std::numeric_limits<double>::epsilon());
}
