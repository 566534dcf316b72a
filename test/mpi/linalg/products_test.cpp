// Products beyond dot, and products of diagonal matrices, against plain loops.
// ctest: RELEASE_ONLY
#include "support/oracle.hpp"

#include <pantile/ops/assign_view.hpp>
#include <pantile/ops/linalg.hpp>
#include <pantile/ops/movement.hpp>

#include <complex>

using namespace pantile;
using namespace support;

namespace {

template <int N>
local_array<double, N> draw(shape_of<N> const& shape, index_t seed = 1) {
  return samples<double>(shape, seed);
}

local_array<double, 2> outer_of(local_array<double, 1> const& a, local_array<double, 1> const& b) {
  return made<double>(shape_of<2>{a.extent(0), b.extent(0)},
                      [&](any_index const& i) { return a(i[0]) * b(i[1]); });
}
local_array<double, 2> diagonal_matrix(local_array<double, 1> const& v) {
  return made<double>(shape_of<2>{v.extent(0), v.extent(0)},
                      [&](any_index const& i) { return i[0] == i[1] ? v(i[0]) : 0.0; });
}
local_array<double, 3> batched(local_array<double, 3> const& a, local_array<double, 3> const& b) {
  shape_of<3> const shape{a.extent(0) == 1 ? b.extent(0) : a.extent(0), a.extent(1), b.extent(2)};
  return made<double>(shape, [&](any_index const& i) {
    double total = 0;
    for (index_t k = 0; k < a.extent(2); ++k)
      total += a(a.extent(0) == 1 ? 0 : i[0], i[1], k) * b(b.extent(0) == 1 ? 0 : i[0], k, i[2]);
    return total;
  });
}

}  // namespace

TEST_CASE("outer products lie as their left operand does, which does not move") {
  for (auto const& [m, n] : {std::pair{13, 4}, {2, 9}, {1, 1}, {0, 3}, {3, 0}}) {
    auto const a = draw<1>({m}), b = draw<1>({n}, 2);
    auto const expected = outer_of(a, b);
    CHECK(is_same(local_array<double, 2>(outer(a, b)), expected));
    for (tiling const& t : usual_tilings(extents(a.shape()))) {
      INFO(to_string(t));
      auto const da = spread(a, t), db = spread(b, tiling::row());
      CHECK(is_part_of(eval(outer(da, db)), expected));
      CHECK(is_part_of(eval(outer(da * 2.0, b)), local_array<double, 2>(expected * 2.0)));
      CHECK(is_part_of(eval(outer(a, db) - outer(a, b)), local_array<double, 2>({m, n}, 0.0)));
    }
  }
  std::vector<double> weights(40, 1.0);
  weights[0] = 30;
  auto const a = spread(draw<1>({40}), tiling::weighted(0, weights));
  auto const b = draw<1>({3});
  traffic const before = world().counters();
  auto const product = eval(outer(a, b));
  CHECK((world().counters() - before).bytes_sent == 0);
  CHECK(product.tiling().box_of(0).extent(0) == a.tiling().box_of(0).extent(0));
}

TEST_CASE("Gram matrices, traces, products of vectors along an axis") {
  for (auto const& shape : {shape_of<2>{7, 4}, shape_of<2>{3, 8}, shape_of<2>{1, 1}, shape_of<2>{0, 2}}) {
    auto const whole = draw<2>(shape), other = draw<2>(shape, 2);
    for (tiling const& t : usual_tilings(extents(shape))) {
      INFO(to_string(t));
      auto const a = spread(whole, t), b = spread(other, t);
      CHECK(is_part_of(eval(gram(a)), multiplied<double>(transposed(whole), whole)));
      auto const shifted = made<double>(shape, [&](any_index const& i) { return whole(i[0], i[1]) + 1; });
      CHECK(is_part_of(eval(gram(a + 1.0)), multiplied<double>(transposed(shifted), shifted)));
      for (index_t const offset : {-2, 0, 3}) {
        double expected = 0;
        for (index_t i = 0; i < shape[0]; ++i)
          if (i + offset >= 0 && i + offset < shape[1]) expected += whole(i, i + offset);
        CHECK(matrix_trace(a, offset) == expected);
      }
      auto const rows = made<double>(shape_of<1>{shape[0]}, [&](any_index const& i) {
        double total = 0;
        for (index_t j = 0; j < shape[1]; ++j) total += whole(i[0], j) * other(i[0], j);
        return total;
      });
      CHECK(is_part_of(eval(vecdot(a, b)), rows));
      CHECK(is_part_of(eval(vecdot(a, b, 1)), rows));
    }
  }
  using C = std::complex<double>;
  auto const z = samples<C>(shape_of<1>{5});
  C expected{};
  for (index_t i = 0; i < 5; ++i) expected += std::conj(z(i)) * z(i);
  CHECK(vecdot(spread(z, tiling::row()), z) == expected);
  CHECK(matrix_trace(local_array<std::int32_t, 2>({3, 3}, 2)) == 6);
}

