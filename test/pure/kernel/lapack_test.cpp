#include <pantile/base/error.hpp>
#include <pantile/kernel/lapack.hpp>

#include <catch2/catch.hpp>

#include <cmath>
#include <complex>
#include <limits>
#include <vector>

using namespace pantile;
namespace lapack = pantile::kernel::lapack;

TEST_CASE("extents and workspaces that LAPACK cannot count are refused before anything is touched") {
  index_t const many = index_t{1} << 31;
  index_t rank = 0;
  CHECK_THROWS_AS(lapack::potrf<double>(many, nullptr), domain_error);
  CHECK_THROWS_AS((lapack::getrf<float>(many, 1, nullptr, nullptr)), domain_error);
  CHECK_THROWS_AS((lapack::geqrf<double>(1, many, nullptr, nullptr)), domain_error);
  CHECK_THROWS_AS((lapack::gesdd<double>(50'000, 50'000, nullptr, nullptr, nullptr, nullptr)), domain_error);
  CHECK_THROWS_AS((lapack::syevd<std::complex<double>>(50'000, nullptr, nullptr, true)), domain_error);
  CHECK_THROWS_AS((lapack::gelsd<double>(50'000, 50'000, 1, nullptr, nullptr, nullptr, 0.0, rank)),
                  domain_error);
}

TEST_CASE("NaN passes through what does not iterate") {
  double const nan = std::numeric_limits<double>::quiet_NaN();
  std::vector<double> a{1, nan, 2, 3}, tau(2), b{1, 1};
  std::vector<lapack::pivot_t> pivots(2);
  CHECK(lapack::getrf<double>(2, 2, a.data(), pivots.data()) == 0);
  lapack::getrs<double>(2, 1, a.data(), pivots.data(), b.data());
  CHECK(std::isnan(b[0]));
  std::vector<double> q{1, nan, 2, 3};
  lapack::geqrf(2, 2, q.data(), tau.data());
  CHECK(std::isnan(q[3]));
  std::vector<double> d{1, 0, nan, 1};
  CHECK(lapack::potrf<double>(2, d.data()) == 2);
}
