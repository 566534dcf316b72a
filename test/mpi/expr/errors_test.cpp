// What goes wrong on one rank is thrown on all of them, and what the statement would have written keeps its
// values.
#include "support/oracle.hpp"

#include <pantile/expr/functions.hpp>
#include <pantile/ops/dot.hpp>
#include <pantile/ops/movement.hpp>

using namespace pantile;
using namespace support;

namespace {

/// Ones with a zero at the last element.
array<std::int32_t, 2> with_zero(shape_of<2> const& shape, tiling_rule const& rule) {
  return from_function<std::int32_t>(world(), shape, rule, [&](index_t i, index_t j) {
    return i + 1 == shape[0] && j + 1 == shape[1] ? 0 : 1;
  });
}

}  // namespace

TEST_CASE("integer division by zero on one rank is thrown on all, and nothing is written") {
  for (auto const& rule : usual_rules(2)) {
    INFO(rule.name());
    auto const b = with_zero({13, 3}, rule);
    auto const whole = samples<std::int32_t>(shape_of<2>{13, 3});
    auto a = spread(whole, rule);
    auto const* const data = a.data();
    CHECK(thrown_by([&] { a = a / b; }) == "domain_error");
    CHECK(thrown_by([&] { a = 7 % b + a; }) == "domain_error");
    CHECK(thrown_by([&] { a = a + 1 / (b - b); }) == "domain_error");
    CHECK(thrown_by([&] { a = a / 0; }) == "domain_error");
    CHECK(is_part_of(a, whole));
    CHECK(a.data() == data);
    CHECK(a.generation() == 0);
    CHECK(thrown_by([&] { eval(a / b); }) == "domain_error");
    CHECK(thrown_by([&] { all_gather(a / b); }) == "domain_error");
    CHECK(thrown_by([&] { retile(a % b, tiling::column()); }) == "domain_error");
    CHECK(thrown_by([&] { sum(a / b); }) == "domain_error");
    CHECK(thrown_by([&] { eval(sum(a / b, 0) + 1); }) == "domain_error");
    CHECK(thrown_by([&] { eval(transpose(a / b)); }) == "domain_error");
    CHECK(thrown_by([&] { eval(dot(a / b, transpose(a))); }) == "domain_error");
    // Nothing is left over that a later statement would report.
    a = a / (b + 1) * 1;
    CHECK(a.generation() == 1);
    CHECK(sum(a / 2 % 3) == sum(a / 2 % 3));
  }
}

TEST_CASE("floating division by zero is no error") {
  auto const zero = zeros<double>(world(), {5}, tiling::row());
  CHECK(is_part_of(eval(1 / zero), local_array<double, 1>({5}, std::numeric_limits<double>::infinity())));
  CHECK(is_part_of(eval(isnan(zero / zero)), local_array<bool, 1>({5}, true)));
  CHECK(is_part_of(eval(isnan(zero % zero)), local_array<bool, 1>({5}, true)));
}

