// Diagonals of matrices, and vectors as diagonal matrices that are never stored.
// ctest: RELEASE_ONLY
#include "support/oracle.hpp"

#include <pantile/expr/create.hpp>
#include <pantile/ops/diagonal.hpp>
#include <pantile/ops/movement.hpp>

#include <complex>

using namespace pantile;
using namespace support;

namespace {

template <element T>
local_array<T, 2> diagonal_matrix(local_array<T, 1> const& v, index_t k) {
  index_t const n = v.extent(0) + std::abs(k);
  return made<T>(shape_of<2>{n, n},
                 [&](any_index const& i) { return i[1] - i[0] == k ? v(std::min(i[0], i[1])) : T(0); });
}
template <element T>
local_array<T, 1> diagonal_vector(local_array<T, 2> const& m, index_t k) {
  index_t const row = std::max(-k, index_t{0}), column = std::max(k, index_t{0});
  index_t const n = std::max(index_t{0}, std::min(m.extent(0) - row, m.extent(1) - column));
  return made<T>(shape_of<1>{n}, [&](any_index const& i) { return m(row + i[0], column + i[0]); });
}

template <element T>
void check_diag(index_t n) {
  auto const v = samples<T>(shape_of<1>{n});
  for (index_t const k : {0, 3, -4}) {
    auto const expected = diagonal_matrix(v, k);
    index_t const m = expected.extent(0);
    auto const x = samples<T>(shape_of<2>{m, m}, 1);
    CHECK(is_same(local_array<T, 2>(diag(v, k)), expected));
    for (auto const& t : usual_tilings(extents{n})) {
      INFO("n " << n << " k " << k << ' ' << to_string(t));
      auto const d = spread(v, t);
      CHECK(is_part_of(array<T, 2>(diag(d, k)), expected));
      for (auto const& rule : {tiling::column(), tiling::block().halo(1)}) {
        CHECK(is_part_of(eval(spread(x, rule) - diag(d, k)),
                         mapped([](T a, T b) { return static_cast<T>(a - b); }, x, expected)));
      }
    }
  }
}

template <element T>
void check_diagonal(index_t rows, index_t columns) {
  auto const x = samples<T>(shape_of<2>{rows, columns});
  for (auto const& t : usual_tilings(extents{rows, columns})) {
    auto const a = spread(x, t);
    for (index_t const k : {0, 1, -2, 100}) {
      INFO(to_string(t) << " k " << k);
      CHECK(is_part_of(eval(diagonal(a, k)), diagonal_vector(x, k)));
      if (k > 0) CHECK(is_part_of(eval(diag(transpose(a), k)), diagonal_vector(transposed(x), k)));
    }
  }
  CHECK(is_same(local_array<T, 1>(diagonal(x, 1)), diagonal_vector(x, 1)));
}

}  // namespace

TEST_CASE("a vector on the diagonal") {
  check_diag<double>(11);
  check_diag<double>(2);
  CHECK(eval(diag(spread(local_array<double, 1>({0}), tiling::row()))).shape() == shape_of<2>{0, 0});
  CHECK(eval(diag(spread(local_array<double, 1>({0}), tiling::row()), 2)).shape() == shape_of<2>{2, 2});
}
TEST_CASE("a vector of other elements on the diagonal") {
  auto const check = [](auto v) {
    CHECK(is_part_of(distribute(world(), diag(spread(v, tiling::row()), 2), tiling::block()),
                     diagonal_matrix(v, 2)));
  };
  check(samples<bool>(shape_of<1>{7}));
  check(samples<std::uint8_t>(shape_of<1>{7}));
  check(samples<float>(shape_of<1>{7}));
  check(samples<std::complex<double>>(shape_of<1>{7}));
}

TEST_CASE("the diagonal of a matrix") {
  check_diagonal<double>(7, 5);
  check_diagonal<double>(4, 9);
  check_diagonal<double>(1, 1);
  check_diagonal<double>(0, 3);
}

