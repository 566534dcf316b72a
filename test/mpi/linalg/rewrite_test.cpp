// Every rule that rewrites an expression: the rewritten and the literal form agree, explain names the rule, and
// the rule does what it is for: fewer passes, less memory.
// ctest: RELEASE_ONLY
#include "support/oracle.hpp"
#include "support/predicted.hpp"

#include <pantile/expr/create.hpp>
#include <pantile/ops/explain.hpp>
#include <pantile/ops/linalg.hpp>
#include <pantile/ops/machine.hpp>
#include <pantile/ops/rearrange.hpp>
#include <pantile/ops/select.hpp>
#include <pantile/ops/softmax.hpp>
#include <pantile/ops/sort.hpp>

#include <cmath>
#include <limits>

using namespace pantile;
using namespace support;

namespace {

constexpr double rounding = 1e-12;

/// The tilings that rules look at, and some that they do not know.
std::vector<tiling_rule> rules_for_matrices() {
  return {tiling::row(),        tiling::column(),      tiling::block(),
          tiling::replicated(), tiling::row().halo(1), tiling::cuts({{0, 5, 5, 13}, {}})};
}
/// Each of them that fits this number of ranks.
std::vector<tiling_rule> fitting_rules() {
  auto rules = rules_for_matrices();
  if (world().size() != 3) rules.pop_back();
  return rules;
}

bool names(plan const& p, std::string const& rule) { return to_string(p).find(rule) != std::string::npos; }

/// The rewritten expression has the elements of the literal one, and explain names the rule.
template <class E, element T, int N>
void check_rule(E const& rewritten, local_array<T, N> const& literal, std::string const& rule) {
  INFO(rule);
  static_assert(E::dimensions == N);
  static_assert(std::is_same_v<typename E::value_type, T>);
  plan const p = explain(rewritten);
  INFO(to_string(p));
  CHECK(names(p, rule));
  CHECK(is_part_of(eval(rewritten), literal, rounding));
  check_predicted(p, measured([&] { auto const result = eval(rewritten); }));
}

double bytes_read(plan const& p) {
  double total = 0;
  for (plan_step const& s : p.steps) total += s.bytes_read;
  return total;
}

template <element T>
local_array<T, 2> diagonal_matrix(local_array<T, 1> const& v) {
  return made<T>(shape_of<2>{v.extent(0), v.extent(0)},
                 [&](any_index const& i) { return i[0] == i[1] ? v(i[0]) : T(0); });
}
template <element T>
local_array<T, 1> matrix_times(local_array<T, 2> const& a, local_array<T, 1> const& v) {
  return made<T>(shape_of<1>{a.extent(0)}, [&](any_index const& i) {
    T total{};
    for (index_t j = 0; j < a.extent(1); ++j) total += a(i[0], j) * v(j);
    return total;
  });
}
template <class E>
auto here(E const& e) {
  return local_array<typename E::value_type, E::dimensions>(e);
}

}  // namespace

