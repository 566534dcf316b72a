// Elementwise expressions: broadcasting, tilings, aliasing and memory. The functions themselves are in
// expression_functions_test.cpp, what can go wrong in expression_errors_test.cpp.
#include "support/oracle.hpp"

#include <pantile/comm/memory.hpp>
#include <pantile/expr/functions.hpp>
#include <pantile/expr/structured.hpp>
#include <pantile/ops/dot.hpp>
#include <pantile/ops/movement.hpp>
#include <pantile/ops/rearrange.hpp>

#include <complex>

using namespace pantile;
using namespace support;

namespace {

constexpr auto minus = [](double x, double y) { return x - y; };

/// Makes some extents 1 and leaves some dimensions out, as broadcasting allows it.
template <int N>
shape_of<N> stretchable(dice& d, extents const& shape) {
  shape_of<N> sizes{};
  for (int k = 0; k < N; ++k)
    sizes[static_cast<std::size_t>(k)] = d.one_in(3) ? 1 : shape[shape.dimensions() - N + k];
  return sizes;
}

/// a - b for drawn shapes and tilings of A and B dimensions: as a new array, into arrays that exist, and local.
template <int A, int B>
void check_broadcasting(int cases) {
  constexpr int N = std::max(A, B);
  int const ranks = world().size();
  for (int i = 0; i < cases; ++i) {
    dice d(static_cast<std::uint64_t>(1000 * A + 100 * B + i));
    extents const shape = random_shape(d, N, ranks);
    auto const a = samples<double>(stretchable<A>(d, shape), 1),
               b = samples<double>(stretchable<B>(d, shape), 2);
    auto const expected = mapped(minus, a, b);
    extents const result(expected.shape());
    tiling const ta = random_tiling(d, extents(a.shape()), ranks),
                 tb = random_tiling(d, extents(b.shape()), ranks), tc = random_tiling(d, result, ranks);
    INFO(i << ": " << to_string(ta) << " - " << to_string(tb) << " into " << to_string(tc));
    auto const da = spread(a, ta);
    auto const db = spread(b, tb);
    array<double, N> const fresh = da - db;
    CHECK(is_part_of(fresh, expected));
    CHECK_FALSE(fresh.tiling().has_halo());
    auto target = full<double>(world(), expected.shape(), -1.0, tc);
    target = da - db;
    CHECK(target.tiling() == tc);
    CHECK(is_part_of(target, expected));
    target = da - b;  // distributed and local
    CHECK(is_part_of(target, expected));
    target = a - b;  // local alone, into a distributed target
    CHECK(is_part_of(target, expected));
    local_array<double, N> const whole = da - db;
    CHECK(is_same(whole, expected));
    CHECK(is_same(local_array<double, N>(a - b), expected));
    CHECK(is_part_of(da, a));
    CHECK(is_part_of(db, b));
  }
}

}  // namespace

TEST_CASE("operands broadcast as in NumPy, whatever their tilings") {
  check_broadcasting<1, 1>(20);
  check_broadcasting<1, 2>(12);
  check_broadcasting<2, 1>(12);
  check_broadcasting<2, 2>(30);
  check_broadcasting<3, 1>(10);
  check_broadcasting<2, 3>(10);
  check_broadcasting<3, 3>(12);
  check_broadcasting<1, 4>(8);
  check_broadcasting<4, 3>(8);
  check_broadcasting<4, 4>(10);
}

TEST_CASE("the largest operand that spans the result gives the tiling; tiled ones before replicated ones") {
  int const ranks = world().size();
  auto const rows = ones<float>(world(), {12, 8}, tiling::row());
  auto const columns = ones<double>(world(), {12, 8}, tiling::column());
  auto const blocks = ones<std::complex<double>>(world(), {12, 8}, tiling::block().halo(1));
  auto const everywhere = ones<std::complex<double>>(world(), {12, 8}, tiling::replicated());
  auto const one_row = ones<double>(world(), {1, 8}, tiling::column());
  auto const one_column = ones<double>(world(), {12, 1}, tiling::row());
  auto const vector = ones<double>(world(), {8}, tiling::row());
  extents const shape{12, 8};
  auto tiled_as = [&](auto const& e, tiling_rule const& rule) {
    return eval(e).tiling() == rule.bind(shape, ranks);
  };
  CHECK(tiled_as(rows + columns, tiling::column()));
  CHECK(tiled_as(columns + rows, tiling::column()));
  CHECK(tiled_as(rows + vector, tiling::row()));
  CHECK(tiled_as(columns + blocks, tiling::block()));  // the halo is not inherited
  CHECK(tiled_as(everywhere + rows, tiling::row()));
  CHECK(tiled_as(rows + everywhere, tiling::row()));
  CHECK(tiled_as(everywhere + vector, tiling::replicated()));
  CHECK(tiled_as(one_row + one_column, tiling::row()));  // none spans the result
  CHECK(tiled_as(transpose(ones<double>(world(), {8, 12}, tiling::column())) + rows, tiling::row()));
  CHECK(eval(rows + rows).tiling() == rows.tiling());
  if (ranks > 1) CHECK(eval(columns + rows).tiling() != rows.tiling());
}

