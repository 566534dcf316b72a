// c = alpha a b + beta c for operands and results of any tiling.
#include "support/oracle.hpp"

#include <pantile/ops/explain.hpp>
#include <pantile/ops/gemm.hpp>
#include <pantile/ops/movement.hpp>

using namespace pantile;
using namespace support;

namespace {

template <element T>
local_array<T, 2> accumulated(T alpha, local_array<T, 2> const& a, local_array<T, 2> const& b, T beta,
                              local_array<T, 2> const& c) {
  auto const product = multiplied<T>(a, b);
  return made<T>(c.shape(), [&](any_index const& i) {
    T const p = product(i[0], i[1]);
    return static_cast<T>(beta == T(0) ? static_cast<T>(alpha * p)
                                       : static_cast<T>(alpha * p + beta * c(i[0], i[1])));
  });
}

}  // namespace

TEST_CASE("gemm of drawn shapes and tilings, into any tiling") {
  for (int i = 0; i < 40; ++i) {
    dice d(static_cast<std::uint64_t>(9100 + i));
    index_t const sizes[] = {0, 1, 2, 5, 9, 16, 31};
    index_t const m = sizes[d.below(7)], k = sizes[d.below(7)], n = sizes[d.below(7)];
    auto const a = samples<double>(shape_of<2>{m, k}, 1), b = samples<double>(shape_of<2>{k, n}, 2),
               c = samples<double>(shape_of<2>{m, n}, 3);
    auto const drawn = [&](auto const& whole) {
      return spread(whole, random_tiling(d, extents(whole.shape()), world().size()));
    };
    auto const da = drawn(a), db = drawn(b);
    tiling const t =
        random_tiling(d, extents(c.shape()), world().size()).with_halos(random_halos(d, d.below(2) * 2));
    for (auto const& [alpha, beta] : {std::pair{1.0, 0.0}, {1.0, 1.0}, {-2.0, 0.5}, {0.0, 3.0}}) {
      INFO(i << ": " << to_string(da.tiling()) << " . " << to_string(db.tiling()) << " into " << to_string(t));
      auto const expected = accumulated(alpha, a, b, beta, c);
      auto dc = spread(c, t);
      index_t const generation = dc.generation();
      gemm(alpha, da, db, beta, dc);
      CHECK(is_part_of(dc, expected, 1e-12));
      CHECK(dc.tiling() == t);
      CHECK(dc.generation() == generation + 1);
      gemm(alpha, transpose(drawn(local_array<double, 2>(transpose(a)))), b, beta, dc = c);
      CHECK(is_part_of(dc, expected, 1e-12));
      auto here = c;
      gemm(alpha, a, b, beta, here);
      CHECK(is_same(here, expected, 1e-12));
    }
  }
}

TEMPLATE_TEST_CASE("gemm of every element type and of vectors", "", std::uint8_t, std::int32_t, std::int64_t,
                   float, double, std::complex<float>, std::complex<double>) {
  using T = TestType;
  auto const a = samples<T>(shape_of<2>{7, 5}, 1), b = samples<T>(shape_of<2>{5, 4}, 2),
             c = samples<T>(shape_of<2>{7, 4}, 3);
  for (auto const& rule : {tiling::row(), tiling::column(), tiling::block(), tiling::replicated()}) {
    auto dc = spread(c, rule);
    gemm(T(3), spread(a, tiling::row()), spread(b, tiling::column()), T(2), dc);
    CHECK(is_part_of(dc, accumulated<T>(T(3), a, b, T(2), c), 1e-4));
    auto const v = samples<T>(shape_of<1>{5}, 4), w = samples<T>(shape_of<1>{7}, 5);
    auto dw = spread(w, tiling::row());
    gemm(T(1), spread(a, rule), spread(v, tiling::row()), T(1), dw);
    CHECK(is_part_of(dw, local_array<T, 1>(w + dot(a, v)), 1e-4));
  }
}

TEST_CASE("gemm of what it is added to, of NaN that does not count, and of wrong operands") {
  auto const square = samples<double>(shape_of<2>{6, 6});
  for (auto const& rule : {tiling::row(), tiling::block()}) {
    auto c = spread(square, rule);
    gemm(2.0, c, c, 1.0, c);
    CHECK(is_part_of(c, accumulated(2.0, square, square, 1.0, square), 1e-12));
    array<double, 2> nothing(world(), {6, 6}, rule);
    nothing = std::numeric_limits<double>::quiet_NaN();
    gemm(1.0, spread(square, rule), spread(square, rule), 0.0, nothing);
    CHECK(is_part_of(nothing, multiplied<double>(square, square), 1e-12));
  }
  auto c = spread(square, tiling::row());
  CHECK(thrown_by([&] { gemm(1.0, samples<double>(shape_of<2>{6, 5}), square, 1.0, c); }) == "shape_error");
  CHECK(thrown_by([&] { gemm(1.0, samples<double>(shape_of<2>{5, 6}), square, 1.0, c); }) == "shape_error");
  auto here = square;
  CHECK(thrown_by([&] { gemm(1.0, c, square, 1.0, here); }) == "tiling_error");
  CHECK(thrown_by([&] { gemm(1.0, spread(square, tiling::row()), square, 1.0, here); }) == "tiling_error");
  CHECK(is_part_of(c, square));
}

TEST_CASE("gemm in place takes no memory for the product; explain says what it moves") {
  auto const a = ones<double>(world(), {400, 600}, tiling::row());
  auto const b = ones<double>(world(), {600, 300}, tiling::replicated());
  array<double, 2> c = ones<double>(world(), {400, 300}, tiling::row());
  plan const p = explain(world(), [&] { gemm(1.0, a, b, 1.0, c); });
  CHECK(p.temporary_busiest == 0);
  CHECK(p.bytes_total == 0);
  array<double, 2> d(world(), {400, 300}, tiling::block().halo(1));
  for (auto const& into : {c, d}) {
    auto target = into;
    auto const rows = ones<double>(world(), {600, 300}, tiling::row());
    plan const one = explain(world(), [&] { gemm(2.0, a, rows, 0.0, target); });
    traffic const before = world().counters();
    gemm(2.0, a, rows, 0.0, target);
    CHECK(one.per_rank[static_cast<std::size_t>(world().rank())] == world().counters() - before);
    CHECK(is_part_of(target, made<double>(shape_of<2>{400, 300}, [](any_index const&) { return 1200.0; })));
  }
}