TEST_CASE("symbols in products, transposed and inverted") {
  auto const whole = samples<double>(shape_of<2>{13, 7});
  auto const v = here(samples<double>(shape_of<1>{13}) + 30.0),
             u = here(samples<double>(shape_of<1>{7}) + 20.0);
  for (auto const& rule : fitting_rules()) {
    INFO(rule.name());
    auto const a = spread(whole, rule);
    auto const x = spread(v, tiling::row());
    check_rule(dot(identity<double>(13), a), whole, "dot(s * identity(n), B) is s * B");
    check_rule(dot(3.0 * identity<double>(13), a), here(3.0 * whole), "dot(s * identity(n), B) is s * B");
    check_rule(dot(a, identity<double>(7) * 2.0), here(2.0 * whole), "dot(A, s * identity(n)) is s * A");
    check_rule(dot(a, identity<std::int32_t>(7)), whole, "dot(A, s * identity(n)) is s * A");
    check_rule(dot(diag(x), a), multiplied<double>(diagonal_matrix(v), whole),
               "dot(diag(v), B) scales the rows of B");
    check_rule(dot(a, diag(u)), multiplied<double>(whole, diagonal_matrix(u)),
               "dot(A, diag(v)) scales the columns of A");
    check_rule(dot(dot(diag(x), diag(v)), a), multiplied<double>(diagonal_matrix(here(v * v)), whole),
               "diag(v * w)");
    check_rule(dot(dot(diag(x), diag(v)), a), multiplied<double>(diagonal_matrix(here(v * v)), whole),
               "scales the rows");
    check_rule(dot(transpose(diag(x)), a), multiplied<double>(diagonal_matrix(v), whole),
               "transpose(diag(v, k)) is diag(v, -k)");
    check_rule(dot(transpose(identity<double>(13)), a), whole, "transpose(s * identity(n)) is s * identity(n)");
    check_rule(dot(inverse(diag(x)), a), multiplied<double>(diagonal_matrix(here(1.0 / v)), whole),
               "inverse(diag(v)) is diag(1 / v)");
    check_rule(dot(inverse(identity<double>(13)), a), whole, "inverse(identity(n)) is identity(n)");
    check_rule(dot(transpose(a), diag(x) + identity<double>(13)),
               multiplied<double>(transposed(whole), diagonal_matrix(here(v + 1.0))),
               "dot(A, diag(v) + identity(n)) is dot(A, diag(v + 1))");
    check_rule(a + zeros<double>({13, 7}), whole, "A + zeros is A");
    check_rule(zeros<std::int32_t>({7}) + a, whole, "A + zeros is A");
    check_rule(transpose(a - zeros<double>({13, 7})), transposed(whole), "A + zeros is A");
    CHECK(is_part_of(eval(eval(a + zeros<double>({2, 13, 7}))(1, every, every) + 0.0), whole));
    CHECK(is_part_of(eval(spread(samples<std::int32_t>(shape_of<1>{7}), tiling::row()) + zeros<double>({7})),
                     here(cast<double>(samples<std::int32_t>(shape_of<1>{7})))));
  }
  auto const d = spread(v, tiling::row());
  CHECK(is_part_of(distribute(world(), transpose(diag(d, 2)), tiling::row()), transposed(here(diag(v, 2)))));
  CHECK(thrown_by([&] { dot(identity<double>(5), d); }) == "shape_error");
  CHECK(thrown_by([&] { dot(d, 2.0 * identity<double>(5)); }) == "shape_error");
  CHECK(thrown_by([&] { spread(whole, tiling::row()) + zeros<double>({3, 3}); }) == "shape_error");
}

TEST_CASE("inverse(diag(v)) with a zero is singular, on every rank, where its elements are asked for") {
  auto const v = spread(made<double>(shape_of<1>{9}, [](any_index const& i) { return i[0] == 4 ? 0.0 : 2.0; }),
                        tiling::row());
  auto const a = spread(samples<double>(shape_of<2>{9, 3}), tiling::row());
  auto const solution = dot(inverse(diag(v)), a);
  std::string message;
  try {
    eval(solution);
  } catch (linalg_error const& e) {
    message = e.what();
  }
  CHECK(message.find("pivot 5 of 9") != std::string::npos);
  CHECK(eval(dot(inverse(diag(eval(v + 1.0)(range(0, 0)))), eval(a)(range(0, 0), every))).extent(0) == 0);
}

TEST_CASE("dot(inverse(A), b) solves") {
  auto const v = samples<double>(shape_of<1>{6});
  auto const w = made<double>(shape_of<2>{6, 6}, [](any_index const& i) {
    return i[0] == i[1] ? 9.0 : 1.0 + static_cast<double>(i[0] % 3);
  });
  for (auto const& rule : {tiling::row(), tiling::block(), tiling::replicated()}) {
    auto const a = spread(w, rule);
    auto const b = spread(v, tiling::row());
    auto const x = here(dot(local_array<double, 2>(inverse(w)), v));
    check_rule(dot(inverse(a), b), x, "dot(inverse(A), b) is solve(A, b)");
    check_rule(dot(b, inverse(a)), here(dot(v, local_array<double, 2>(inverse(w)))),
               "solves with the transpose of A");
    CHECK(to_string(explain(dot(inverse(a), b))).find("inverse:") == std::string::npos);
  }
}

