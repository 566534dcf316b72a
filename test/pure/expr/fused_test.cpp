// The fused loops on several threads: long and strided operands, results that are streamed past the cache,
// reductions whose threads share the axis.
// ctest: OPTIMIZE
#include "support/tilings.hpp"

#include <pantile/expr/functions.hpp>
#include <pantile/expr/structured.hpp>
#include <pantile/ops/dot.hpp>
#include <pantile/ops/reduce.hpp>

#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

using namespace pantile;

namespace {

using matrix = local_array<double, 2>;
using vector = local_array<double, 1>;

/// Every element is its row-major place: exact in sums up to 2^53.
template <std::size_t N>
local_array<double, static_cast<int>(N)> places(std::array<index_t, N> const& shape) {
  local_array<double, static_cast<int>(N)> a(shape);
  for (index_t i = 0; i < a.count(); ++i) a.data()[i] = static_cast<double>(i);
  return a;
}

template <class F>
bool holds_everywhere(matrix const& m, F expected) {
  for (index_t i = 0; i < m.extent(0); ++i)
    for (index_t j = 0; j < m.extent(1); ++j)
      if (m(i, j) != expected(static_cast<double>(i), static_cast<double>(j))) return false;
  return true;
}

}  // namespace

TEST_CASE("results of more than 16 MB") {
  constexpr index_t n = 2200003;
  REQUIRE(n * index_t{sizeof(double)} > kernel::streaming_result_bytes);
  vector const a = places(std::array<index_t, 1>{n});
  vector b = a * 2.0 + 1.0;
  bool equal = true;
  for (index_t i = 0; i < n; ++i) equal = equal && b(i) == 2.0 * static_cast<double>(i) + 1;
  CHECK(equal);
  b = b - a;  // reads what it writes
  equal = true;
  for (index_t i = 0; i < n; ++i) equal = equal && b(i) == static_cast<double>(i) + 1;
  CHECK(equal);
  CHECK(sum(b) == static_cast<double>(n) * (n + 1) / 2);
  CHECK(argmax(b) == n - 1);
  CHECK(max(b) == n);
  CHECK_FALSE(all(b < static_cast<double>(n)));
  CHECK(any(b == static_cast<double>(n)));
}

TEST_CASE("matrices of more than 16 MB, with rows that do not merge") {
  constexpr index_t rows = 1301, columns = 1709;
  matrix const a = places(std::array<index_t, 2>{rows, columns});
  vector const v = places(std::array<index_t, 1>{columns});
  local_array<double, 2> const c = places(std::array<index_t, 2>{rows, 1});
  auto at = [&](double i, double j) { return i * columns + j; };
  CHECK(holds_everywhere(matrix(a - v), [&](double i, double j) { return at(i, j) - j; }));
  CHECK(holds_everywhere(matrix(a - c), [&](double i, double j) { return at(i, j) - i; }));
  CHECK(holds_everywhere(matrix(v - c), [&](double i, double j) { return j - i; }));
  matrix const flipped = transpose(a) * 2.0;
  CHECK(flipped.shape() == std::array<index_t, 2>{columns, rows});
  CHECK(holds_everywhere(flipped, [&](double i, double j) { return 2 * at(j, i); }));
  CHECK(holds_everywhere(matrix(transpose(flipped) - a), at));
  CHECK(holds_everywhere(matrix(a + identity<double>(1)), [&](double i, double j) { return at(i, j) + 1; }));
}

TEST_CASE("operands that are strided in every dimension") {
  local_array<double, 3> const a = places(std::array<index_t, 3>{70, 30, 600});
  for (std::array<int, 3> axes :
       {std::array{2, 1, 0}, std::array{1, 2, 0}, std::array{0, 2, 1}, std::array{2, 0, 1}}) {
    local_array<double, 3> const b = transpose(a, axes) + 0.5;
    bool equal = true;
    std::array<index_t, 3> i{};
    for (i[0] = 0; i[0] < b.extent(0); ++i[0])
      for (i[1] = 0; i[1] < b.extent(1); ++i[1])
        for (i[2] = 0; i[2] < b.extent(2); ++i[2]) {
          std::array<index_t, 3> from{};
          for (std::size_t d = 0; d < 3; ++d) from[static_cast<std::size_t>(axes[d])] = i[d];
          equal = equal && b(i[0], i[1], i[2]) == a(from[0], from[1], from[2]) + 0.5;
        }
    CHECK(equal);
    CHECK(sum(transpose(a, axes)) == sum(a));
  }
}