TEST_CASE("Kronecker products, every tiling") {
  for (auto const& [m, n] : {std::pair{shape_of<2>{3, 2}, shape_of<2>{4, 3}},
                             {shape_of<2>{7, 1}, shape_of<2>{1, 2}},
                             {shape_of<2>{0, 2}, shape_of<2>{2, 2}},
                             {shape_of<2>{2, 2}, shape_of<2>{2, 0}}}) {
    auto const a = draw<2>(m), b = draw<2>(n, 2);
    auto const expected =
        made<double>(shape_of<2>{m[0] * n[0], m[1] * n[1]}, [&, inner = n](any_index const& i) {
          return a(i[0] / inner[0], i[1] / inner[1]) * b(i[0] % inner[0], i[1] % inner[1]);
        });
    CHECK(is_same(local_array<double, 2>(kron(a, b)), expected));
    for (tiling const& t : usual_tilings(extents(m))) {
      INFO(to_string(t));
      CHECK(is_part_of(eval(kron(spread(a, t), b)), expected));
      CHECK(is_part_of(eval(kron(spread(a, t) * 1.0, spread(b, tiling::column()))), expected));
    }
    CHECK(is_part_of(eval(kron(a, spread(b, tiling::row()))), expected));
  }
}

TEST_CASE("cross products") {
  auto const a = draw<2>({5, 3}), b = draw<2>({5, 3}, 2);
  auto const expected = made<double>(shape_of<2>{5, 3}, [&](any_index const& i) {
    index_t const j = (i[1] + 1) % 3, k = (i[1] + 2) % 3;
    return a(i[0], j) * b(i[0], k) - a(i[0], k) * b(i[0], j);
  });
  for (auto const& rule : usual_rules(2))
    CHECK(is_part_of(eval(cross(spread(a, rule), spread(b, tiling::row()))), expected));
  CHECK(is_same(local_array<double, 2>(cross(a, b)), expected));
  CHECK(thrown_by([&] { cross(a, draw<2>({5, 2})); }) == "shape_error");
}

TEST_CASE("products of pages, broadcast pages, every tiling") {
  struct operands {
    shape_of<3> a, b;
  };
  for (auto const& [sa, sb] :
       {operands{{5, 4, 3}, {5, 3, 6}}, operands{{1, 7, 3}, {4, 3, 2}}, operands{{12, 2, 3}, {1, 3, 2}},
        operands{{2, 1, 1}, {2, 1, 9}}, operands{{0, 2, 3}, {0, 3, 2}}, operands{{3, 0, 2}, {3, 2, 2}},
        operands{{3, 2, 0}, {1, 0, 2}}, operands{{1, 9, 2}, {1, 2, 8}}}) {
    auto const a = draw<3>(sa), b = draw<3>(sb, 2);
    auto const expected = batched(a, b);
    CHECK(is_same(local_array<double, 3>(matmul(a, b)), expected));
    for (auto const& rule : usual_rules(3)) {
      INFO(to_string(extents(sa)) << " " << to_string(extents(sb)) << " " << rule.name());
      auto const da = spread(a, rule), db = spread(b, rule);
      CHECK(is_part_of(eval(matmul(da, db)), expected));
      CHECK(is_part_of(eval(matmul(da, b)), expected));
      CHECK(is_part_of(eval(matmul(a, db)), expected));
    }
  }
  auto const a = draw<3>({5, 4, 3}), b = draw<3>({5, 3, 6}, 2);
  for (tiling const& t : usual_tilings(extents(a.shape()))) {
    INFO(to_string(t));
    CHECK(is_part_of(eval(matmul(spread(a, t), spread(b, tiling::page()))), batched(a, b)));
    CHECK(is_part_of(
        eval(matmul(transpose(spread(b, tiling::page()), {0, 2, 1}), transpose(spread(a, t), {0, 2, 1}))),
        local_array<double, 3>(transpose(batched(a, b), {0, 2, 1}))));
  }
  // Pages that lie where they are needed do not move.
  auto const da = spread(a, tiling::page()), db = spread(b, tiling::page());
  traffic const before = world().counters();
  auto const c = eval(matmul(da, db));
  CHECK((world().counters() - before).bytes_sent == 0);
  CHECK(c.tiling().grid() == da.tiling().grid());
}

