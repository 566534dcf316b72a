// Products of matrices and vectors: shapes, tilings, transposes, element types, and what they communicate.
#include "support/oracle.hpp"

#include <pantile/ops/dot.hpp>
#include <pantile/ops/movement.hpp>

#include <complex>

using namespace pantile;
using namespace support;

namespace {

using matrix = local_array<double, 2>;

matrix column_of(local_array<double, 1> const& v) {
  return made<double>(shape_of<2>{v.extent(0), 1}, [&](any_index const& i) { return v(i[0]); });
}
local_array<double, 1> flat(matrix const& m) {
  return made<double>(shape_of<1>{m.count()}, [&](any_index const& i) { return m.data()[i[0]]; });
}

/// dot(a, b) where each is drawn as it is, as a transpose, distributed, local.
void check_matrices(int cases) {
  int const ranks = world().size();
  index_t const sizes[] = {0, 1, 2, 3, 5, 7, 11, 17, 23, 40};
  for (int i = 0; i < cases; ++i) {
    dice d(static_cast<std::uint64_t>(500 + i));
    auto size = [&] { return sizes[d.below(i % 4 == 0 ? 10 : 9) + (i % 4 == 0 ? 0 : 1)]; };
    index_t const m = size(), k = size(), n = size();
    matrix const a = samples<double>(shape_of<2>{m, k}, 1), b = samples<double>(shape_of<2>{k, n}, 2);
    matrix const at = transposed(a), bt = transposed(b), expected = multiplied<double>(a, b);
    auto tile = [&](matrix const& whole) { return random_tiling(d, extents(whole.shape()), ranks); };
    tiling const ta = tile(a), tb = tile(b), tat = tile(at), tbt = tile(bt);
    INFO(i << ": " << to_string(ta) << " . " << to_string(tb) << "; transposed " << to_string(tat) << " . "
           << to_string(tbt));
    auto const da = spread(a, ta), db = spread(b, tb), dat = spread(at, tat), dbt = spread(bt, tbt);
    CHECK(is_part_of(eval(dot(da, db)), expected));
    CHECK(is_part_of(eval(dot(transpose(dat), db)), expected));
    CHECK(is_part_of(eval(dot(da, transpose(dbt))), expected));
    CHECK(is_part_of(eval(dot(transpose(dat), transpose(dbt))), expected));
    CHECK(is_part_of(eval(dot(a, db)), expected));
    CHECK(is_part_of(eval(dot(da, b)), expected));
    CHECK(is_part_of(eval(dot(transpose(at), db)), expected));
    CHECK(is_same(matrix(dot(a, transpose(bt))), expected));  // local alone
  }
}

void check_vectors(int cases) {
  int const ranks = world().size();
  index_t const sizes[] = {0, 1, 2, 5, 8, 13, 31};
  for (int i = 0; i < cases; ++i) {
    dice d(static_cast<std::uint64_t>(900 + i));
    index_t const m = sizes[d.below(7)], k = sizes[d.below(7)];
    matrix const a = samples<double>(shape_of<2>{m, k}, 1), at = transposed(a);
    auto const x = samples<double>(shape_of<1>{k}, 2), y = samples<double>(shape_of<1>{m}, 3);
    auto const ax = flat(multiplied<double>(a, column_of(x))), ya = flat(multiplied<double>(at, column_of(y)));
    tiling const ta = random_tiling(d, extents(a.shape()), ranks),
                 tat = random_tiling(d, extents(at.shape()), ranks),
                 tx = random_tiling(d, extents(x.shape()), ranks),
                 ty = random_tiling(d, extents(y.shape()), ranks);
    INFO(i << ": " << to_string(ta) << ", transposed " << to_string(tat) << ", x " << to_string(tx) << ", y "
           << to_string(ty));
    auto const da = spread(a, ta), dat = spread(at, tat);
    auto const dx = spread(x, tx), dy = spread(y, ty);
    CHECK(is_part_of(eval(dot(da, dx)), ax));
    CHECK(is_part_of(eval(dot(transpose(dat), dx)), ax));
    CHECK(is_part_of(eval(dot(dy, da)), ya));
    CHECK(is_part_of(eval(dot(dy, transpose(dat))), ya));
    CHECK(is_part_of(eval(dot(da, x)), ax));
    CHECK(is_part_of(eval(dot(a, dx)), ax));
    CHECK(is_part_of(eval(dot(y, da)), ya));
    CHECK(is_part_of(eval(dot(dy, a)), ya));
    double scalar = 0;
    for (index_t l = 0; l < k; ++l) scalar += x(l) * x(l);
    CHECK(dot(dx, dx) == scalar);
    CHECK(dot(dx, x) == scalar);
    CHECK(dot(x, x) == scalar);
  }
}

/// One case with every kind of operand for a further element type.
template <class T>
void check_type(double tolerance) {
  INFO(dtype_name(dtype_of<T>));
  auto const a = samples<T>(shape_of<2>{13, 6}, 1);
  auto const b = samples<T>(shape_of<2>{6, 5}, 2);
  auto const expected = multiplied<T>(a, b), gram = multiplied<T>(transposed(a), a);
  for (auto const& rule : {tiling::row(), tiling::column().halo(1), tiling::block()}) {
    INFO(rule.name());
    auto const da = spread(a, rule);
    auto const db = spread(b, rule);
    CHECK(is_part_of(eval(dot(da, db)), expected, tolerance));
    CHECK(is_part_of(eval(dot(transpose(da), da)), gram, tolerance));
  }
}

}  // namespace

