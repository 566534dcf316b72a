// Assignment into arrays that exist: every kind of view that can be written, `+=` and its like, numbers, and
// the tiling that a result is asked to have. What NumPy does with the same slices: test/numpy/assignments.cpp.
#include "support/oracle.hpp"

#include <pantile/array/tile_of.hpp>
#include <pantile/expr/create.hpp>
#include <pantile/expr/functions.hpp>
#include <pantile/expr/structured.hpp>
#include <pantile/expr/views.hpp>
#include <pantile/ops/assign_view.hpp>
#include <pantile/ops/diagonal.hpp>
#include <pantile/ops/dot.hpp>
#include <pantile/ops/explain.hpp>
#include <pantile/ops/movement.hpp>
#include <pantile/ops/reduce.hpp>

#include <functional>

using namespace pantile;
using namespace support;

namespace {

// Ways to update a target, and what each makes of an element.
struct set_to {
  template <class Target, class E>
  static void run(Target&& target, E const& e) {
    target = e;
  }
  static double of(double, double e) { return e; }
};
struct increase_by {
  template <class Target, class E>
  static void run(Target&& target, E const& e) {
    target += e;
  }
  static double of(double x, double e) { return x + e; }
};

/// A view of M dimensions of arrays of N dimensions.
template <int N, int M>
struct view_case {
  std::function<assignable_view<array<double, N>, M>(array<double, N>&)> of_array;
  std::function<assignable_view<local_array<double, N>, M>(local_array<double, N>&)> of_local;
  std::function<leaf<index_t, M>(local_array<index_t, N> const&)> of_numbers;
};

/// Updates what `view` shows of an array by an expression: distributed in every usual tiling, local, and
/// naively. Where the view has its elements is read off the same view of their numbers.
template <class Update, int N, int M>
void check_view(shape_of<N> const& shape, view_case<N, M> const& view) {
  auto const whole = samples<double>(shape, 1);
  index_t next = 0;
  auto const numbers = made<index_t>(shape, [&](any_index const&) { return next++; });
  local_array<index_t, M> const chosen = view.of_numbers(numbers);
  auto thin = chosen.shape();
  thin[0] = std::min<index_t>(thin[0], 1);
  auto const full_source = samples<double>(chosen.shape(), 2), thin_source = samples<double>(thin, 3);
  box const all{extents(chosen.shape())};
  auto const expected = [&](auto const& source) {
    local_array<double, N> result(whole);
    for_each_index(all, [&](any_index const& i) {
      double& x = result.data()[chosen.data()[place_in(all, i)]];
      x = Update::of(x, source(i));
    });
    return result;
  };
  auto const by_full = expected([&](any_index const& i) { return broadcast_element(full_source, i, M); });
  auto const by_thin = expected([&](any_index const& i) { return broadcast_element(thin_source, i, M); });
  auto const by_number = expected([](any_index const&) { return 2.5; });
  auto const by_itself = expected([&](any_index const& i) {
    any_index from = i;
    from[0] = chosen.extent(0) - 1 - i[0];
    return whole.data()[chosen.data()[place_in(all, from)]];
  });
  // In what `+=` adds to `=` the tiling has no part: each view meets it in a third of them.
  static std::size_t views = 0;
  bool const all_tilings = std::is_same_v<Update, set_to>;
  auto const tilings = usual_tilings(extents(shape));
  for (std::size_t i = all_tilings ? 0 : views++ % 3; i < tilings.size(); i += all_tilings ? 1 : 3) {
    tiling const& t = tilings[i];
    INFO(to_string(t));
    auto const check = [&](auto const& update, local_array<double, N> const& result) {
      auto a = spread(whole, t);
      update(a);
      CHECK(is_part_of(a, result));
      CHECK(a.generation() == 1);
      CHECK(a.tiling() == t);
    };
    auto const source = spread(full_source, tiling::block());
    check([&](auto& a) { Update::run(view.of_array(a), source); }, by_full);
    check([&](auto& a) { Update::run(view.of_array(a), source * 2.0 - full_source); }, by_full);
    check([&](auto& a) { Update::run(view.of_array(a), spread(thin_source, tiling::row())); }, by_thin);
    check([&](auto& a) { Update::run(view.of_array(a), 2.5); }, by_number);
    check([&](auto& a) { Update::run(view.of_array(a), flip(view.of_array(a), 0)); }, by_itself);
  }
  local_array<double, N> here(whole);
  Update::run(view.of_local(here), full_source);
  CHECK(is_same(here, by_full));
  here = whole;
  Update::run(view.of_local(here), spread(full_source, tiling::column()));
  CHECK(is_same(here, by_full));
  here = whole;
  Update::run(view.of_local(here), flip(view.of_local(here), 0));
  CHECK(is_same(here, by_itself));
}

template <std::size_t Dimensions, class View>
void check_view(std::array<index_t, Dimensions> const& shape, View view) {
  constexpr int N = static_cast<int>(Dimensions);
  using seen = decltype(view(std::declval<array<double, N>&>()));
  view_case<N, seen::dimensions> const v{view, view, view};
  check_view<set_to>(shape, v);
  check_view<increase_by>(shape, v);
}

}  // namespace