TEST_CASE("pages are read as they lie: slices, transposes, halos; steps are not") {
  auto const a = draw<3>({6, 7, 9}), b = draw<3>({9, 6, 8}, 2), c = draw<3>({7, 3, 9}, 3),
             d = draw<3>({1, 9, 8}, 4);
  auto const rows_apart = [](auto const& x) { return transpose(x, {1, 0, 2}); };
  auto const columns_apart = [](auto const& x) { return transpose(x, {1, 2, 0}); };
  auto const pages_together = [](auto const& x) { return transpose(x, {2, 0, 1}); };
  auto const middle = [](auto const& x) { return x(every, range(1, 5), range(2, 8)); };
  auto const lower = [](auto const& x) { return x(range(1, 7), every, range(3, {})); };
  auto const every_other = [](auto const& x) { return x(range({}, {}, 2), every, every); };
  auto const backwards = [](auto const& x) { return x(every, range({}, {}, -1), every); };
  auto const same = [](auto const& x) { return as_node(x); };
  auto const check = [&](auto const& p, auto see_p, auto const& q, auto see_q, tiling_rule const& rule) {
    auto const expected = batched(local_array<double, 3>(see_p(p)), local_array<double, 3>(see_q(q)));
    CHECK(is_same(local_array<double, 3>(matmul(see_p(p), see_q(q))), expected));
    CHECK(is_part_of(eval(matmul(see_p(spread(p, rule)), see_q(spread(q, rule)))), expected));
  };
  auto rules = usual_rules(3);
  rules.push_back(tiling::row().halo(1));
  for (auto const& rule : rules) {
    INFO(rule.name());
    check(a, same, b, rows_apart, rule);
    check(
        a, middle, b, [&](auto const& x) { return rows_apart(lower(x)); }, rule);
    check(b, columns_apart, b, rows_apart, rule);
    check(a, pages_together, c, pages_together, rule);
    check(a, every_other, d, backwards, rule);
  }
}

TEST_CASE("many small pages, shared out among threads; one product beyond the memory budget") {
  auto const a = draw<3>({3000, 3, 4}), b = draw<3>({3000, 4, 2}, 2);
  CHECK(is_part_of(eval(matmul(spread(a, tiling::row()), spread(b, tiling::row()))), batched(a, b)));
  auto const n = made<std::int32_t>(shape_of<3>{700, 5, 5}, [](any_index const& i) {
    return static_cast<std::int32_t>(i[0] * 100003 + i[1] * 7 - i[2]);
  });
  auto const squares = made<std::int32_t>(shape_of<3>{700, 5, 5}, [&](any_index const& i) {
    std::uint32_t total = 0;
    for (index_t k = 0; k < 5; ++k)
      total += static_cast<std::uint32_t>(n(i[0], i[1], k)) * static_cast<std::uint32_t>(n(i[0], k, i[2]));
    return static_cast<std::int32_t>(total);
  });
  CHECK(is_part_of(eval(matmul(spread(n, tiling::row()), n)), squares));

  set_memory_budget(100);
  CHECK(thrown_by([&] { eval(matmul(spread(a, tiling::row()), b)); }) == "memory_error");
  set_memory_budget(std::numeric_limits<index_t>::max());
}