TEST_CASE("a number beside a product goes to its diagonal, in no pass of its own") {
  auto const whole = samples<double>(shape_of<2>{13, 7});
  for (auto const& rule : fitting_rules()) {
    INFO(rule.name());
    auto const a = spread(whole, rule);
    auto const g = multiplied<double>(transposed(whole), whole);
    auto const one = local_array<double, 2>(identity<double>(7));
    std::string const name = "adds s to the diagonal";
    check_rule(dot(transpose(a), a) + 0.5 * identity<double>(7), here(g + 0.5 * one), name);
    check_rule(identity<double>(7) + dot(transpose(a), a), here(g + one), name);
    check_rule(dot(transpose(a), a) - identity<double>(7) * 3.0, here(g - 3.0 * one), name);
    check_rule((dot(a, transpose(a)) + 0.5 * identity<double>(13)) * 2.0,
               here(2.0 * (multiplied<double>(whole, transposed(whole)) +
                           0.5 * local_array<double, 2>(identity<double>(13)))),
               name);
    plan const with = explain(dot(transpose(a), a) + 0.5 * identity<double>(7)),
               without = explain(dot(transpose(a), a));
    CHECK(with.steps.size() == without.steps.size());
    CHECK(to_string(with).find("elementwise") == std::string::npos);
    auto const first = a(range(0, 1), every);
    CHECK(is_part_of(eval(dot(first, transpose(first)) + identity<double>(3)),
                     here(multiplied<double>(here(slice(whole, range(0, 1), every)),
                                             transposed(here(slice(whole, range(0, 1), every)))) +
                          local_array<double, 2>(identity<double>(3)))));
  }
}

TEST_CASE("a number beside a matrix goes to its diagonal") {
  auto const whole = samples<double>(shape_of<2>{13, 13});
  auto const one = local_array<double, 2>(identity<double>(13));
  std::string const name = "A + s * identity(n) adds s to the diagonal";
  for (auto const& rule : fitting_rules()) {
    INFO(rule.name());
    auto const a = spread(whole, rule);
    check_rule(a + 0.5 * identity<double>(13), here(whole + 0.5 * one), name);
    check_rule(identity<double>(13) * 0.5 + a, here(whole + 0.5 * one), name);
    check_rule(a - identity<double>(13), here(whole - one), name);
    check_rule(sqrt(abs(a)) + 2.0 * identity<double>(13), here(sqrt(abs(whole)) + 2.0 * one), name);
    check_rule((a + identity<double>(13)) * a, here((whole + one) * whole), name);
    check_rule(a + identity<std::int32_t>(13), here(whole + one), name);
    check_rule(transpose(a) - 3.0 * identity<double>(13), here(transposed(whole) - 3.0 * one), name);
    auto const zeros_below = spread(here(-0.0 * abs(whole)), rule);
    auto kept = zeros_below;
    kept += identity<double>(13);  // nothing but the diagonal is touched: other zeros keep their sign
    CHECK(element_at(kept, {0, 0}) == 1.0);
    CHECK(std::signbit(element_at(kept, {0, 1})));
    CHECK(explain(world(), [&] { kept += identity<double>(13); }).flops_busiest <= 13);
    auto changed = a;
    changed += 0.25 * identity<double>(13);
    CHECK(is_part_of(changed, here(whole + 0.25 * one), rounding));
    changed -= identity<double>(13);
    CHECK(is_part_of(changed, here(whole - 0.75 * one), rounding));
    transpose(changed) += 0.75 * identity<double>(13);
    CHECK(is_part_of(changed, whole, rounding));
    auto part = a;
    part(range(2, 7), range(3, 8)) += 2.0 * identity<double>(5);
    CHECK(is_part_of(part,
                     made<double>(whole.shape(),
                                  [&](any_index const& i) {
                                    bool const in = i[0] >= 2 && i[0] < 7 && i[1] == i[0] + 1;
                                    return whole(i[0], i[1]) + (in ? 2.0 : 0.0);
                                  }),
                     rounding));
    auto const narrow = a(every, range(0, 1));
    CHECK(is_part_of(eval(narrow + identity<double>(13)), here(slice(whole, every, range(0, 1)) + one),
                     rounding));
    CHECK(is_part_of(eval(a + identity<double>(1)), here(whole + 1.0), rounding));
  }
  auto const counts = spread(samples<std::uint8_t>(shape_of<2>{9, 9}), tiling::row());
  CHECK(is_part_of(eval(counts - identity<std::uint8_t>(9)),
                   here(samples<std::uint8_t>(shape_of<2>{9, 9}) -
                        local_array<std::uint8_t, 2>(identity<std::uint8_t>(9)))));
  CHECK(thrown_by([&] { spread(whole, tiling::row()) + identity<double>(5); }) == "shape_error");
  local_array<double, 2> mine = whole;
  mine += identity<double>(13);
  CHECK(is_same(mine, here(whole + one), rounding));
}

