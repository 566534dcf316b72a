// Elements chosen by index arrays, beside loops over the whole; bytes beside the plan.
// ctest: RELEASE_ONLY
#include "support/oracle.hpp"

#include <pantile/expr/functions.hpp>
#include <pantile/ops/movement.hpp>
#include <pantile/ops/take.hpp>
#include <pantile/plan/index_gather.hpp>

#include <complex>
#include <set>

using namespace pantile;
using namespace support;

namespace {

template <class T, int N>
local_array<T, N> taken(local_array<T, N> const& whole, index_list const& indices, int axis) {
  auto shape = whole.shape();
  auto const a = static_cast<std::size_t>(axis);
  index_t const extent = shape[a];
  shape[a] = indices.count();
  return made<T>(shape, [&](any_index i) {
    index_t const j = indices(i[a]);
    i[a] = j < 0 ? j + extent : j;
    return whole.data()[place_in(box(extents(whole.shape())), i)];
  });
}

template <class T, std::size_t N>
void check_take(std::array<index_t, N> const& shape, std::uint64_t seed, int every_nth = 1) {
  constexpr int dimensions = static_cast<int>(N);
  auto const whole = samples<T>(shape);
  dice d(seed);
  int turn = 0;
  for (tiling const& t : usual_tilings(extents(shape), seed)) {
    if (++turn % every_nth != 0) continue;
    auto const a = spread(whole, t);
    for (int axis = 0; axis < dimensions; ++axis) {
      auto const indices = drawn_indices(d, shape[static_cast<std::size_t>(axis)], d.between(0, 17));
      auto const answer = taken(whole, indices, axis);
      INFO(dtype_name(dtype_of<T>) << ' ' << to_string(t) << " axis " << axis << ", " << indices.count());
      array<T, dimensions> const b = take(a, indices, axis);
      CHECK(is_part_of(b, answer));
      auto const tilings = usual_tilings({indices.count()}, seed + 1);
      tiling const& cut = tilings[static_cast<std::size_t>(d.below(static_cast<int>(tilings.size())))];
      INFO("indices " << to_string(cut));
      auto const spread_indices = spread(indices, cut);
      array<T, dimensions> const c = take(a, spread_indices, axis - dimensions);
      CHECK(is_part_of(c, answer));
      for (int r = 0; r < world().size(); ++r)
        if (box const own = c.tiling().box_of(r); !own.empty())
          CHECK(own.extent(axis) == cut.box_of(r).count());
      array<T, dimensions> const e = take(whole, spread_indices, axis);
      CHECK(is_part_of(e, answer));
    }
  }
  auto const indices = drawn_indices(d, shape[0], 9);
  local_array<T, dimensions> const local = take(whole, indices, 0);
  CHECK(is_same(local, taken(whole, indices, 0)));
}

}  // namespace

TEST_CASE("take along every axis of arrays of 1 to 4 dimensions") {
  check_take<double>(std::to_array<index_t>({23}), 1);
  check_take<double>(std::to_array<index_t>({11, 7}), 2);
  check_take<double>(std::to_array<index_t>({3, 5}), 3);
  check_take<double>(std::to_array<index_t>({5, 6, 7}), 4);
  check_take<double>(std::to_array<index_t>({4, 3, 5, 2}), 5);
  check_take<double>(std::to_array<index_t>({0, 4}), 6);
  check_take<double>(std::to_array<index_t>({4, 9000}), 7, 4);  // by several threads; few of many columns
}

TEST_CASE("take of all element types") {
  auto const shape = std::to_array<index_t>({8, 5});
  check_take<bool>(shape, 11, 4);
  check_take<std::uint8_t>(shape, 12, 4);
  check_take<std::int32_t>(shape, 13, 4);
  check_take<std::int64_t>(shape, 14, 4);
  check_take<float>(shape, 15, 4);
  check_take<std::complex<float>>(shape, 16, 4);
  check_take<std::complex<double>>(shape, 17, 4);
}

TEST_CASE("rows travel once for each rank that asks, and nothing else does") {
  auto const whole = samples<double>(std::to_array<index_t>({40, 3}));
  int const me = world().rank(), ranks = world().size();
  dice d(77);
  for (int round = 0; round < 5; ++round) {
    auto const indices = drawn_indices(d, 40, 60);
    auto const a = spread(whole, tiling::row());
    for (bool distributed : {true, false}) {
      auto const spread_indices = spread(indices, tiling::row());
      tiling const target = tiling::row().bind({60, 3}, ranks);
      traffic predicted;
      for (int reader = 0; reader < ranks; ++reader) {
        box const own = target.box_of(reader);
        std::set<index_t> rows;
        for (index_t i = own.lo[0]; i < own.hi[0]; ++i) rows.insert(indices(i) + (indices(i) < 0 ? 40 : 0));
        for (index_t row : rows) {
          int const owner = a.tiling().owners(box({row, 0}, {row + 1, 3})).front();
          if (owner == reader) continue;
          index_t const asks = distributed ? 8 : 0;
          if (me == reader) predicted.bytes_sent += asks, predicted.bytes_received += 24;
          if (me == owner) predicted.bytes_sent += 24, predicted.bytes_received += asks;
        }
      }
      traffic const before = world().counters();
      array<double, 2> const b = distributed ? array<double, 2>(gather_rows(a, spread_indices))
                                             : array<double, 2>(gather_rows(a, indices));
      traffic const moved = world().counters() - before;
      CHECK(is_part_of(b, taken(whole, indices, 0)));
      CHECK(moved.bytes_sent == predicted.bytes_sent);
      CHECK(moved.bytes_received == predicted.bytes_received);
    }
  }
  // An axis that nobody cuts is at hand.
  auto const columns = spread(whole, tiling::column());
  traffic const before = world().counters();
  array<double, 2> const b = take(columns, {0, 39, -1}, 0);
  CHECK(world().counters() == before);
  CHECK(b.tiling() == tiling::column().bind({3, 3}, ranks));
}