TEST_CASE("no communication where the operands are aligned, halos or not") {
  auto const a = ones<double>(world(), {30, 4}, tiling::row());
  auto const b = ones<double>(world(), {30, 4}, tiling::row().halo(2));
  auto const w = ones<double>(world(), {4}, tiling::replicated());
  local_array<double, 1> const local({4}, 2.0);
  auto c = ones<double>(world(), {30, 4}, tiling::row());
  traffic const before = world().counters();
  c = a * b + w * 2.0 - local;
  CHECK(world().counters() == before);
  CHECK(is_part_of(c, local_array<double, 2>({30, 4}, 1.0)));
}

TEST_CASE("three-dimensional transposes in any order") {
  auto const whole = samples<float>(shape_of<3>{4, 5, 3});
  for (tiling const& t : usual_tilings(extents{4, 5, 3})) {
    INFO(to_string(t));
    auto const a = spread(whole, t);
    for (std::array<int, 3> axes : {std::array{0, 1, 2}, std::array{0, 2, 1}, std::array{1, 0, 2},
                                    std::array{1, 2, 0}, std::array{2, 0, 1}, std::array{-1, -2, -3}}) {
      std::array<std::size_t, 3> from{};
      shape_of<3> shape{};
      for (std::size_t d = 0; d < 3; ++d) {
        from[d] = static_cast<std::size_t>((axes[d] + 3) % 3);
        shape[d] = whole.shape()[from[d]];
      }
      auto const expected = made<float>(shape, [&](any_index const& i) {
        any_index source{};
        for (std::size_t d = 0; d < 3; ++d) source[from[d]] = i[d];
        return whole(source[0], source[1], source[2]) + 1;
      });
      array<float, 3> const moved = transpose(a, axes) + 1.0f;
      CHECK(is_part_of(moved, expected));
    }
    CHECK(is_part_of(eval(transpose(transpose(a))), whole));
  }
  auto const a = spread(whole, tiling::row());
  CHECK(thrown_by([&] { transpose(a, {0, 1, 3}); }) == "index_error");
  CHECK(thrown_by([&] { transpose(a, {0, 1, -2}); }) == "index_error");
}

TEST_CASE("errors of slices and of functions of many operands name the caller's line") {
  local_array<double, 2> const a({3, 4}, 1.0), b({2, 5}, 1.0);
  auto const place_of = [](auto const& work) -> std::string {
    try {
      work();
    } catch (error const& e) {
      return e.location();
    }
    return "no error";
  };
  auto const here = [](int line) { return "expr/expression_test.cpp:" + std::to_string(line); };
  CHECK(place_of([&] { a(range(0, 2), 7); }) == here(__LINE__));
  CHECK(place_of([&] { slice(a, -9, range(0, 2)); }) == here(__LINE__));
  CHECK(place_of([&] { concatenate(0, a, b); }) == here(__LINE__));
  CHECK(place_of([&] { concatenate(2, a, a); }) == here(__LINE__));
  CHECK(place_of([&] { stack(-4, a, a); }) == here(__LINE__));
  CHECK(place_of([&] { a(every, 9); }).empty());  // `every` is one constant: it knows no line
}