TEMPLATE_TEST_CASE("a weighted Gram matrix agrees with the literal form", "", double, std::complex<double>) {
  using T = TestType;
  for (shape_of<2> const shape : {shape_of<2>{13, 7}, {1, 3}, {0, 4}, {700, 5}}) {
    auto const whole = samples<T>(shape);
    auto const c =
        made<T>(shape_of<1>{shape[0]}, [](any_index const& i) { return T(static_cast<double>(i[0] % 5 - 2)); });
    auto const expected = multiplied<T>(transposed(whole), multiplied<T>(diagonal_matrix(c), whole));
    for (auto const& rule : {tiling::row(), tiling::column(), tiling::block(), tiling::replicated()}) {
      INFO(rule.name());
      auto const y = spread(whole, rule);
      auto const d = spread(c, tiling::row());
      bool const applies = world().size() == 1 || rule.name() == tiling::row().name() ||
                           rule.name() == tiling::replicated().name();
      std::string const name = applies ? "weighted Gram matrix" : "scales the columns";
      check_rule(dot(dot(transpose(y), diag(d)), y), expected, name);
      check_rule(dot(transpose(y) * c, y), expected, applies ? name : "algorithm: ");
      CHECK(is_part_of(eval(dot(transpose(y) * d, spread(whole, tiling::row()))), expected, rounding));
    }
    CHECK(is_same(here(dot(dot(transpose(whole), diag(c)), whole)), expected, rounding));
  }
}

TEST_CASE("a diagonal of a million elements never becomes a matrix") {
  index_t const n = 1'000'000;
  auto const c =
      from_function<double>(world(), {n}, tiling::row(), [](index_t i) { return static_cast<double>(i % 3); });
  auto const y = from_function<double>(world(), {n, 2}, tiling::row(),
                                       [](index_t i, index_t j) { return static_cast<double>((i + j) % 2); });
  index_t const before = peak_tile_bytes();
  array<double, 2> const g = dot(dot(transpose(y), diag(c)), y);
  array<double, 2> const scaled = dot(diag(c), y);
  CHECK(peak_tile_bytes() - before <= 8 * 8 * n);
  CHECK(sum(scaled) == sum(c));
  CHECK(matrix_trace(g) == sum(c));
}