TEST_CASE("take of expressions, with expressions and lists of indices") {
  auto const whole = samples<double>(std::to_array<index_t>({9, 4}));
  auto const a = spread(whole, tiling::block());
  auto const i = spread(made<std::int32_t>(std::to_array<index_t>({6}),
                                           [](any_index const& k) { return static_cast<std::int32_t>(k[0]); }),
                        tiling::row());
  array<double, 2> const b = 2.0 * take(transpose(a), i + 2, 1);
  index_list plain(shape_of<1>{6});
  for (index_t k = 0; k < 6; ++k) plain.data()[k] = k + 2;
  CHECK(is_part_of(b, mapped([](double x) { return 2 * x; }, taken(transposed(whole), plain, 1))));
  array<double, 2> const c = gather_rows(a, {-1, 0, 0});
  index_list rows(shape_of<1>{3}, 0);
  rows(0) = -1;
  CHECK(is_part_of(c, taken(whole, rows, 0)));
  array<double, 2> const e = gather_rows(a, std::span<index_t const>(rows.span()));
  CHECK(is_part_of(e, taken(whole, rows, 0)));
}

TEST_CASE("indices that are out of range, or differ") {
  auto const whole = samples<double>(std::to_array<index_t>({9, 4}));
  auto const a = spread(whole, tiling::row());
  CHECK(thrown_by([&] { eval(take(a, {9}, 0)); }) == "index_error");
  CHECK(thrown_by([&] { eval(take(a, {-5}, 1)); }) == "index_error");
  CHECK(thrown_by([&] { take(a, {0}, 2); }) == "index_error");
  index_list wrong(shape_of<1>{20}, 0);
  wrong(19) = 9;
  CHECK(thrown_by([&] { eval(take(a, spread(wrong, tiling::row()), 0)); }) == "index_error");
  CHECK(thrown_by([&] { local_array<double, 2>(take(whole, {9}, 0)); }) == "index_error");
  if (world().size() > 1)
    CHECK(thrown_by([&] { eval(take(a, {world().rank() % 2}, 0)); }) == "divergence_error");
}

TEST_CASE("take_along_axis") {
  for (auto const& shape : {shape_of<3>{5, 6, 4}, shape_of<3>{2, 3, 9}}) {
    auto const whole = samples<double>(shape);
    dice d(5);
    for (int axis = 0; axis < 3; ++axis) {
      auto const a = static_cast<std::size_t>(axis);
      auto picked = shape;
      picked[a] = 7;
      auto const indices =
          made<index_t>(picked, [&](any_index const&) { return d.between(-shape[a], shape[a] - 1); });
      auto const answer = made<double>(picked, [&](any_index i) {
        index_t const j = indices.data()[place_in(box(extents(picked)), i)];
        i[a] = j < 0 ? j + shape[a] : j;
        return whole.data()[place_in(box(extents(shape)), i)];
      });
      for (auto const& rule : usual_rules(3)) {
        INFO(rule.name() << " axis " << axis);
        array<double, 3> const b = take_along_axis(spread(whole, rule), spread(indices, tiling::row()), axis);
        CHECK(is_part_of(b, answer));
        array<double, 3> const c = take_along_axis(spread(whole, rule), indices, axis);
        CHECK(is_part_of(c, answer));
      }
      CHECK(is_same(local_array<double, 3>(take_along_axis(whole, indices, axis)), answer));
    }
  }
  auto const line = samples<float>(std::to_array<index_t>({10}));
  array<float, 1> const b =
      take_along_axis(spread(line, tiling::row()), index_list(std::to_array<index_t>({3}), -1), 0);
  CHECK(is_part_of(b, local_array<float, 1>(std::to_array<index_t>({3}), line(9))));
  CHECK(thrown_by([&] {
          take_along_axis(samples<float>(std::to_array<index_t>({3, 4})),
                          local_array<index_t, 2>(std::to_array<index_t>({4, 4})), 1);
        }) == "shape_error");
}