TEST_CASE("matrix times matrix, drawn shapes and tilings") { check_matrices(60); }
TEST_CASE("matrix times vector and vector times matrix, drawn shapes and tilings") { check_vectors(50); }

TEST_CASE("Gram matrices of either side, every tiling") {
  for (auto const& shape :
       {shape_of<2>{31, 6}, shape_of<2>{5, 12}, shape_of<2>{1, 3}, shape_of<2>{0, 4}, shape_of<2>{4, 0}}) {
    matrix const whole = samples<double>(shape), flipped = transposed(whole);
    for (tiling const& t : usual_tilings(extents(shape))) {
      INFO(to_string(t));
      auto const a = spread(whole, t);
      auto const columns = eval(dot(transpose(a), a)), rows = eval(dot(a, transpose(a)));
      CHECK(is_part_of(columns, multiplied<double>(flipped, whole)));
      CHECK(is_part_of(rows, multiplied<double>(whole, flipped)));
      CHECK(is_part_of(eval(dot(transpose(whole), a)), multiplied<double>(flipped, whole)));
    }
    CHECK(is_same(matrix(dot(transpose(whole), whole)), multiplied<double>(flipped, whole)));
  }
}

TEST_CASE("Gram of rows is replicated, costs one allreduce, and is symmetric to the last bit") {
  index_t const n = 9;
  auto const a =
      spread(mapped([](double x) { return x / 3; }, samples<double>(shape_of<2>{200, n})), tiling::row());
  traffic const before = world().counters();
  auto const g = eval(dot(transpose(a), a));
  traffic const moved = world().counters() - before;
  CHECK(g.tiling().is_replicated());
  CHECK(moved.bytes_sent == (world().size() == 1 ? 0 : n * n * index_t{sizeof(double)}));
  auto const view = g.local();
  CHECK(view == view.transpose());
}

TEST_CASE("products of every element type") {
  check_type<float>(1e-5);
  check_type<std::complex<float>>(1e-5);
  check_type<std::complex<double>>(1e-13);
  check_type<std::int64_t>(0);
  check_type<std::int32_t>(0);
  check_type<std::uint8_t>(0);
}

TEST_CASE("products of mixed types, of bool and of integers that wrap") {
  auto const flags = samples<bool>(shape_of<2>{9, 7}, 1);
  auto const numbers = samples<std::int32_t>(shape_of<2>{7, 3}, 2);
  auto const df = spread(flags, tiling::row());
  auto const dn = spread(numbers, tiling::row());
  array<std::int32_t, 2> const mixed = dot(df, dn);
  CHECK(is_part_of(mixed, multiplied<std::int32_t>(flags, numbers)));
  array<std::int64_t, 2> const counts = dot(transpose(df), df);
  CHECK(is_part_of(counts, multiplied<std::int64_t>(transposed(flags), flags)));
  array<double, 2> const wide = dot(dn * 0.5, transpose(dn));
  CHECK(is_part_of(wide, mapped([](std::int64_t x) { return static_cast<double>(x) / 2; },
                                multiplied<std::int64_t>(numbers, transposed(numbers)))));
  auto const yes = full<bool>(world(), {300}, true, tiling::row());
  CHECK(dot(yes, yes) == 300);
  auto const large = full<std::int32_t>(world(), {2}, 1 << 30, tiling::row());
  CHECK(dot(large, full<std::int32_t>(world(), {2}, 2, tiling::row())) == 0);
  auto const bytes = full<std::uint8_t>(world(), {3}, std::uint8_t{100}, tiling::row());
  CHECK(dot(bytes, bytes) == 48);  // 30000 mod 256
  auto const z = full<std::complex<float>>(world(), {5}, std::complex<float>(0, 1), tiling::row());
  CHECK(dot(z, z) == std::complex<float>(-5));  // no conjugation
}