TEST_CASE("an exception of a user's function on one rank is thrown on all, and nothing is written") {
  for (index_t const n : {index_t{7}, index_t{400'000}}) {  // one thread, several
    auto a =
        from_function<double>(world(), {n}, tiling::row(), [](index_t i) { return static_cast<double>(i); });
    auto const last = static_cast<double>(n - 1);
    auto const refuse_last = [last](double x) {
      if (x == last) throw std::runtime_error("the last one");
      return x + 1;
    };
    auto const before = all_gather(a);
    CHECK(thrown_by([&] { a = map(refuse_last, a); }) == "error");
    CHECK(thrown_by([&] { eval(map(refuse_last, a) * 2.0); }) == "error");
    CHECK(thrown_by([&] { sum(map(refuse_last, a)); }) == "error");
    // Without distributed operands the exception passes as it is.
    CHECK_THROWS_AS((local_array<double, 1>(map(refuse_last, before))), std::runtime_error);
    CHECK(is_part_of(a, before));
    CHECK(a.generation() == 0);
    // What cannot throw is evaluated in place, and without a vote: one rank alone may begin.
    auto const* const data = a.data();
    auto const next = [](double x) noexcept { return x + 1; };
    if (world().rank() == 0) a = map(next, a);
    world().barrier();
    if (world().rank() != 0) a = map(next, a);
    CHECK(a.data() == data);
    CHECK(sum(a) == static_cast<double>(n) * static_cast<double>(n + 1) / 2);
  }
}

TEST_CASE("tilings and shapes that differ between the ranks are noticed by all of them") {
  if (world().size() == 1) return;
  auto const r = static_cast<std::size_t>(world().rank());
  index_t const n = 40;
  std::vector<double> weights(static_cast<std::size_t>(n), 1.0);
  weights[r] = 100;
  auto const mine = tiling::weighted(0, weights);
  auto const a = ones<double>(world(), {n, 3}, tiling::row());
  CHECK(thrown_by([&] { zeros<double>(world(), {n}, mine); }) == "divergence_error");
  CHECK(thrown_by([&] { zeros<double>(world(), {n + world().rank()}, tiling::row()); }) == "divergence_error");
  CHECK(thrown_by([&] { retile(a, mine); }) == "divergence_error");
  CHECK(thrown_by([&] { retile(a + 1.0, mine); }) == "divergence_error");
  CHECK(thrown_by([&] { distribute(world(), a, mine); }) == "divergence_error");
  if (world().rank() == 0) weights[0] = -1;  // only one rank cannot bind its rule
  std::string message;
  try {
    zeros<double>(world(), {n}, tiling::weighted(0, weights));
  } catch (divergence_error const& e) {
    message = e.message();
  }
  CHECK(message.find("rank 0: array of ") != std::string::npos);
  CHECK(message.find("expr/errors_test.cpp") != std::string::npos);
  weights.assign(static_cast<std::size_t>(n), -1.0);  // none can
  CHECK(thrown_by([&] { zeros<double>(world(), {n}, tiling::weighted(0, weights)); }) == "tiling_error");
  world().barrier();
  CHECK(sum(a) == 3 * n);
}

TEST_CASE("operands that do not broadcast") {
  auto const a = ones<double>(world(), {4, 3}, tiling::row());
  auto const b = ones<double>(world(), {4}, tiling::row());
  local_array<double, 2> const c({3, 4}, 1.0);
  CHECK(thrown_by([&] { a + b; }) == "shape_error");
  CHECK(thrown_by([&] { a* c; }) == "shape_error");
  CHECK(thrown_by([&] { where(a > 0, b, 1.0); }) == "shape_error");
  CHECK(thrown_by([&] { a + zeros<double>(world(), {0, 3}, tiling::row()); }) == "shape_error");
  try {
    a + b;
    FAIL("no error");
  } catch (shape_error const& e) {
    CHECK(e.message().find("3 and 4") != std::string::npos);
  }
}

TEST_CASE("arrays of different communicators do not mix") {
  auto const other = world().dup();
  auto const whole = samples<double>(shape_of<1>{8});
  auto a = spread(whole, tiling::row());
  auto const b = ones<double>(other, {8}, tiling::row());
  CHECK(thrown_by([&] { eval(a + b); }) == "tiling_error");
  CHECK(thrown_by([&] { a = a + b; }) == "tiling_error");
  CHECK(thrown_by([&] { a = b * 2.0; }) == "tiling_error");
  CHECK(thrown_by([&] { distribute(world(), b * 2.0, tiling::row()); }) == "tiling_error");
  CHECK(thrown_by([&] { dot(a, b); }) == "tiling_error");
  CHECK(thrown_by([&] { sum(a * b); }) == "tiling_error");
  CHECK(is_part_of(a, whole));
  CHECK(a.generation() == 0);
  array<double, 1> on_other = b * 2.0;
  CHECK(on_other.comm() == other);
}

TEST_CASE("a number that the element type of the array cannot hold is an error, not another number") {
  auto const byte = full<std::uint8_t>(world(), {4}, std::uint8_t{44}, tiling::row());
  auto const single = full<std::int32_t>(world(), {4}, 1, tiling::row());
  CHECK(thrown_by([&] { byte == 300; }) == "domain_error");
  CHECK(thrown_by([&] { byte + -1; }) == "domain_error");
  CHECK(thrown_by([&] { single < 5000000000; }) == "domain_error");
  CHECK(thrown_by([&] { byte + 255; }).empty());
  CHECK(thrown_by([&] { single + 'a'; }).empty());
  CHECK(thrown_by([&] { byte * true; }).empty());
}

TEST_CASE("local operands alone have no tiling") {
  local_array<double, 1> const v({4}, 1.0);
  CHECK(thrown_by([&] { eval(v + 1.0); }) == "tiling_error");
  CHECK(thrown_by([&] { retile(v + 1.0, tiling::row()); }) == "tiling_error");
  CHECK(is_part_of(distribute(world(), v + 1.0, tiling::row().halo(1)), local_array<double, 1>({4}, 2.0)));
}
