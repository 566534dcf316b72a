// The QR factorisation of tall matrices by pieces: Q R is the matrix, Q has orthonormal columns, whatever the
// rank.
#include <pantile/kernel/tall_qr.hpp>

#include <catch2/catch.hpp>

#include <complex>
#include <support/matrices.hpp>

using pantile::index_t;

namespace {

using support::by_rows;
template <class T>
using by_columns = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic>;

template <class T>
void check(index_t rows, index_t n, bool deficient, support::dice& d) {
  INFO(rows << " x " << n << (deficient ? ", of lower rank" : ""));
  by_rows<T> a(rows, n);
  for (index_t i = 0; i < rows; ++i)
    for (index_t j = 0; j < n; ++j)
      a(i, j) = deficient && (i < rows / 2 || j % 2) ? (j > 0 ? a(i, j - 1) : T(0)) : d.number<T>();
  by_rows<T> q(rows, n);
  pantile::kernel::tall_qr<T> qr(rows, n, a.data(), q.data());
  index_t const h = qr.height();
  REQUIRE(h == std::min(rows, n));
  by_rows<T> const r = Eigen::Map<by_columns<T> const>(qr.r().data(), h, n);
  for (index_t j = 0; j < n; ++j)
    for (index_t i = j + 1; i < h; ++i) CHECK(r(i, j) == T(0));
  by_columns<T> const unit = by_columns<T>::Identity(h, n);
  qr.multiply(unit.data());
  by_rows<T> const columns = q.leftCols(h);
  double const rounding = 50 * std::numeric_limits<pantile::real_t<T>>::epsilon() * static_cast<double>(n + 4);
  CHECK(support::distance<T>(support::times<T>(columns, r), a) <= rounding * (1 + support::norm(a)));
  CHECK(support::distance<T>(support::times(support::adjoint(columns), columns), by_rows<T>::Identity(h, h)) <=
        rounding);
}

template <class T>
void check_type() {
  support::dice d(5);
  for (auto const& [rows, n] : {std::pair{0, 3}, {1, 1}, {1, 4}, {3, 3}, {4, 7}, {50, 7}, {1000, 3}})
    for (bool deficient : {false, true}) check<T>(rows, n, deficient, d);
}

}  // namespace

TEST_CASE("tall_qr, every type") {
  check_type<float>();
  check_type<double>();
  check_type<std::complex<float>>();
  check_type<std::complex<double>>();
}

TEST_CASE("tall_qr of many pieces on several threads") {
  support::dice d(6);
  for (bool deficient : {false, true}) {
    check<double>(20000, 40, deficient, d);
    check<double>(60001, 5, deficient, d);
    check<std::complex<float>>(9000, 64, deficient, d);
  }
}

TEST_CASE("two trapezoids, one above the other") {
  for (auto const& [above, below, n] : {std::array{3, 3, 3}, {1, 2, 5}, {0, 2, 3}, {2, 0, 3}, {4, 4, 5}}) {
    support::dice d(7);
    by_columns<double> top = by_columns<double>::Zero(above, n), bottom = by_columns<double>::Zero(below, n);
    for (index_t j = 0; j < n; ++j) {
      for (index_t i = 0; i <= std::min<index_t>(j, above - 1); ++i) top(i, j) = d.number<double>();
      for (index_t i = 0; i <= std::min<index_t>(j, below - 1); ++i) bottom(i, j) = d.number<double>();
    }
    pantile::kernel::stacked_qr<double> const qr(above, top.data(), below, bottom.data(), n);
    REQUIRE(qr.height() == std::min(above + below, n));
    auto const r = qr.r();
    by_columns<double> upper(above, n), lower(below, n);
    qr.split(r.data(), upper.data(), lower.data());
    CHECK((upper - top).norm() <= 1e-14 * (1 + top.norm()));
    CHECK((lower - bottom).norm() <= 1e-14 * (1 + bottom.norm()));
  }
}