TEST_CASE("every kind of view can be assigned to") {
  for (index_t const n : {index_t{1}, index_t{7}, index_t{0}}) {
    shape_of<2> const shape{n, 5};
    check_view(shape, [](auto& a) { return transpose(a); });
    check_view(shape, [](auto& a) { return flip(a, 1); });
    check_view(shape, [](auto& a) { return a(range({}, {}, -2), range(1, 4)); });
    check_view(shape, [](auto& a) { return column(a, -2); });
  }
  shape_of<2> const shape{9, 8};
  check_view(shape, [](auto& a) { return row(a, 3); });
  check_view(shape, [](auto& a) { return slice(a(range(1, {}, 2), every), every, range(7, {}, -3)); });
  check_view(shape, [](auto& a) { return flip(column(swapaxes(a, 0, 1), 4)); });
  check_view(shape, [](auto& a) { return squeeze(expand_dims(row(transpose(a), -1), 0), 0); });
  check_view(shape_of<1>{23}, [](auto& a) { return a(range(2, 20, 3)); });
}

TEST_CASE("rows, columns and pages of three and four dimensions can be assigned to") {
  shape_of<3> const shape{5, 4, 3};
  check_view(shape, [](auto& a) { return row(a, 2); });
  check_view(shape, [](auto& a) { return column(a, 1); });
  check_view(shape, [](auto& a) { return page(a, -1); });
  check_view(shape, [](auto& a) { return slice(moveaxis(a, 0, 2), range({}, {}, 2), every, -1); });
  check_view(shape_of<4>{2, 3, 4, 3}, [](auto& a) { return page(a, 1); });
  check_view(shape_of<4>{1, 3, 1, 4}, [](auto& a) { return squeeze(a, axes{-2, 0}); });
  auto const whole = samples<double>(shape_of<4>{1, 3, 1, 4});
  CHECK(thrown_by([&] { squeeze(whole, axes{0, 1}); }) == "shape_error");
  CHECK(thrown_by([&] { squeeze(whole, axes{0, -4}); }) == "index_error");
  CHECK(thrown_by([&] { page(whole, 3); }) == "index_error");
}

TEST_CASE("compound assignment is the operator, in place") {
  auto const whole = samples<std::int32_t>(shape_of<2>{11, 6}, 1);
  auto const other =
      mapped([](std::int32_t x) { return x == 0 ? 3 : x; }, samples<std::int32_t>(whole.shape(), 2));
  auto const one_row =
      mapped([](std::int32_t x) { return x == 0 ? 3 : x; }, samples<std::int32_t>(shape_of<1>{6}, 3));
  for (tiling const& t : usual_tilings(extents{11, 6})) {
    INFO(to_string(t));
    auto const e = spread(other, tiling::column());
    auto a = spread(whole, t);
    array<std::int32_t, 2> b = a.tiled(t);
    local_array<std::int32_t, 2> l(whole);
    index_t updates = 0;
    auto const same_now = [&] {
      CHECK(is_part_of(a, l));
      CHECK(is_part_of(b, l));
      CHECK(a.generation() == ++updates);
      CHECK(a.tiling() == t);
    };
    a += e, l += other, b = b + e;
    same_now();
    a -= one_row, l -= one_row, b = b - one_row;
    same_now();
    a *= e, l *= other, b = b * e;
    same_now();
    a /= one_row, l /= one_row, b = b / one_row;
    same_now();
    a %= e, l %= other, b = b % e;
    same_now();
    a <<= 3, l <<= 3, b = b << 3;
    same_now();
    a |= e, l |= other, b = b | e;
    same_now();
    a ^= 21, l ^= 21, b = b ^ 21;
    same_now();
    a &= e, l &= other, b = b & e;
    same_now();
    a >>= 1, l >>= 1, b = b >> 1;
    same_now();
  }
}

