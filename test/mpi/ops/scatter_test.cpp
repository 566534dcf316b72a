// Rows written by index arrays, beside loops.
// ctest: RELEASE_ONLY
#include "support/oracle.hpp"

#include <pantile/expr/functions.hpp>
#include <pantile/ops/movement.hpp>
#include <pantile/ops/scatter.hpp>

#include <complex>
#include <set>

using namespace pantile;
using namespace support;

namespace {

template <class T, int N, class F>
local_array<T, N> scattered(local_array<T, N> target, index_list const& indices,
                            local_array<T, N> const& values, F f) {
  index_t const row = target.extent(0) == 0 ? 0 : target.count() / target.extent(0);
  for (index_t i = 0; i < indices.count(); ++i)
    for (index_t k = 0; k < row; ++k) {
      index_t const j = indices(i) < 0 ? indices(i) + target.extent(0) : indices(i);
      T& x = target.data()[j * row + k];
      x = f(x, values.data()[i * row + k]);
    }
  return target;
}

constexpr auto added = [](auto x, auto y) {
  if constexpr (std::is_same_v<decltype(x), bool>)
    return x || y;
  else
    return static_cast<decltype(x)>(x + y);
};
constexpr auto replaced = [](auto, auto y) { return y; };

template <class T, std::size_t N>
void check_scatter(std::array<index_t, N> const& shape, index_t count, std::uint64_t seed, int every_nth = 1) {
  auto const whole = samples<T>(shape, 1);
  auto rows = shape;
  rows[0] = shape[0] == 0 ? 0 : count;
  auto const values = samples<T>(rows, 2);
  dice d(seed);
  auto const indices = drawn_indices(d, shape[0], count);
  auto const sums = scattered(whole, indices, values, added);
  auto const last = scattered(whole, indices, values, replaced);
  auto const value_tilings = usual_tilings(extents(rows), seed);
  auto const index_tilings = usual_tilings({indices.count()}, seed);
  auto const any = [&](auto const& list) {
    return list[static_cast<std::size_t>(d.below(static_cast<int>(list.size())))];
  };
  int turn = 0;
  for (tiling const& t : usual_tilings(extents(shape), seed)) {
    if (++turn % every_nth != 0) continue;
    for (int form = d.below(2); form < 4; form += 2) {
      tiling const vt = any(value_tilings), it = any(index_tilings);
      INFO(dtype_name(dtype_of<T>) << ' ' << to_string(t) << ", values " << to_string(vt) << ", indices "
                                   << to_string(it) << ", form " << form);
      auto a = spread(whole, t), b = spread(whole, t);
      auto const v = spread(values, vt);
      auto const i = spread(indices, it);
      if (form == 0) scatter_add(a, i, v), scatter_rows(b, i, v);
      if (form == 1) scatter_add(a, indices, v), scatter_rows(b, indices, v);
      if (form == 2) scatter_add(a, i, values), scatter_rows(b, i, values);
      if (form == 3) scatter_add(a, indices, values), scatter_rows(b, indices, values);
      CHECK(is_part_of(a, sums));
      CHECK(is_part_of(b, last));
      CHECK(a.generation() == 1);
    }
  }
  auto a = whole, b = whole;
  scatter_add(a, indices, values);
  scatter_rows(b, indices, values);
  CHECK(is_same(a, sums));
  CHECK(is_same(b, last));
}

}  // namespace

TEST_CASE("scatter_add and scatter_rows of 1 to 4 dimensions") {
  check_scatter<double>(std::to_array<index_t>({13}), 40, 1);
  check_scatter<double>(std::to_array<index_t>({2, 5}), 9, 2);
  check_scatter<double>(std::to_array<index_t>({11, 4}), 21, 3);
  check_scatter<double>(std::to_array<index_t>({5, 3, 4}), 8, 4);
  check_scatter<double>(std::to_array<index_t>({4, 2, 3, 2}), 7, 5);
  check_scatter<double>(std::to_array<index_t>({0, 3}), 5, 6);
  check_scatter<double>(std::to_array<index_t>({6, 0}), 5, 7);
  check_scatter<double>(std::to_array<index_t>({6, 3}), 0, 8);
  check_scatter<double>(std::to_array<index_t>({5000}), 40, 9, 3);  // few of many rows
}

TEST_CASE("scatter of all element types") {
  auto const shape = std::to_array<index_t>({7, 3});
  check_scatter<bool>(shape, 10, 11, 4);
  check_scatter<std::uint8_t>(shape, 10, 12, 4);
  check_scatter<std::int32_t>(shape, 10, 13, 4);
  check_scatter<std::int64_t>(shape, 10, 14, 4);
  check_scatter<float>(shape, 10, 15, 4);
  check_scatter<std::complex<float>>(shape, 10, 16, 4);
  check_scatter<std::complex<double>>(shape, 10, 17, 4);
}

TEST_CASE("values are broadcast, converted and may be the target itself") {
  auto const whole = samples<float>(std::to_array<index_t>({6, 3}));
  auto a = spread(whole, tiling::row());
  scatter_add(a, {0, 0, -1}, 2);
  auto expected = whole;
  for (index_t k = 0; k < 3; ++k) expected(0, k) += 4, expected(5, k) += 2;
  CHECK(is_part_of(a, expected));
  scatter_rows(a, {5, 4, 3, 2, 1, 0}, a);
  CHECK(is_part_of(a, made<float>(std::to_array<index_t>({6, 3}),
                                  [&](any_index const& i) { return expected(5 - i[0], i[1]); })));
  local_array<std::int32_t, 1> const row(std::to_array<index_t>({3}), 7);
  scatter_rows(a, {2}, row);
  local_array<float, 1> const second = slice(a, 2, every);
  CHECK(is_same(second, local_array<float, 1>(std::to_array<index_t>({3}), 7.0f)));
}

TEST_CASE("each rank sends a row once, however often it has it") {
  auto b = spread(samples<double>(std::to_array<index_t>({4, 2})), tiling::row());
  index_list const zeros(std::to_array<index_t>({50}), 0);
  auto const values = spread(samples<double>(std::to_array<index_t>({50, 2})), tiling::row());
  auto const indices = spread(zeros, tiling::row());
  traffic const before = world().counters();
  scatter_add(b, indices, values);
  traffic const moved = world().counters() - before;
  CHECK(moved.bytes_sent == (world().rank() == 0 ? 0 : 8 + 16));
  CHECK(moved.bytes_received == (world().rank() == 0 ? 24 * (world().size() - 1) : 0));
}

TEST_CASE("a scatter that fails leaves the target as it was") {
  auto const whole = samples<double>(std::to_array<index_t>({6, 3}));
  auto a = spread(whole, tiling::row());
  CHECK(thrown_by([&] { scatter_add(a, {0, 6}, 1.0); }) == "index_error");
  CHECK(thrown_by([&] {
          scatter_add(a, {0, 1}, local_array<double, 1>(std::to_array<index_t>({4}), 1.0));
        }) == "shape_error");
  CHECK(thrown_by([&] { scatter_add(a, {0, 1}, a); }) == "shape_error");
  auto local = whole;
  CHECK(thrown_by([&] { scatter_add(local, {0, 1, 2, 3, 4, 5}, a); }) == "tiling_error");
  CHECK(is_part_of(a, whole));
  CHECK(a.generation() == 0);
}
