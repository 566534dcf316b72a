// Arrays that are formulas of their indices: values as NumPy has them, alone, distributed and within
// expressions.
// ctest: RELEASE_ONLY
#include "support/oracle.hpp"

#include <pantile/expr/broadcast.hpp>
#include <pantile/expr/create.hpp>
#include <pantile/ops/diagonal.hpp>
#include <pantile/ops/dot.hpp>
#include <pantile/ops/movement.hpp>

#include <complex>

using namespace pantile;
using namespace support;

namespace {

/// Elements and type of a symbol: as a local array, and distributed.
template <class E, element T, int N>
void check(E const& symbol, local_array<T, N> const& expected) {
  STATIC_REQUIRE(std::is_same_v<value_of<E>, T>);
  CHECK(is_same(local_array<T, N>(symbol), expected));
  for (auto const& rule : {tiling::row(), tiling::block().halo(1)}) {
    INFO(rule.name());
    CHECK(is_part_of(distribute(world(), symbol, rule), expected));
  }
}
template <element T, class F>
local_array<T, 2> matrix(index_t rows, index_t columns, F f) {
  return made<T>(shape_of<2>{rows, columns}, [&](any_index const& i) { return static_cast<T>(f(i[0], i[1])); });
}

using doubles = std::vector<double>;
using numbers = std::vector<index_t>;
constexpr index_t most = std::numeric_limits<index_t>::max(), fewest = std::numeric_limits<index_t>::min();

}  // namespace

TEST_CASE("arange") {
  check(arange<double>(7), list<double>({0, 1, 2, 3, 4, 5, 6}));
  check(arange<index_t>(2, 9, 3), list<index_t>({2, 5, 8}));
  check(arange<std::int32_t>(5, -4, -2), list<std::int32_t>({5, 3, 1, -1, -3}));
  check(arange<float>(2.5), list<float>({0, 1, 2}));
  check(arange<double>(0, 1, 0.25), list<double>({0, 0.25, 0.5, 0.75}));
  check(arange<double>(1, 0, -0.5), list<double>({1, 0.5}));
  check(arange<std::complex<float>>(2), list<std::complex<float>>({0, 1}));
  check(arange<double>(0), local_array<double, 1>({0}));
  check(arange<double>(-3), local_array<double, 1>({0}));
  check(arange<double>(3, 1, 0.5), local_array<double, 1>({0}));
  check(arange<index_t>(most - 2, most), list<index_t>({most - 2, most - 1}));
  check(arange<index_t>(fewest, most, most), list<index_t>({fewest, -1, most - 1}));
  check(arange<index_t>(most, fewest, fewest), list<index_t>({most, -1}));
  check(arange<std::uint8_t>(250, 256, 5), list<std::uint8_t>({250, 255}));
  CHECK(arange<index_t>(most).shape()[0] == most);
  CHECK_THROWS_AS(arange<std::uint8_t>(257), domain_error);
  CHECK_THROWS_AS(arange<std::uint8_t>(-1, 3), domain_error);
  CHECK_THROWS_AS(arange<double>(0, 3, 0), domain_error);
  CHECK_THROWS_AS(arange<double>(0.0, 3.0, 0.0), domain_error);
  CHECK_THROWS_AS(arange<double>(std::numeric_limits<double>::infinity()), domain_error);
  CHECK_THROWS_AS(arange<double>(0, std::numeric_limits<double>::quiet_NaN()), domain_error);
  CHECK_THROWS_AS(arange<index_t>(fewest, most), domain_error);
}

TEST_CASE("every tiling gives the same elements") {
  auto const plain = list<double>({3, 5, 7, 9, 11});
  auto const ones = matrix<double>(5, 4, [](index_t i, index_t j) { return j - i == -1; });
  for (auto const& t : usual_tilings(extents{5}))
    CHECK(is_part_of(distribute(world(), arange<double>(3, 12, 2), t), plain));
  for (auto const& t : usual_tilings(extents{5, 4}))
    CHECK(is_part_of(distribute(world(), eye<double>(5, 4, -1), t), ones));
}

TEST_CASE("linspace") {
  check(linspace<double>(0, 1, 5), list<double>({0, 0.25, 0.5, 0.75, 1}));
  check(linspace<double>(0, 1, 4, false), list<double>({0, 0.25, 0.5, 0.75}));
  check(linspace<double>(2, -2, 3), list<double>({2, 0, -2}));
  check(linspace<double>(3, 8, 1), list<double>({3}));
  check(linspace<double>(3, 8, 0), local_array<double, 1>({0}));
  check(linspace<float>(1, 2, 3), list<float>({1, 1.5f, 2}));
  using C = std::complex<double>;
  check(linspace<C>(0.0, C(2, 4), 3), list<C>({0.0, C(1, 2), C(2, 4)}));
  local_array<double, 1> const x = linspace<double>(0.1, 0.7, 1001);
  CHECK(x(1000) == 0.7);  // exactly
  CHECK(x(500) == Approx(0.4).epsilon(1e-15));
  CHECK_THROWS_AS(linspace<double>(0, 1, -1), shape_error);
}