TEST_CASE("reductions over each axis, shared by rows of results or along the axis") {
  auto triangle = [](index_t n) { return static_cast<double>(n) * static_cast<double>(n - 1) / 2; };
  auto check = [&](index_t rows, index_t columns) {
    INFO(rows << " x " << columns);
    matrix const a = places(std::array<index_t, 2>{rows, columns});
    auto const n = static_cast<double>(rows), m = static_cast<double>(columns);
    vector const down = sum(a, 0), across = sum(a, 1);
    bool equal = true;
    for (index_t j = 0; j < columns; ++j)
      equal = equal && down(j) == m * triangle(rows) + n * static_cast<double>(j);
    for (index_t i = 0; i < rows; ++i)
      equal = equal && across(i) == m * m * static_cast<double>(i) + triangle(columns);
    CHECK(equal);
    matrix const by_columns = places(std::array<index_t, 2>{columns, rows});
    vector const flipped = sum(transpose(by_columns), 1);
    CHECK(sum(flipped) == triangle(rows * columns));
    local_array<index_t, 1> const last = argmax(a, 0);
    CHECK(std::all_of(last.span().begin(), last.span().end(), [&](index_t i) { return i == rows - 1; }));
    local_array<bool, 1> const found = any(a == static_cast<double>(rows * columns - 1), 0);
    for (index_t j = 0; j < columns; ++j) CHECK(found(j) == (j == columns - 1));
    CHECK(local_array<bool, 1>(all(a >= 0, 1)).span()[static_cast<std::size_t>(rows - 1)]);
  };
  check(30000, 3);  // few results: the threads share the axis
  check(3, 30000);
  check(700, 300);
}

TEST_CASE("places of the least and greatest: ties, NaN, stretches of any length") {
  support::dice d(5);
  double const nan = std::numeric_limits<double>::quiet_NaN();
  for (index_t const n : {1, 7, 255, 256, 257, 513, 5000, 70000})
    for (int round = 0; round < 8; ++round) {
      INFO(n << " elements, round " << round);
      vector a({n});
      for (double& x : a.span()) x = static_cast<double>(d.between(0, 9)) - 5;
      if (round % 4 == 1) a(d.between(0, n - 1)) = a(d.between(0, n - 1)) = nan;
      if (round % 4 == 2) a(d.between(0, n - 1)) = -std::numeric_limits<double>::infinity();
      if (round % 4 == 3) a = a * 0.0 + std::numeric_limits<double>::infinity();
      auto const first_nan = std::find_if(a.data(), a.data() + n, [](double x) { return x != x; });
      bool const has_nan = first_nan != a.data() + n;
      auto const least = has_nan ? first_nan : std::min_element(a.data(), a.data() + n);
      auto const greatest = has_nan ? first_nan : std::max_element(a.data(), a.data() + n);
      CHECK(argmin(a) == least - a.data());
      CHECK(argmax(a) == greatest - a.data());
      local_array<index_t, 1> const by_rows = argmin(expand_dims(a, 0), 1);
      CHECK(by_rows(0) == least - a.data());
    }
}

TEST_CASE("sums of float in double, whatever the number of threads") {
  constexpr index_t n = 1 << 22;
  local_array<float, 1> const a({n}, 0.1f);
  CHECK(sum(a) == static_cast<float>(static_cast<double>(0.1f) * n));
  local_array<float, 2> const b({n / 4, 4}, 0.1f);
  local_array<float, 1> const s = sum(b, 0);
  CHECK(s(3) == static_cast<float>(static_cast<double>(0.1f) * (n / 4)));
}

TEST_CASE("integer division by zero on any thread") {
  local_array<std::int32_t, 1> a({100000}, 1);
  a(99999) = 0;
  CHECK_THROWS_AS((local_array<std::int32_t, 1>(7 / a)), domain_error);
  CHECK_THROWS_AS(sum(7 % a), domain_error);
  a(99999) = 7;
  CHECK(sum(7 / a) == 7 * 99999 + 1);
}
