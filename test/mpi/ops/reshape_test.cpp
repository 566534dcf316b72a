// The elements in row-major order under another shape, beside a copy of the whole.
// ctest: RELEASE_ONLY
#include "support/oracle.hpp"

#include <pantile/expr/functions.hpp>
#include <pantile/ops/assign_view.hpp>
#include <pantile/ops/reshape.hpp>

#include <complex>
#include <cstring>

using namespace pantile;
using namespace support;

namespace {

template <class T, int N, std::size_t M>
local_array<T, static_cast<int>(M)> under(local_array<T, N> const& whole, std::array<index_t, M> const& shape) {
  local_array<T, static_cast<int>(M)> other(shape);
  std::copy_n(whole.data(), whole.count(), other.data());
  return other;
}

template <class T, std::size_t N, std::size_t M>
void check_reshape(std::array<index_t, N> const& from, std::array<index_t, M> const& to) {
  auto const whole = samples<T>(from);
  auto const answer = under(whole, to);
  for (tiling const& t : usual_tilings(extents(from), 5)) {
    INFO(dtype_name(dtype_of<T>) << ' ' << to_string(t) << " to " << to_string(extents(to)));
    auto const a = spread(whole, t);
    traffic const before = world().counters();
    array<T, static_cast<int>(M)> const b = reshape(a, to);
    traffic const moved = world().counters() - before;
    CHECK(is_part_of(b, answer));
    CHECK(b.tiling().is_cartesian());
    CHECK(is_same(local_array<T, static_cast<int>(M)>(reshape(a, to)), answer));
    // What a rank gets it did not own, and no more than its tile.
    CHECK(moved.bytes_received <= b.owned_box().count() * index_t{sizeof(T)});
    if (same_ranges(t, extents(to))) CHECK(moved == traffic{});
  }
  local_array<T, static_cast<int>(M)> const c = reshape(whole, to);
  CHECK(is_same(c, answer));
}

template <std::size_t N, std::size_t M>
void check_shapes(index_t const (&from)[N], index_t const (&to)[M]) {
  check_reshape<double>(std::to_array(from), std::to_array(to));
}

}  // namespace

TEST_CASE("reshape between shapes of 1 to 4 dimensions") {
  check_shapes({24}, {4, 6});
  check_shapes({7, 6}, {42});
  check_shapes({12, 10}, {8, 15});
  check_shapes({6, 20}, {6, 4, 5});
  check_shapes({5, 6, 4}, {20, 6});
  check_shapes({5, 6, 4}, {2, 2, 5, 6});
  check_shapes({2, 3, 4, 5}, {5, 4, 3, 2});
  check_shapes({2, 3, 4, 5}, {1, 120});
  check_shapes({1, 30}, {30, 1});
  check_shapes({1, 1}, {1});
  check_shapes({0, 5}, {3, 0, 2});
  check_shapes({4, 0}, {0});
}

TEST_CASE("reshape of all element types") {
  std::array<index_t, 2> const from{9, 8};
  std::array<index_t, 3> const to{6, 4, 3};
  check_reshape<bool>(from, to);
  check_reshape<std::uint8_t>(from, to);
  check_reshape<std::int32_t>(from, to);
  check_reshape<std::int64_t>(from, to);
  check_reshape<float>(from, to);
  check_reshape<std::complex<float>>(from, to);
  check_reshape<std::complex<double>>(from, to);
}

TEST_CASE("reshape of expressions, views and transposes") {
  auto const whole = samples<double>(std::to_array<index_t>({8, 6}));
  auto const turned = transposed(whole);
  for (auto const& rule : usual_rules(2)) {
    INFO(rule.name());
    auto const a = spread(whole, rule);
    array<double, 1> const b = flatten(transpose(a) + 1.0);
    CHECK(is_part_of(b, mapped([](double x) { return x + 1; }, under(turned, std::array<index_t, 1>{48}))));
    array<double, 2> const c = reshape(flatten(a), {-1, 12}) * 2.0;
    CHECK(is_part_of(c, mapped([](double x) { return 2 * x; }, under(whole, std::array<index_t, 2>{4, 12}))));
    local_array<double, 1> const d = flatten(a(every, range(1, 3)));
    REQUIRE(d.count() == 16);
    for (index_t i = 0; i < 16; ++i) CHECK(d.data()[i] == whole(i / 2, 1 + i % 2));
    auto e = spread(whole, rule);
    e = reshape(transpose(reshape(e, {6, 8})), {8, 6});
    CHECK(is_part_of(e, transposed(under(whole, std::array<index_t, 2>{6, 8}))));
    e = reshape(e, {8, 6});
    CHECK(is_part_of(e, transposed(under(whole, std::array<index_t, 2>{6, 8}))));
  }
  local_array<double, 1> const f = flatten(transpose(whole));
  CHECK(is_same(f, under(turned, std::array<index_t, 1>{48})));
}

TEST_CASE("shapes that do not fit") {
  auto const a = spread(samples<double>(std::to_array<index_t>({4, 6})), tiling::row());
  CHECK(thrown_by([&] { reshape(a, {5, 5}); }) == "shape_error");
  CHECK(thrown_by([&] { reshape(a, {-1, 5}); }) == "shape_error");
  CHECK(thrown_by([&] { reshape(a, {-1, -1}); }) == "shape_error");
  CHECK(thrown_by([&] { reshape(a, {-2, 12}); }) == "shape_error");
  CHECK(thrown_by([&] { reshape(a, {0, -1}); }) == "shape_error");
  CHECK(reshape(a, {2, -1, 3}).shape() == std::array<index_t, 3>{2, 4, 3});
}