TEST_CASE("eye, tri, indices and constants") {
  for (index_t const k : {0, 1, -2, 9, -9}) {
    check(eye<double>(4, 6, k), matrix<double>(4, 6, [&](index_t i, index_t j) { return j - i == k; }));
    check(tri<std::int32_t>(5, 3, k),
          matrix<std::int32_t>(5, 3, [&](index_t i, index_t j) { return j - i <= k; }));
  }
  check(eye<bool>(3), matrix<bool>(3, 3, [](index_t i, index_t j) { return i == j; }));
  check(eye<double>(0), local_array<double, 2>({0, 0}));
  CHECK_THROWS_AS(eye<double>(-1), shape_error);
  auto const [i, j] = indices({4, 5});
  check(i, matrix<index_t>(4, 5, [](index_t r, index_t) { return r; }));
  check(j * 10.0 + i, matrix<double>(4, 5, [](index_t r, index_t c) { return 10 * c + r; }));
  check(indices<float>({2, 3, 2})[1],
        made<float>(shape_of<3>{2, 3, 2}, [](any_index const& at) { return float(at[1]); }));
  check(full<double>({3, 2}, 2.5), local_array<double, 2>({3, 2}, 2.5));
  check(zeros<bool>({3}), local_array<bool, 1>({3}, false));
  check(ones<std::int32_t>({2, 2, 2, 2}), local_array<std::int32_t, 4>({2, 2, 2, 2}, 1));
}

TEST_CASE("symbols within expressions of distributed arrays") {
  auto const x = samples<double>(shape_of<2>{7, 5});
  for (auto const& t : usual_tilings(extents{7, 5})) {
    INFO(to_string(t));
    auto const a = spread(x, t);
    CHECK(is_part_of(eval(a + arange<double>(5)),
                     matrix<double>(7, 5, [&](index_t i, index_t j) { return x(i, j) + double(j); })));
    CHECK(is_part_of(
        eval(expand_dims(arange<double>(7), 1) * a - eye<double>(7, 5)),
        matrix<double>(7, 5, [&](index_t i, index_t j) { return double(i) * x(i, j) - double(i == j); })));
    CHECK(sum(a * tri<double>(7, 5)) == sum(tril(x)));
    for (index_t const k : {1, -3}) {
      CHECK(is_part_of(eval(tril(a, k)),
                       matrix<double>(7, 5, [&](index_t i, index_t j) { return j - i <= k ? x(i, j) : 0; })));
      CHECK(is_part_of(eval(triu(a, k)),
                       matrix<double>(7, 5, [&](index_t i, index_t j) { return j - i >= k ? x(i, j) : 0; })));
    }
  }
  auto const cube = samples<std::int32_t>(shape_of<3>{3, 4, 5});
  CHECK(is_part_of(eval(triu(spread(cube, tiling::block()), 1)),
                   made<std::int32_t>(shape_of<3>{3, 4, 5}, [&](any_index const& i) {
                     return i[2] > i[1] ? cube(i[0], i[1], i[2]) : 0;
                   })));
  // What is not in the triangle is 0, NaN or not.
  local_array<double, 2> const lower =
      tril(local_array<double, 2>({2, 2}, std::numeric_limits<double>::quiet_NaN()));
  CHECK(lower(0, 1) == 0);
  CHECK(std::isnan(lower(1, 0)));
}

TEST_CASE("meshgrid") {
  auto const x = samples<double>(shape_of<1>{5}), y = samples<double>(shape_of<1>{4}, 1),
             z = samples<double>(shape_of<1>{3}, 2);
  auto const check_all = [&](auto const& u, auto const& v, auto const& w) {
    auto const same_as = [](auto const& e, auto const& expected) {
      return is_same(std::remove_cvref_t<decltype(expected)>(e), expected);
    };
    auto const [X, Y] = meshgrid(u, v);
    CHECK(same_as(X, matrix<double>(4, 5, [&](index_t, index_t j) { return x(j); })));
    CHECK(same_as(Y, matrix<double>(4, 5, [&](index_t i, index_t) { return y(i); })));
    auto const [P, Q] = meshgrid(u, v, indexing::ij);
    CHECK(same_as(P * 2.0 + Q, matrix<double>(5, 4, [&](index_t i, index_t j) { return x(i) * 2 + y(j); })));
    for (auto const order : {indexing::xy, indexing::ij}) {
      bool const xy = order == indexing::xy;
      auto const [A, B, C] = meshgrid(u, v, w, order);
      shape_of<3> const shape = xy ? shape_of<3>{4, 5, 3} : shape_of<3>{5, 4, 3};
      CHECK(same_as(A, made<double>(shape, [&](any_index const& i) { return x(i[xy ? 1 : 0]); })));
      CHECK(same_as(B, made<double>(shape, [&](any_index const& i) { return y(i[xy ? 0 : 1]); })));
      CHECK(same_as(C, made<double>(shape, [&](any_index const& i) { return z(i[2]); })));
    }
  };
  check_all(x, y, z);
  check_all(spread(x, tiling::row()), spread(y, tiling::replicated()), spread(z, tiling::row().halo(1)));
  auto const [R, S] = meshgrid(linspace<double>(0, 1, 3), arange<double>(2));
  check(R + S, matrix<double>(2, 3, [](index_t i, index_t j) { return 0.5 * double(j) + double(i); }));
}