TEST_CASE("assignment is correct where the expression reads its own target") {
  auto const whole = samples<double>(shape_of<2>{9, 9});
  auto const flipped = transposed(whole);
  auto const plus = [](double x, double y) { return x + y; };
  for (tiling const& t : usual_tilings(extents{9, 9})) {
    INFO(to_string(t));
    auto a = spread(whole, t);
    a = transpose(a);
    CHECK(is_part_of(a, flipped));
    a = a + transpose(a);
    CHECK(is_part_of(a, mapped(plus, whole, flipped)));
    CHECK(a.tiling() == t);

    auto b = spread(whole, t);
    b = b * b - 2.0 * b;
    CHECK(is_part_of(b, mapped([](double x) { return x * x - 2 * x; }, whole)));
    b = transpose(transpose(b));
    CHECK(is_part_of(b, mapped([](double x) { return x * x - 2 * x; }, whole)));

    auto c = spread(whole, t);
    c = c - sum(c, 0) + dot(c, c);
    auto const product = multiplied<double>(whole, whole);
    auto const expected = made<double>(shape_of<2>{9, 9}, [&](any_index const& i) {
      double column = 0;
      for (index_t k = 0; k < 9; ++k) column += whole(k, i[1]);
      return whole(i[0], i[1]) - column + product(i[0], i[1]);
    });
    CHECK(is_part_of(c, expected, 1e-13));
    CHECK(c.generation() == 1);
  }
  local_array<double, 2> local(whole);
  local = transpose(local) - local;
  CHECK(is_same(local, mapped(minus, flipped, whole)));
}

TEST_CASE("a three-dimensional array reads itself through a cyclic transpose") {
  auto const whole = samples<std::int32_t>(shape_of<3>{4, 4, 4});
  auto const expected = made<std::int32_t>(shape_of<3>{4, 4, 4}, [&](any_index const& i) {
    return whole(i[2], i[0], i[1]) * 3 - whole(i[0], i[1], i[2]);
  });
  for (tiling const& t : usual_tilings(extents{4, 4, 4})) {
    INFO(to_string(t));
    auto a = spread(whole, t);
    a = transpose(a, {1, 2, 0}) * 3 - a;
    CHECK(is_part_of(a, expected));
  }
}

TEST_CASE("an expression that was described before an array went out of scope still reads its elements") {
  auto describe = [] {
    auto const a = full<double>(world(), {6}, 2.0, tiling::row());
    return a * 3.0;
  };
  auto const e = describe();
  CHECK(is_part_of(eval(e), local_array<double, 1>({6}, 6.0)));
}

TEST_CASE("refresh_halo brings what was written through local()") {
  for (auto const& rule :
       {tiling::row().halo(1), tiling::block().halo(2), tiling::column(), tiling::replicated()}) {
    INFO(rule.name());
    auto a = zeros<double>(world(), {11, 7}, rule);
    auto const whole = samples<double>(shape_of<2>{11, 7});
    box const owned = a.owned_box();
    auto mine = a.local();
    for (index_t i = 0; i < owned.extent(0); ++i)
      for (index_t j = 0; j < owned.extent(1); ++j) mine(i, j) = whole(owned.lo[0] + i, owned.lo[1] + j);
    refresh_halo(a);
    CHECK(is_part_of(a, whole));
    CHECK(a.generation() == 1);
  }
}

TEST_CASE("halos are refreshed by every assignment") {
  auto const whole = samples<double>(shape_of<2>{17, 5});
  for (auto const& rule : {tiling::row().halo(1), tiling::row().halo(3), tiling::block().halo(2),
                           tiling::column().halo({0, 1}), tiling::column().halo(1)}) {
    INFO(rule.name());
    auto a = spread(whole, rule);
    a = a * 2.0;
    CHECK(is_part_of(a, mapped([](double x) { return x * 2; }, whole)));
    auto b = zeros<double>(world(), {17, 5}, rule);
    b = a - 1.0;
    CHECK(is_part_of(b, mapped([](double x) { return x * 2 - 1; }, whole)));
    auto c = zeros<std::int32_t>(world(), {17, 5}, rule);  // with a check, so in other memory
    c = cast<std::int32_t>(a) / 3;
    CHECK(is_part_of(c, mapped([](double x) { return static_cast<std::int32_t>(x * 2) / 3; }, whole)));
  }
}

TEST_CASE("tiles one element wide inside a halo") {
  int const ranks = world().size();
  auto const wide = samples<double>(shape_of<2>{5, ranks}), deep = samples<double>(shape_of<2>{ranks, 5});
  auto const thin = samples<double>(shape_of<3>{3, ranks, 2});
  for (index_t halo : {1, 2}) {
    auto a = zeros<double>(world(), wide.shape(), tiling::column().halo(halo));
    a = wide + 0.0;
    CHECK(is_part_of(a, wide));
    auto b = zeros<double>(world(), deep.shape(), tiling::row().halo(halo));
    b = deep + 0.0;
    CHECK(is_part_of(b, deep));
    auto c = zeros<double>(world(), thin.shape(), tiling::row().halo(halo));
    c = thin + 0.0;
    CHECK(is_part_of(c, thin));
    auto v = zeros<double>(world(), {ranks}, tiling::row().halo(halo));
    v = samples<double>(shape_of<1>{ranks}) + 0.0;
    CHECK(is_part_of(v, samples<double>(shape_of<1>{ranks})));
  }
}