TEST_CASE("a diagonal can be assigned to") {
  for (auto const& shape : {shape_of<2>{7, 5}, shape_of<2>{4, 9}, shape_of<2>{1, 1}, shape_of<2>{0, 3}}) {
    auto const x = samples<double>(shape);
    for (auto const& t : usual_tilings(extents(shape))) {
      for (index_t const k : {0, 1, -2, 100}) {
        INFO(to_string(t) << " k " << k);
        auto const old = diagonal_vector(x, k);
        auto const v = samples<double>(old.shape(), 1);
        auto const expected = [&](auto value) {
          return made<double>(shape, [&](any_index const& i) {
            return i[1] - i[0] == k ? value(std::min(i[0], i[1])) : x(i[0], i[1]);
          });
        };
        auto const check = [&](auto update, auto value) {
          auto a = spread(x, t);
          update(a);
          CHECK(is_part_of(a, expected(value)));
          CHECK(a.generation() == 1);
          local_array<double, 2> l(x);
          update(l);
          CHECK(is_same(l, expected(value)));
        };
        auto const d = spread(v, tiling::row());
        check([&](auto& a) { diagonal(a, k) = d; }, [&](index_t i) { return v(i); });
        check([&](auto& a) { diagonal(a, k) = 3; }, [&](index_t) { return 3.0; });
        check([&](auto& a) { diagonal(a, k) += d * 2.0; }, [&](index_t i) { return old(i) + 2 * v(i); });
        check([&](auto& a) { diagonal(transpose(a), -k) -= flip(diagonal(a, k)); },
              [&](index_t i) { return old(i) - old(old.extent(0) - 1 - i); });
      }
      auto a = spread(x, t);
      if (std::min(shape[0], shape[1]) != 3)
        CHECK(thrown_by([&] { diagonal(a) = local_array<double, 1>({3}, 1.0); }) == "shape_error");
      CHECK(is_part_of(a, x));
    }
  }
}

TEST_CASE("diagonals within expressions") {
  auto const x = samples<double>(shape_of<2>{6, 6});
  auto const v = samples<double>(shape_of<1>{6}, 1);
  auto const cube = samples<double>(shape_of<3>{2, 6, 6}, 2);
  for (auto const& rule : {tiling::row(), tiling::column(), tiling::block().halo(1)}) {
    INFO(rule.name());
    auto a = spread(x, rule);
    auto const d = spread(v, tiling::row());
    CHECK(sum(diag(d) * a) == Approx(sum(v * local_array<double, 1>(diagonal(x)))));
    CHECK(is_part_of(eval(sum(diag(d * 2.0, 1), 1)), made<double>(shape_of<1>{7}, [&](any_index const& i) {
                       return i[0] < 6 ? 2 * v(i[0]) : 0;
                     })));
    CHECK(is_part_of(eval(diagonal(a + diag(d)) + d),
                     mapped([](double p, double q) { return p + 2 * q; }, diagonal_vector(x, 0), v)));
    CHECK(is_part_of(eval(spread(cube, rule) + diag(d)),
                     made<double>(shape_of<3>{2, 6, 6}, [&](any_index const& i) {
                       return cube(i[0], i[1], i[2]) + (i[1] == i[2] ? v(i[1]) : 0);
                     })));
    CHECK(is_part_of(eval(diag(slice(d, range({}, {}, -2)))),
                     diagonal_matrix(local_array<double, 1>(slice(v, range({}, {}, -2))), 0)));
    // A 1 x 1 matrix stretches.
    CHECK(is_part_of(eval(a + diag(spread(local_array<double, 1>({1}, 3.0), tiling::row()))),
                     mapped([](double p) { return p + 3; }, x)));
    // The matrix that is written is read.
    a = a + diag(row(a, 2));
    CHECK(is_part_of(a, made<double>(shape_of<2>{6, 6}, [&](any_index const& i) {
                       return x(i[0], i[1]) + (i[0] == i[1] ? x(2, i[1]) : 0);
                     })));
  }
  CHECK_THROWS_AS(diag(v, std::numeric_limits<index_t>::min()), shape_error);
}

TEST_CASE("diagonals ask for nothing that they do not use") {
  index_t const n = 64;
  auto const d = spread(samples<double>(shape_of<1>{n}), tiling::row());
  auto const a = spread(samples<double>(shape_of<2>{n, n}), tiling::row());
  auto const before = world().counters();
  CHECK(eval(a + diag(d)).shape() == shape_of<2>{n, n});
  CHECK(eval(diagonal(a)).shape() == shape_of<1>{n});
  auto const after = world().counters();
  CHECK(after.bytes_sent == before.bytes_sent);
}