TEST_CASE("products inside expressions") {
  matrix const whole = samples<double>(shape_of<2>{14, 5}), flipped = transposed(whole);
  matrix const gram = multiplied<double>(flipped, whole);
  auto const x = samples<double>(shape_of<1>{5}, 4);
  for (tiling const& t : usual_tilings(extents{14, 5})) {
    INFO(to_string(t));
    auto const a = spread(whole, t);
    array<double, 2> const g = dot(transpose(a), a) + 0.25 * identity<double>(5);
    CHECK(is_part_of(g, made<double>(shape_of<2>{5, 5}, [&](any_index const& i) {
                       return gram(i[0], i[1]) + (i[0] == i[1] ? 0.25 : 0);
                     })));
    auto const residual = eval(dot(a, x) - 1.0);
    auto const ax = flat(multiplied<double>(whole, column_of(x)));
    CHECK(is_part_of(residual, mapped([](double v) { return v - 1; }, ax)));
    array<double, 1> const gradient = dot(transpose(a), dot(a, x) - 1.0);
    CHECK(is_part_of(gradient, flat(multiplied<double>(flipped, column_of(all_gather(residual))))));
    array<double, 2> const chain = dot(dot(a, transpose(a)), a * 2.0);
    CHECK(is_part_of(chain, mapped([](double v) { return 2 * v; }, multiplied<double>(whole, gram))));
    CHECK(is_part_of(eval(transpose(dot(transpose(a), a))), gram));
    CHECK(is_part_of(eval(dot(identity<double>(14), a)), whole));
    auto w = spread(x, tiling::row());
    w = w - 0.5 * dot(transpose(a), dot(a, w));
    auto const step = flat(multiplied<double>(flipped, column_of(ax)));
    CHECK(is_part_of(w, mapped([](double v, double s) { return v - 0.5 * s; }, x, step)));
    CHECK(sum(dot(a, x)) == sum(residual + 1.0));
  }
}

TEST_CASE("the tilings of products") {
  auto const rows = ones<double>(world(), {12, 8}, tiling::row());
  auto const columns = ones<double>(world(), {12, 8}, tiling::column());
  auto const small = ones<double>(world(), {8, 4}, tiling::replicated());
  auto const square = ones<double>(world(), {12, 12}, tiling::replicated());
  int const ranks = world().size();
  CHECK(eval(dot(rows, small)).tiling() == tiling::row().bind({12, 4}, ranks));
  CHECK(eval(dot(columns, small)).tiling().is_replicated());
  CHECK(eval(dot(square, columns)).tiling() == tiling::column().bind({12, 8}, ranks));
  CHECK(eval(dot(square, rows)).tiling().is_replicated());
  CHECK(eval(dot(small, transpose(small))).tiling().is_replicated());
  traffic const before = world().counters();
  eval(dot(rows, small));
  eval(dot(square, columns));
  CHECK(world().counters() == before);
}

TEST_CASE("inner extents that differ") {
  auto const a = ones<double>(world(), {4, 3}, tiling::row());
  auto const v = ones<double>(world(), {4}, tiling::row());
  CHECK(thrown_by([&] { dot(a, a); }) == "shape_error");
  CHECK(thrown_by([&] { dot(a, v); }) == "shape_error");
  CHECK(thrown_by([&] { dot(transpose(a), transpose(a)); }) == "shape_error");
  CHECK(thrown_by([&] { dot(v, ones<double>(world(), {5}, tiling::row())); }) == "shape_error");
  CHECK(thrown_by([&] { dot(v, local_array<double, 1>({1}, 1.0)); }) == "shape_error");  // no broadcasting
  try {
    dot(a, v);
    FAIL("no error");
  } catch (shape_error const& e) {
    CHECK(e.message().find("3 columns") != std::string::npos);
    CHECK(e.message().find("4 rows") != std::string::npos);
    CHECK(e.location().find("dot_test.cpp") != std::string::npos);
  }
}