TEST_CASE("symbols and generators know their global index") {
  int const ranks = world().size();
  for (auto const& rule : usual_rules(2)) {
    INFO(rule.name());
    auto const zero = zeros<double>(world(), {11, 11}, rule);
    auto const expected =
        made<double>(shape_of<2>{11, 11}, [](any_index const& i) { return i[0] == i[1] ? 2.5 : 0; });
    CHECK(is_part_of(eval(zero + 2.5 * identity<double>(11)), expected));
    CHECK(is_part_of(distribute(world(), 2.5 * identity<double>(11), rule), expected));
  }
  CHECK(thrown_by([] { array<double, 2> a = identity<double>(4); }) == "tiling_error");
  CHECK(is_same(local_array<double, 2>(identity<double>(2)),
                made<double>(shape_of<2>{2, 2}, [](any_index const& i) { return i[0] == i[1] ? 1.0 : 0.0; })));
  auto const one = ones<double>(world(), {1, ranks}, tiling::column());
  auto const sum = eval(one + identity<double>(1));
  CHECK(is_part_of(sum, local_array<double, 2>({1, ranks}, 2.0)));
}

TEST_CASE("a chain of operators allocates its result and nothing else") {
  index_t const n = 60000;
  auto const a = full<double>(world(), {n}, 4.0, tiling::row());
  auto const b = full<double>(world(), {n}, 2.0, tiling::row());
  local_array<double, 1> const expected({n}, 11.0);
  // What lies between the present and the peak is filled, so that the next allocation makes a new peak.
  auto const ballast = allocate_tile(peak_tile_bytes() - allocated_tile_bytes(), memory_kind::local);
  index_t const before = allocated_tile_bytes();
  REQUIRE(peak_tile_bytes() == before);
  index_t const tile = a.owned_box().count() * index_t{sizeof(double)};
  array<double, 1> c = sqrt(a) * b + abs(-a / b - 1.0) * where(a > b, a - b, b) + exp(a - 4.0);
  CHECK(allocated_tile_bytes() == before + tile);
  CHECK(peak_tile_bytes() == before + tile);
  CHECK(is_part_of(c, expected));
  c = c * a + b;  // in place
  CHECK(peak_tile_bytes() == before + tile);
  CHECK(sum((a + b) * (a - b)) == 12.0 * static_cast<double>(n));
  CHECK(peak_tile_bytes() == before + tile);
}

TEST_CASE("long rows, strided operands and results that are streamed") {
  // Every rank computes a small part, so that many ranks do not need much memory; threads:
  // pure/expr/fused_test.cpp.
  auto const a = samples<double>(shape_of<2>{700, 37}), b = samples<double>(shape_of<2>{37, 700});
  auto const expected = mapped(minus, transposed(a), b);
  for (auto const& rule : {tiling::row(), tiling::column(), tiling::block()}) {
    auto const da = spread(a, rule);
    auto const db = spread(b, rule);
    CHECK(is_part_of(eval(transpose(da) - db), expected));
    auto c = spread(b, tiling::block().halo(1));
    c = transpose(da) - c;
    CHECK(is_part_of(c, expected));
  }
}

TEST_CASE("expressions between element types") {
  auto const i = samples<std::int32_t>(shape_of<1>{40}, 1);
  auto const u = samples<std::uint8_t>(shape_of<1>{40}, 2);
  auto const z = samples<std::complex<float>>(shape_of<1>{40}, 3);
  auto const di = spread(i, tiling::row());
  auto const du = spread(u, tiling::block());
  auto const dz = spread(z, tiling::replicated());
  array<std::int32_t, 1> const s = di + du;
  CHECK(is_part_of(s, mapped([](std::int32_t x, std::uint8_t y) { return x + y; }, i, u)));
  array<std::complex<double>, 1> const c = dz * di;
  CHECK(is_part_of(c, mapped([](std::complex<float> x,
                                std::int32_t y) { return std::complex<double>(x) * static_cast<double>(y); },
                             z, i)));
  array<float, 1> const f = cast<float>(di);
  CHECK(is_part_of(f, mapped([](std::int32_t x) { return static_cast<float>(x); }, i)));
  array<bool, 1> const flags = cast<bool>(du);
  CHECK(is_part_of(flags, mapped([](std::uint8_t x) { return x != 0; }, u)));
}