TEST_CASE("matmul of four dimensions, broadcast pages, every tiling") {
  auto const check = [](shape_of<4> const& sa, shape_of<4> const& sb) {
    auto const a = draw<4>(sa), b = draw<4>(sb, 2);
    shape_of<4> const shape{std::max(sa[0], sb[0]), std::max(sa[1], sb[1]), sa[2], sb[3]};
    auto const expected = made<double>(shape, [&](any_index const& i) {
      double total = 0;
      for (index_t k = 0; k < sa[3]; ++k)
        total += a(sa[0] == 1 ? 0 : i[0], sa[1] == 1 ? 0 : i[1], i[2], k) *
                 b(sb[0] == 1 ? 0 : i[0], sb[1] == 1 ? 0 : i[1], k, i[3]);
      return total;
    });
    INFO(to_string(extents(sa)) << " " << to_string(extents(sb)));
    CHECK(is_same(local_array<double, 4>(matmul(a, b)), expected));
    for (auto const& rule : usual_rules(4)) {
      INFO(rule.name());
      auto const da = spread(a, rule), db = spread(b, rule);
      CHECK(is_part_of(eval(matmul(da, db)), expected));
      CHECK(is_part_of(eval(matmul(da, b)), expected));
      CHECK(is_part_of(eval(matmul(a, db)), expected));
    }
  };
  check({2, 3, 4, 5}, {2, 3, 5, 2});
  check({1, 3, 4, 5}, {2, 1, 5, 2});
  check({7, 1, 1, 3}, {1, 1, 3, 1});
  check({2, 2, 0, 3}, {2, 2, 3, 2});
  check({2, 2, 3, 0}, {2, 2, 0, 2});
  auto const four = draw<4>({2, 3, 4, 5});
  auto const three = draw<3>({3, 5, 2}, 2);
  auto const product = local_array<double, 4>(matmul(spread(four, tiling::row()), three));
  auto const by_vector = local_array<double, 3>(matmul(four, draw<1>({5})));
  for (index_t i = 0; i < 2; ++i) {
    CHECK(is_same(local_array<double, 3>(product(i, every, every, every)),
                  batched(local_array<double, 3>(four(i, every, every, every)), three)));
    CHECK(is_same(local_array<double, 1>(by_vector(i, 1, every)),
                  local_array<double, 1>(dot(local_array<double, 2>(four(i, 1, every, every)), draw<1>({5})))));
  }
  CHECK(thrown_by([&] { matmul(four, draw<4>({2, 2, 5, 1})); }) == "shape_error");
}

TEST_CASE("matmul of vectors and matrices with pages; types; errors") {
  auto const pages = draw<3>({4, 3, 2});
  auto const m = draw<2>({2, 5}), left = draw<2>({6, 3});
  auto const v = draw<1>({2}), w = draw<1>({3});
  auto const dp = spread(pages, tiling::page());
  auto page = [&](index_t p) { return local_array<double, 2>(pages(p, every, every)); };
  auto const by_m = local_array<double, 3>(matmul(dp, spread(m, tiling::row())));
  auto const from_left = local_array<double, 3>(matmul(left, dp));
  auto const by_v = local_array<double, 2>(matmul(dp, v)), from_w = local_array<double, 2>(matmul(w, dp));
  for (index_t p = 0; p < 4; ++p) {
    CHECK(is_same(local_array<double, 2>(by_m(p, every, every)), multiplied<double>(page(p), m)));
    CHECK(is_same(local_array<double, 2>(from_left(p, every, every)), multiplied<double>(left, page(p))));
    CHECK(is_same(local_array<double, 1>(by_v(p, every)), local_array<double, 1>(dot(page(p), v))));
    CHECK(is_same(local_array<double, 1>(from_w(p, every)), local_array<double, 1>(dot(w, page(p)))));
  }
  CHECK(is_same(local_array<double, 2>(matmul(left, page(0))), multiplied<double>(left, page(0))));
  auto const flags = spread(local_array<bool, 3>({3, 2, 4}, true), tiling::row());
  CHECK(is_part_of(eval(matmul(flags, transpose(flags, {0, 2, 1}))), local_array<index_t, 3>({3, 2, 2}, 4)));
  CHECK(thrown_by([&] { matmul(pages, pages); }) == "shape_error");
  CHECK(thrown_by([&] { matmul(pages, draw<3>({3, 2, 1})); }) == "shape_error");
}