TEST_CASE("the gradient of a loss reads its matrix once") {
  for (shape_of<2> const shape : {shape_of<2>{13, 7}, {1000, 3}, {2, 40}, {0, 3}, {5, 0}}) {
    auto const whole = samples<double>(shape);
    auto const w = here(samples<double>(shape_of<1>{shape[1]}) / 100.0);
    auto const u = here(w + 1.0);
    auto const y = samples<double>(shape_of<1>{shape[0]});
    auto const z = matrix_times(whole, w);
    auto const literal = matrix_times(transposed(whole), here(1.0 / (1.0 + exp(-z)) - y));
    auto const twice = matrix_times(transposed(whole), here(z * matrix_times(whole, u) + z));
    for (auto const& rule : fitting_rules()) {
      if (shape[0] != 13 && rule.name() == tiling::cuts({{0, 5, 5, 13}, {}}).name()) continue;
      INFO(rule.name());
      auto const x = spread(whole, rule);
      for (auto const& labels_rule : {tiling::row(), tiling::replicated()}) {
        auto const labels = spread(y, labels_rule);
        auto const weights = spread(w, labels_rule);
        auto const gradient = dot(transpose(x), sigmoid(dot(x, weights)) - labels);
        bool const applies = world().size() == 1 ||
                             !(rule.name() == tiling::column().name() || rule.name() == tiling::block().name());
        check_rule(gradient, literal, applies ? "reads X once" : "algorithm: ");
        double const size = static_cast<double>(shape[0] * shape[1]) * sizeof(double);
        if (applies && shape[0] > 100 && !x.tiling().is_replicated()) {
          CHECK(bytes_read(explain(gradient)) < 1.1 * size);
          double const counted = world().allreduce(
              measured([&] { auto const result = eval(gradient); }).bytes_read, reduce_op::sum);
          CHECK(counted >= size);
          CHECK(counted < 1.1 * size);
          auto const p = eval(sigmoid(dot(x, weights)) - labels);
          CHECK(bytes_read(explain(world(), [&] {
                  eval(dot(transpose(x), sigmoid(eval(dot(x, weights))) - labels));
                })) > 2 * size);
        }
      }
      CHECK(is_part_of(eval(dot(transpose(x), dot(x, w) * dot(x, u) + dot(x, w))), twice, 1e-10));
      CHECK(is_part_of(eval(dot(transpose(x), dot(x, w))), matrix_times(transposed(whole), z), rounding));
      CHECK(is_part_of(eval(dot(transpose(x), dot(spread(whole, rule), w))), matrix_times(transposed(whole), z),
                       rounding));
      auto const several = samples<double>(shape_of<2>{shape[1], 4});
      auto const many = multiplied<double>(
          transposed(whole),
          here(tanh(multiplied<double>(whole, several) / 1000.0) * local_array<double, 2>({shape[0], 1}, 3.0)));
      CHECK(is_part_of(eval(dot(transpose(x), tanh(dot(x, several) / 1000.0) *
                                                  expand_dims(spread(here(0.0 * y + 3.0), tiling::row()), 1))),
                       many, rounding));
    }
    CHECK(is_same(here(dot(transpose(whole), sigmoid(dot(whole, w)) - y)), literal, rounding));
    if (shape[0] > 0)
      CHECK(is_part_of(eval(dot(transpose(whole), sigmoid(dot(whole, w)) - spread(y, tiling::row()))), literal,
                       rounding));
  }
  auto const square = spread(samples<double>(shape_of<2>{24, 24}), tiling::row());
  plan const with_identity =
      explain(dot(transpose(square), sqrt(abs(dot(square, square))) + 2.0 * identity<double>(24)));
  CHECK(names(with_identity, "reads X once"));
  if (world().size() > 1) {
    auto const tall = ones<double>(world(), {2000, 20}, tiling::row());
    local_array<double, 1> const w({20}, 1.0);
    auto const gradient = dot(transpose(tall), sqrt(abs(dot(tall, w))));
    set_memory_budget(200);
    CHECK(names(explain(gradient), "over the memory budget"));
    set_memory_budget(std::numeric_limits<index_t>::max());
  }
  auto const x = spread(samples<double>(shape_of<2>{6, 3}), tiling::row());
  CHECK(thrown_by([&] { dot(transpose(x), dot(x, local_array<double, 1>({4}, 1.0))); }) == "shape_error");
  CHECK(thrown_by([&] { dot(x, dot(x, local_array<double, 1>({3}, 1.0))); }) == "shape_error");
}

TEST_CASE("a number on the diagonal of every page of a view") {
  auto const whole = samples<double>(shape_of<2>{6, 6});
  auto const b = spread(whole, tiling::row());
  array<double, 3> pages(world(), {3, 6, 6}, tiling::axis(1));
  pages(every, every, every) = b + 2.0 * identity<double>(6);
  auto const expected = here(whole + 2.0 * local_array<double, 2>(identity<double>(6)));
  for (index_t i = 0; i < 3; ++i) CHECK(is_part_of(eval(pages(i, every, every) + 0.0), expected));
}