TEST_CASE("operands broadcast together by name") {
  auto const x = samples<double>(shape_of<2>{4, 1});
  auto const y = samples<double>(shape_of<3>{2, 1, 3}, 1);
  CHECK(broadcast_shapes(x.shape(), y.shape()) == shape_of<3>{2, 4, 3});
  CHECK(broadcast_shapes(shape_of<1>{1}, shape_of<2>{0, 1}, shape_of<1>{5}) == shape_of<2>{0, 5});
  CHECK(thrown_by([] { broadcast_shapes(shape_of<1>{0}, shape_of<1>{3}); }) == "shape_error");
  auto const check_both = [&](auto const& u, auto const& v) {
    auto const [a, b] = broadcast_arrays(u, v);
    shape_of<3> const shape{2, 4, 3};
    CHECK(is_same(local_array<double, 3>(a),
                  made<double>(shape, [&](any_index const& i) { return x(i[1], 0); })));
    CHECK(is_same(local_array<double, 3>(b),
                  made<double>(shape, [&](any_index const& i) { return y(i[0], 0, i[2]); })));
  };
  check_both(x, y);
  check_both(spread(x, tiling::row()), spread(y, tiling::block()));
  check_both(x + 0.0, spread(y, tiling::replicated()));
  CHECK(thrown_by([&] { broadcast_arrays(x, samples<double>(shape_of<2>{3, 1})); }) == "shape_error");
}

TEST_CASE("pages are transposed and taken apart") {
  auto const x = samples<double>(shape_of<3>{2, 4, 3});
  for (tiling const& t : usual_tilings(extents(x.shape()))) {
    INFO(to_string(t));
    auto const a = spread(x, t);
    CHECK(is_same(local_array<double, 3>(matrix_transpose(a)),
                  made<double>(shape_of<3>{2, 3, 4}, [&](any_index const& i) { return x(i[0], i[2], i[1]); })));
    traffic const before = world().counters();
    auto const columns = unstack(a, -1);
    CHECK(world().counters() == before);
    REQUIRE(columns.size() == 3);
    for (index_t k = 0; k < 3; ++k)
      CHECK(is_same(local_array<double, 2>(columns[static_cast<std::size_t>(k)]),
                    matrix<double>(2, 4, [&](index_t i, index_t j) { return x(i, j, k); })));
  }
  auto const pages = unstack(x * 2.0);
  REQUIRE(pages.size() == 2);
  CHECK(is_same(local_array<double, 2>(pages[1]),
                matrix<double>(4, 3, [&](index_t i, index_t j) { return 2 * x(1, i, j); })));
  CHECK(unstack(zeros<double>(world(), {0, 3}, tiling::row())).empty());
  CHECK(thrown_by([&] { unstack(x, 3); }) == "index_error");
}

TEST_CASE("arrays like others") {
  auto const x = samples<std::int32_t>(shape_of<2>{5, 6});
  for (auto const& t : usual_tilings(extents{5, 6})) {
    auto const a = spread(x, t);
    auto const z = zeros_like(a);
    auto const o = ones_like<double>(a);
    CHECK(z.tiling() == a.tiling());
    CHECK(is_part_of(z, local_array<std::int32_t, 2>({5, 6}, 0)));
    CHECK(is_part_of(o, local_array<double, 2>({5, 6}, 1.0)));
    CHECK(is_part_of(full_like(a, 7), local_array<std::int32_t, 2>({5, 6}, 7)));
    CHECK(empty_like<bool>(a).stored_box() == a.stored_box());
  }
  CHECK(is_same(full_like<double>(x, 2.5), local_array<double, 2>({5, 6}, 2.5)));
  CHECK(is_same(zeros_like(x), local_array<std::int32_t, 2>({5, 6}, 0)));
}