TEST_CASE("a list of the boxes of rows is as good as rows") {
  auto const a = draw<3>({4, 3, 5});
  auto const b = draw<2>({5, 2}, 2);
  tiling const rows = tiling::row().bind(extents(a.shape()), world().size());
  std::vector<box> boxes;
  for (int r = 0; r < world().size(); ++r) boxes.push_back(rows.box_of(r));
  auto const listed = spread(a, tiling::from_boxes(extents(a.shape()), std::move(boxes)));
  CHECK(is_part_of(eval(tensordot(listed, b, std::array{2}, std::array{0})),
                   local_array<double, 3>(tensordot(a, b, std::array{2}, std::array{0}))));
}

TEST_CASE("tensordot over one, two and all dimensions, every tiling") {
  auto const a = draw<3>({4, 3, 5}), b = draw<3>({5, 4, 2}, 2);
  auto const square = draw<2>({5, 4}, 3);
  auto const one = made<double>(shape_of<4>{4, 3, 4, 2}, [&](any_index const& i) {
    double total = 0;
    for (index_t k = 0; k < 5; ++k) total += a(i[0], i[1], k) * b(k, i[2], i[3]);
    return total;
  });
  auto const two = made<double>(shape_of<2>{3, 2}, [&](any_index const& i) {
    double total = 0;
    for (index_t j = 0; j < 4; ++j)
      for (index_t k = 0; k < 5; ++k) total += a(j, i[0], k) * b(k, j, i[1]);
    return total;
  });
  auto const vector = made<double>(shape_of<1>{3}, [&](any_index const& i) {
    double total = 0;
    for (index_t j = 0; j < 4; ++j)
      for (index_t k = 0; k < 5; ++k) total += a(j, i[0], k) * square(k, j);
    return total;
  });
  double all = 0;
  for (index_t i = 0; i < 4; ++i)
    for (index_t k = 0; k < 5; ++k) all += a(i, 0, k) * square(k, i);
  CHECK(is_same(local_array<double, 4>(tensordot(a, b, {2}, {0})), one));
  CHECK(is_same(local_array<double, 2>(tensordot(a, b, {0, -1}, {1, 0})), two));
  for (tiling const& t : usual_tilings(extents(a.shape()))) {
    INFO(to_string(t));
    auto const da = spread(a, t);
    auto const db = spread(b, tiling::row());
    CHECK(is_part_of(eval(tensordot(da, db, {2}, {0})), one));
    CHECK(is_part_of(eval(tensordot(da, b, {0, -1}, {1, 0})), two));
    CHECK(is_part_of(eval(tensordot(da, db, {2, 0}, {0, 1})), two));
    CHECK(is_part_of(eval(tensordot(da, square, {2, 0}, {0, 1})), vector));
    CHECK(is_part_of(eval(tensordot(square, da, {0, 1}, {2, 0})), vector));
    CHECK(tensordot(slice(da, every, 0, every), square, {0, 1}, {1, 0}) == all);
  }
  for (auto const& rule : usual_rules(3)) {
    auto const db = spread(b, rule);
    CHECK(is_part_of(eval(tensordot(a, db, {2}, {0})), one));
    CHECK(is_part_of(eval(tensordot(spread(a, tiling::axis(2)), db * 1.0, {2}, {0})), one));
  }
  auto const none = local_array<double, 3>({4, 3, 0});
  CHECK(is_part_of(eval(tensordot(spread(none, tiling::row()), local_array<double, 2>({0, 2}), {2}, {0})),
                   local_array<double, 3>({4, 3, 2}, 0.0)));
  auto const turned =
      made<double>(shape_of<4>{2, 4, 4, 3}, [&](any_index const& i) { return one(i[1], i[3], i[2], i[0]); });
  auto const da = spread(a, tiling::column()), db = spread(b, tiling::block());
  CHECK(is_part_of(eval(contract<"xyk,kzw">(da, db)), one));
  CHECK(is_part_of(eval(contract<"xyk,kzw->wxzy">(da, db)), turned));
  CHECK(is_part_of(eval(contract<"jik,kjl">(da, b)), two));
  CHECK(is_part_of(eval(contract<"jik,kj->i">(da, square)), vector));
  CHECK(contract<"jk,kj->">(slice(da, every, 0, every), square) == all);
  CHECK(thrown_by([&] { contract<"jik,jl">(da, square); }) == "shape_error");
  CHECK(thrown_by([&] { tensordot(a, b, {0, 0}, {1, 0}); }) == "index_error");
  CHECK(thrown_by([&] { tensordot(a, b, {3}, {0}); }) == "index_error");
  CHECK(thrown_by([&] { tensordot(a, b, {0}, {0}); }) == "shape_error");
}