TEMPLATE_TEST_CASE("products with few columns are computed inside the loop that reads them", "", float,
                   double) {
  using T = TestType;
  double const close = std::is_same_v<T, float> ? 1e-4 : rounding;
  std::string const rewritten = "rows of the product inside the loop";
  for (auto const& [m, k, n] : {std::array<index_t, 3>{13, 4, 8},
                                {13, 1, 2},
                                {1000, 5, 3},
                                {3, 17, 32},
                                {700, 3, 31},
                                {0, 4, 3},
                                {13, 4, 33},
                                {13, 0, 2}}) {
    auto const whole = samples<T>(shape_of<2>{m, k});
    auto const w = here(samples<T>(shape_of<2>{n, k}) / T(100));
    auto const v = here(samples<T>(shape_of<1>{n}));
    auto const literal = multiplied<T>(whole, transposed(w));
    auto const shifted = here(v - T(2) * literal);
    for (auto const& rule : fitting_rules()) {
      if (m != 13 && rule.name() == tiling::cuts({{0, 5, 5, 13}, {}}).name()) continue;
      INFO(m << " x " << k << " times " << n << " columns, " << rule.name());
      auto const x = spread(whole, rule);
      auto const everywhere = spread(w, tiling::replicated()), cut = spread(w, tiling::row());
      bool const applies =
          n <= 32 && k > 0 &&
          (world().size() == 1 || !(rule.name() == tiling::column().name() ||
                                    rule.name() == tiling::block().name() || x.tiling().is_replicated()));
      auto const e = v - T(2) * dot(x, transpose(w));
      if (m > 3) CHECK(names(explain(e), rewritten) == applies);
      CHECK(is_part_of(eval(e), shifted, close));
      CHECK(is_part_of(eval(v - T(2) * dot(x, transpose(everywhere))), shifted, close));
      CHECK(is_part_of(eval(v - T(2) * dot(x, transpose(cut))), shifted, close));
      check_predicted(explain(e), measured([&] { auto const result = eval(e); }));
      CHECK(is_part_of(eval(transpose(e)), transposed(shifted), close));
      CHECK(is_part_of(eval(sum(dot(x, transpose(w)), 1)), here(sum(literal, 1)), close));
      CHECK(is_part_of(eval(sum(abs(e), 0)), here(sum(abs(shifted), 0)), close));
      CHECK(is_part_of(distribute(world(), e, tiling::column()), shifted, close));
      CHECK(is_part_of(eval(flip(e, 0)), here(flip(shifted, 0)), close));
      CHECK(std::abs(static_cast<double>(sum(e) - sum(shifted))) <=
            close * (1 + static_cast<double>(sum(abs(shifted)))));
      // A place is right where its element is no greater than those of the row.
      array<index_t, 1> const least = argmin(e, 1);
      array<T, 2> const chosen = take_along_axis(eval(e), expand_dims(least, 1), 1);
      if (m > 0) CHECK(max(chosen - min(e, 1, keepdims)) <= T(close) * (1 + max(abs(e))));
    }
    CHECK(is_same(here(v - T(2) * dot(whole, transpose(w))), shifted, close));
  }
  // In place: rows that were overwritten must not be read again, whatever the stretches of the loop.
  for (index_t const m : {24, 2000}) {
    auto const before = samples<T>(shape_of<2>{m, 24});
    auto const factor = here(samples<T>(shape_of<2>{24, 24}) / T(1000));
    auto const product = multiplied<T>(before, factor);
    auto x = spread(before, tiling::row());
    x = x - dot(x, factor);
    CHECK(is_part_of(x, here(before - product), close));
    x = before;
    flip(x, 0) = T(2) * dot(x, factor);
    CHECK(is_part_of(x, here(flip(T(2) * product, 0)), close));
    local_array<T, 2> y(before);
    flip(y, 0) = T(2) * dot(y, factor);
    CHECK(is_same(y, here(flip(T(2) * product, 0)), close));
    y = before;
    y = y - dot(y, factor);
    CHECK(is_same(y, here(before - product), close));
  }
  auto const x = spread(samples<T>(shape_of<2>{31, 3}), tiling::row());
  auto const w = samples<T>(shape_of<2>{3, 4});
  array<T, 2> const sums = dot(x, w) + T(1);
  CHECK(is_part_of(eval(repeat(dot(x, w) + T(1), 3, 0)), here(repeat(sums, 3, 0)), close));
  CHECK(is_part_of(eval(softmax(dot(x, w) / T(1000), 1)), here(softmax((sums - T(1)) / T(1000), 1)), close));
  // Nothing of the product's size is taken, and a result that is streamed is right.
  index_t const rows = 200'000;
  auto const tall = from_function<T>(world(), {rows, 3}, tiling::row(), [](index_t i, index_t j) noexcept {
    return static_cast<T>((i + j) % 17);
  });
  local_array<T, 2> const columns({3, 16}, T(2));
  auto const places = argmax(abs(dot(tall, columns)), 1);
  CHECK(explain(places).temporary_busiest < rows / world().size() * 8 * index_t{sizeof(T)});
  CHECK(max(places) == 0);
  array<T, 2> const streamed = dot(tall, columns) + T(1);
  CHECK(all(streamed == expand_dims(T(2) * sum(tall, 1) + T(1), 1)));
}