TEST_CASE("compound assignment computes in place, where the target is read elsewhere beside it") {
  auto const whole = samples<double>(shape_of<2>{8, 8});
  for (tiling const& t : usual_tilings(extents{8, 8})) {
    INFO(to_string(t));
    auto a = spread(whole, t);
    double const* const data = a.data();
    index_t const before = allocated_tile_bytes();
    a += a;
    CHECK(a.data() == data);
    CHECK(allocated_tile_bytes() == before);
    a -= transpose(a);
    CHECK(is_part_of(a, mapped([](double x, double y) { return 2 * x - 2 * y; }, whole, transposed(whole))));
    a(range(1, {}), every) += a(range({}, -1), every);
    CHECK(is_part_of(a, made<double>(shape_of<2>{8, 8}, [&](any_index const& i) {
                       auto const at = [&](index_t p, index_t q) { return 2 * whole(p, q) - 2 * whole(q, p); };
                       return at(i[0], i[1]) + (i[0] > 0 ? at(i[0] - 1, i[1]) : 0);
                     })));
    CHECK(a.generation() == 3);
  }
  auto mine = spread(whole, tiling::row());
  auto tile = tile_of(mine);
  tile *= 2.0;  // in the memory that it is
  tile = transpose(transpose(tile)) + 1.0;
  CHECK(is_part_of(mine, mapped([](double x) { return 2 * x + 1; }, whole)));
}

TEST_CASE("element types of compound assignment: the target's stay") {
  auto const bytes = samples<std::uint8_t>(shape_of<1>{30});
  auto u = spread(bytes, tiling::row());
  u += 200;  // wraps
  CHECK(is_part_of(u, mapped([](std::uint8_t x) { return static_cast<std::uint8_t>(x + 200); }, bytes)));
  auto const reals = samples<double>(shape_of<1>{30}, 1);
  auto f = spread(mapped([](double x) { return static_cast<float>(x); }, reals), tiling::block());
  f *= spread(reals, tiling::row());
  CHECK(is_part_of(f, mapped([](double x) { return static_cast<float>(x * x); }, reals)));
  auto i = spread(local_array<std::int32_t, 1>({30}, 7), tiling::row());
  i += spread(bytes, tiling::row());
  CHECK(is_part_of(i, mapped([](std::uint8_t x) { return 7 + x; }, bytes)));
  auto flags = spread(samples<bool>(shape_of<1>{30}), tiling::row());
  flags &= spread(reals, tiling::row()) > 0.0;
  CHECK(is_part_of(flags,
                   mapped([](bool x, double y) { return x && y > 0; }, samples<bool>(shape_of<1>{30}), reals)));
  CHECK(thrown_by([&] { u += 300; }) == "domain_error");
}

TEST_CASE("a failed assignment leaves the array as it was") {
  auto const whole = samples<std::int32_t>(shape_of<2>{9, 4});
  local_array<std::int32_t, 2> zeros_in_last(whole.shape(), 1);
  zeros_in_last(8, 3) = 0;
  for (tiling const& t : usual_tilings(extents{9, 4})) {
    INFO(to_string(t));
    auto a = spread(whole, t);
    auto const b = spread(zeros_in_last, tiling::row());
    CHECK(thrown_by([&] { a /= b; }) == "domain_error");
    CHECK(thrown_by([&] { a(range(4, {}), every) %= b(range(4, {}), every); }) == "domain_error");
    CHECK(thrown_by([&] { row(a, 8) /= row(b, 8); }) == "domain_error");
    CHECK(thrown_by([&] { a += b(range(0, 3), every); }) == "shape_error");
    CHECK(thrown_by([&] { transpose(a) += b; }) == "shape_error");
    CHECK(thrown_by([&] { a(range(0, 1), every) += b; }) == "shape_error");  // the target is not stretched
    CHECK(thrown_by([&] { a = local_array<std::int32_t, 2>({4, 9}, 1); }) == "shape_error");
    CHECK(is_part_of(a, whole));
    CHECK(a.generation() == 0);
  }
  local_array<std::int32_t, 2> l(whole);
  CHECK(thrown_by([&] { l /= zeros_in_last; }) == "domain_error");
  CHECK(is_same(l, whole));
}