TEST_CASE("products with diag(v) are those with the matrix that it stands for") {
  auto const v = draw<1>({6}), w = draw<1>({4}, 2);
  auto const whole = draw<2>({6, 4}, 3);
  auto const dv = diagonal_matrix(v), dw = diagonal_matrix(w);
  CHECK(is_same(local_array<double, 2>(diag(v)), dv));
  for (tiling const& t : usual_tilings(extents(whole.shape()))) {
    INFO(to_string(t));
    auto const a = spread(whole, t);
    auto const x = spread(v, tiling::row()), y = spread(w, tiling::row().halo(1));
    CHECK(is_part_of(eval(diag(x)), dv));
    CHECK(is_part_of(eval(dot(diag(x), a)), multiplied<double>(dv, whole)));
    CHECK(is_part_of(eval(dot(a, diag(y))), multiplied<double>(whole, dw)));
    CHECK(
        is_part_of(eval(dot(diag(v), dot(a, diag(y)))), multiplied<double>(dv, multiplied<double>(whole, dw))));
    CHECK(is_part_of(eval(dot(dot(transpose(a), diag(x)), a)),
                     multiplied<double>(transposed(whole), multiplied<double>(dv, whole)), 1e-14));
    CHECK(is_part_of(eval(dot(diag(x), v)), local_array<double, 1>(v * v)));
    CHECK(is_part_of(eval(dot(v, diag(x + 1.0))), local_array<double, 1>(v * (v + 1.0))));
    CHECK(
        is_part_of(eval(dot(dot(diag(x), diag(v)), a)), multiplied<double>(dv, multiplied<double>(dv, whole))));
    CHECK(is_part_of(eval(diag(x) + 1.0), local_array<double, 2>(dv + 1.0)));
    // The literal products agree.
    CHECK(is_part_of(eval(dot(eval(diag(x)), a)), multiplied<double>(dv, whole)));
    CHECK(is_part_of(eval(dot(dot(transpose(a), eval(diag(x))), a)),
                     multiplied<double>(transposed(whole), multiplied<double>(dv, whole))));
  }
  auto const flags = samples<bool>(shape_of<1>{4});
  local_array<index_t, 2> const counts = dot(diag(flags), local_array<bool, 2>({4, 2}, true));
  CHECK(is_same(counts, local_array<index_t, 2>(expand_dims(cast<index_t>(flags), 1) *
                                                local_array<index_t, 2>({4, 2}, 1))));
  CHECK(thrown_by([&] { dot(diag(v), draw<2>({5, 2})); }) == "shape_error");
  CHECK(thrown_by([&] { dot(diag(draw<1>({1})), whole); }) == "shape_error");
  CHECK(thrown_by([&] { dot(whole, diag(v)); }) == "shape_error");
  CHECK(thrown_by([&] { dot(v, diag(w)); }) == "shape_error");
}

TEST_CASE("diag of a million never takes a million squared") {
  index_t const n = 1'000'000;
  auto const number = [](index_t i) noexcept { return static_cast<double>(i % 7); };
  auto const v = from_function<double>(world(), {n}, tiling::row(), number);
  auto const y = from_function<double>(world(), {n, 2}, tiling::row(),
                                       [&](index_t i, index_t j) noexcept { return number(i + j); });
  double expected = 0;
  for (index_t i = 0; i < n; ++i) expected += number(i) * number(i) * number(i + 1);
  auto const g = all_gather(dot(dot(transpose(y), diag(v)), y));
  CHECK(g(0, 1) == expected);
  CHECK(g(1, 0) == expected);
  CHECK(sum(dot(diag(v), y(every, 0)) * y(every, 1)) == expected);
}