TEST_CASE("a function that fails within a rule fails on every rank") {
  auto const x = spread(samples<double>(shape_of<2>{12, 3}), tiling::row());
  local_array<double, 1> const w({3}, 1.0), c({12}, 2.0);
  auto const y =
      from_function<double>(world(), {12}, tiling::row(), [](index_t i) { return static_cast<double>(i); });
  auto const f = [](double v) { return v == 11.0 ? throw std::runtime_error("eleven") : v; };
  CHECK(thrown_by([&] { eval(dot(transpose(x), dot(x, w) - dot(diag(c), map(f, y)))); }) != "");
  auto const n = cast<std::int32_t>(y);
  CHECK(thrown_by([&] {
          eval(dot(transpose(x), dot(x, w) - dot(identity<double>(12), cast<double>(5 / (n - 11)))));
        }) == "domain_error");
}

TEST_CASE("transposed and transposed back is the array itself, and named") {
  auto const whole = samples<double>(shape_of<2>{13, 7});
  auto const cube = samples<double>(shape_of<3>{3, 4, 5});
  std::string const name = "transpose(transpose(A)) is A";
  for (auto const& rule : fitting_rules()) {
    INFO(rule.name());
    auto const a = spread(whole, rule);
    check_rule(transpose(transpose(a)), whole, name);
    check_rule(transpose(transpose(a)) * 2.0, here(whole * 2.0), name);
    check_rule(transpose(transpose(a + 1.0)), here(whole + 1.0), name);
    check_rule(dot(transpose(transpose(a)), spread(samples<double>(shape_of<1>{7}), tiling::row())),
               matrix_times(whole, samples<double>(shape_of<1>{7})), name);
    check_rule(sum(transpose(transpose(a)), 1), here(sum(whole, 1)), name);
    check_rule(transpose(slice(transpose(a), range(1, 4), every)), here(slice(whole, every, range(1, 4))),
               name);
    CHECK(!names(explain(transpose(a) * 2.0), name));
    CHECK(!names(explain(a + 1.0), name));
    CHECK(!names(explain(transpose(a(every, range(1, 3)))), name));
    CHECK(explain(transpose(transpose(a)).tiled(rule)).bytes_total == explain(a.tiled(rule)).bytes_total);
    plan const twice = explain(transpose(transpose(a)) * 2.0), never = explain(a * 2.0);
    CHECK(twice.expression == never.expression);
    CHECK(twice.steps.size() == never.steps.size());
    CHECK(twice.temporary_busiest == never.temporary_busiest);
    auto const b = spread(cube, tiling::block());
    check_rule(transpose(transpose(b, {2, 0, 1}), {1, 2, 0}), cube, name);
    CHECK(!names(explain(transpose(transpose(b, {2, 0, 1}), {2, 0, 1})), name));
  }
}

TEST_CASE("the listing of ALS never takes memory for an array of all items by all items") {
  index_t const items = 20'000, factors = 4;
  auto const y = made<double>(shape_of<2>{items, factors},
                              [](any_index const& i) { return static_cast<double>((i[0] + i[1]) % 5) - 1.5; });
  auto const conf = made<double>(shape_of<1>{items}, [](any_index const& i) { return i[0] % 7 ? 0.0 : 2.0; });
  costs const m = measured([&] {
    auto const c = diag(conf);
    local_array<double, 1> const p = cast<double>(conf != 0.0);
    local_array<double, 2> const yty = dot(transpose(y), y) + 0.1 * identity<double>(factors);
    local_array<double, 2> const a = dot(dot(transpose(y), c), y) + yty;
    local_array<double, 1> const b = dot(dot(transpose(y), c + identity<double>(items)), p);
    local_array<double, 1> const x = dot(inverse(a), b);
    CHECK(is_same(local_array<double, 1>(dot(a, x)), b, 1e-9));
  });
  CHECK(m.most <= 8 * items * (factors + 4));  // vectors of all items, and a copy of Y
}