TEST_CASE("numbers and local arrays into arrays that exist") {
  auto const whole = samples<float>(shape_of<3>{5, 3, 4});
  for (tiling const& t : usual_tilings(extents{5, 3, 4})) {
    INFO(to_string(t));
    auto a = zeros<double>(world(), {5, 3, 4}, t);
    traffic const before = world().counters();
    a = 2;
    fill(a, 2.5);
    CHECK(world().counters() == before);
    CHECK(is_part_of(a, local_array<double, 3>({5, 3, 4}, 2.5)));
    a = whole;
    CHECK(a.generation() == 3);
    CHECK(a.tiling() == t);
    CHECK(is_part_of(a, mapped([](float x) { return static_cast<double>(x); }, whole)));
    a = 1.5f;
    CHECK(is_part_of(a, local_array<double, 3>({5, 3, 4}, 1.5)));
    auto const matrix = samples<double>(shape_of<2>{3, 4}, 2);
    a(every, every, every) = matrix;
    CHECK(is_part_of(
        a, made<double>(shape_of<3>{5, 3, 4}, [&](any_index const& i) { return matrix(i[1], i[2]); })));
    fill(page(a, 1), -1);
    CHECK(is_part_of(a, made<double>(shape_of<3>{5, 3, 4},
                                     [&](any_index const& i) { return i[0] == 1 ? -1 : matrix(i[1], i[2]); })));
  }
  local_array<double, 2> l({2, 3});
  double const* const data = l.data();
  l = 4;
  CHECK(is_same(l, local_array<double, 2>({2, 3}, 4.0)));
  l = l * l;
  CHECK(is_same(l, local_array<double, 2>({2, 3}, 16.0)));
  CHECK(l.data() == data);
  array<double, 1> none;
  CHECK(thrown_by([&] { none = 1.0; }) == "tiling_error");
}

TEST_CASE("views stay views of their array when it has been assigned to") {
  auto const before = samples<double>(shape_of<2>{9, 4}), after = samples<double>(shape_of<2>{9, 4}, 5);
  for (tiling const& t : usual_tilings(extents{9, 4})) {
    INFO(to_string(t));
    auto a = spread(before, t);
    auto rows = a(range(0, 6, 2), every);
    auto main = diagonal(a);
    a = flip(spread(after, tiling::column()), 0);  // its elements may lie in other memory now
    CHECK(is_part_of(array(rows + 0.0), made<double>(shape_of<2>{3, 4}, [&](any_index const& i) {
                       return after(8 - 2 * i[0], i[1]);
                     })));
    CHECK(is_part_of(array(main * 1.0),
                     made<double>(shape_of<1>{4}, [&](any_index const& i) { return after(8 - i[0], i[0]); })));
    rows += 1;
    main = 7;
    CHECK(is_part_of(a, made<double>(shape_of<2>{9, 4}, [&](any_index const& i) {
                       if (i[0] == i[1]) return 7.0;
                       return after(8 - i[0], i[1]) + (i[0] < 6 && i[0] % 2 == 0 ? 1 : 0);
                     })));
    array<double, 2> const wider = zeros<double>(world(), {9, 5}, tiling::row());
    a = wider;
    CHECK(thrown_by([&] { rows = 1; }) == "shape_error");
    CHECK(thrown_by([&] { rows *= 2; }) == "shape_error");
    CHECK(thrown_by([&] { main = 1; }) == "shape_error");
    CHECK(is_part_of(a, local_array<double, 2>({9, 5}, 0.0)));
  }
  local_array<double, 2> l(before);
  auto first = row(l, 0);
  l = local_array<double, 2>(after);
  first = 3;
  CHECK(l(0, 2) == 3);
  CHECK(l(1, 2) == after(1, 2));
}

TEST_CASE("views and expressions are cut as arrays are") {
  local_array<double, 2> const unit = eye<double>(5), rows = unit(range(1, 3), every);
  CHECK(is_same(local_array<double, 2>(eye<double>(5)(range(1, 3), every)), rows));
  auto const whole = samples<double>(shape_of<2>{12, 9});
  auto const cube = samples<double>(shape_of<3>{4, 5, 6});
  auto const is_as = [](auto const& cut, auto const& slice_of_array) {
    using E = std::remove_cvref_t<decltype(slice_of_array)>;
    CHECK(is_part_of(eval(cut), local_array<typename E::value_type, E::dimensions>(slice_of_array)));
  };
  for (auto const& rule : usual_rules(2)) {
    INFO(rule.name());
    auto a = spread(whole, rule);
    auto const c = spread(cube, rule);
    local_array<double, 2> const turned = transpose(whole), doubled = whole * 2.0;
    local_array<double, 2> const last = page(cube, -1);
    is_as(transpose(a)(every, range({}, {}, -2)), turned(every, range({}, {}, -2)));
    is_as((a + a)(range(1, 9, 3), -1), doubled(range(1, 9, 3), -1));
    is_as(page(c, -1)(1, every), last(1, every));
    is_as(a(range(2, 8), every)(range({}, {}, -1), 3), whole(range(7, 1, -1), 3));
    CHECK(thrown_by([&] { (a + a)(12, every); }) == "index_error");
    CHECK(thrown_by([&] { row(a, 1)(range(0, 3, 0)); }) == "index_error");
    auto expected = whole;
    expected(range(0, 6, 2), 4) = 7.0;
    expected(3, range(8, 3, -1)) += 1.0;
    column(a, 4)(range(0, 6, 2)) = 7.0;
    transpose(a)(range({}, {}, -1), 3)(range(0, 5)) += 1.0;
    CHECK(is_part_of(a, expected));
  }
}

