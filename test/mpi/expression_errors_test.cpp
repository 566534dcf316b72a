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