TEST_CASE("a result in the tiling that was asked for") {
  auto const x = samples<double>(shape_of<2>{13, 6}), y = samples<double>(shape_of<2>{13, 6}, 1);
  auto const sum_of_both = mapped([](double p, double q) { return p + q; }, x, y);
  auto const row_sums = made<double>(shape_of<1>{6}, [&](any_index const& i) {
    double total = 0;
    for (index_t k = 0; k < 13; ++k) total += x(k, i[0]);
    return total;
  });
  auto const tilings = usual_tilings(extents{13, 6}, 5);
  for (std::size_t k = 0; k < tilings.size(); ++k) {
    tiling const &t = tilings[k], &ta = tilings[(k * 3 + 1) % tilings.size()];
    INFO(to_string(ta) << " as " << to_string(t));
    auto const a = spread(x, ta);
    auto const b = spread(y, tiling::column());
    auto const check = [&](auto const& e, local_array<double, 2> const& expected) {
      array<double, 2> const c = e.tiled(t);
      CHECK(c.tiling() == t);
      CHECK(is_part_of(c, expected));
      CHECK(explain(e.tiled(t)).result.find(to_string(t)) != std::string::npos);
    };
    check(a, x);
    check(a + b, sum_of_both);
    check(transpose(transpose(a)), x);
    check(transpose(transpose(a + b)), sum_of_both);
    check(a(every, every), x);
    check((a + b).tiled(tiling::row()), sum_of_both);  // the outermost counts
    check(dot(a, identity<double>(6)), x);
    array<double, 1> const s = sum(a, 0).tiled(tiling::row().halo(1));
    CHECK(s.tiling() == tiling::row().halo(1).bind(extents{6}, world().size()));
    CHECK(is_part_of(s, row_sums, 1e-13));
    // Inside an expression: where it is computed. The result has no halo.
    array<double, 2> const inside = b + a.tiled(t);
    CHECK(inside.tiling() == t.with_halos({}));
    CHECK(is_part_of(inside, sum_of_both));
    // An array that exists keeps its own.
    auto existing = zeros<double>(world(), {13, 6}, ta);
    existing = (a + b).tiled(t);
    CHECK(existing.tiling() == ta);
    CHECK(is_part_of(existing, sum_of_both));
    CHECK(is_same(local_array<double, 2>((a + b).tiled(t)), sum_of_both));
  }
}

TEST_CASE("what is asked for is planned as one: only what lies elsewhere moves, and once") {
  auto const x = samples<double>(shape_of<2>{20, 12});
  auto const a = spread(x, tiling::row()), b = spread(x, tiling::column()), c = spread(x, tiling::column());
  auto const sent = [](auto const& work) {
    index_t const before = world().counters().bytes_received;
    work();
    return world().counters().bytes_received - before;
  };
  index_t const move = sent([&] { retile(a, tiling::column()); });
  CHECK(sent([&] { eval((a + b * c).tiled(tiling::column())); }) == move);
  CHECK(sent([&] { eval(a.tiled(tiling::column())); }) == move);
  CHECK(sent([&] { eval((b * c).tiled(tiling::column())); }) == 0);
  CHECK(to_string(explain((a + b).tiled(tiling::block())))
            .find("tiled(add(array(20, 12), array(20, 12)), block())") != std::string::npos);
  CHECK(thrown_by([&] { eval(a.tiled(tiling::page())); }) == "tiling_error");
  CHECK(thrown_by([&] { eval((x + x).tiled(tiling::row())); }) == "tiling_error");
  CHECK(thrown_by([&] { local_array<double, 2> l = (x + x).tiled(tiling::row()); }) == "tiling_error");
  if (world().size() > 1)
    CHECK(thrown_by([&] { eval((a + b).tiled(world().rank() == 0 ? tiling::row() : tiling::column())); }) ==
          "divergence_error");
}
