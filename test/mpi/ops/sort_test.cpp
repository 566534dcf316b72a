// Sorting vectors over the ranks and lines along axes: values, places, stability, how evenly the result lies.
// ctest: RELEASE_ONLY
#include "support/oracle.hpp"

#include <pantile/ops/movement.hpp>
#include <pantile/ops/sort.hpp>

#include <algorithm>
#include <numeric>

using namespace pantile;
using namespace support;

namespace {

constexpr auto before = [](auto a, auto b) { return a < b || (a == a && b != b); };  // NaN last

/// The places of the elements along the axis in sorted order, for every line.
template <class T, int N>
local_array<index_t, N> sorted_places(local_array<T, N> const& a, int axis) {
  local_array<index_t, N> result(a.shape());
  box const all{extents(a.shape())};
  auto const k = static_cast<std::size_t>(axis);
  for_each_index(all, [&](any_index i) {
    if (i[k] != 0) return;
    auto at = [&](index_t place) {
      i[k] = place;
      return place_in(all, i);
    };
    std::vector<index_t> order(static_cast<std::size_t>(a.extent(axis)));
    std::iota(order.begin(), order.end(), index_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](index_t x, index_t y) { return before(a.data()[at(x)], a.data()[at(y)]); });
    for (index_t p = 0; p < a.extent(axis); ++p) result.data()[at(p)] = order[static_cast<std::size_t>(p)];
  });
  return result;
}
template <class T, int N>
local_array<T, N> taken_along(local_array<T, N> const& a, local_array<index_t, N> const& places, int axis) {
  box const all{extents(a.shape())};
  return made<T>(a.shape(), [&](any_index i) {
    i[static_cast<std::size_t>(axis)] = places.data()[place_in(all, i)];
    return a.data()[place_in(all, i)];
  });
}

template <class T, int N>
void check_sorts(local_array<T, N> const& whole, tiling_rule const& rule) {
  auto const a = spread(whole, rule);
  INFO(to_string(a.tiling()));
  for (int axis = 0; axis < N; ++axis) {
    auto const places = sorted_places(whole, axis);
    auto const sorted = taken_along(whole, places, axis);
    array<T, N> const s = sort(a, axis);
    CHECK(is_part_of(s, sorted));
    array<index_t, N> const p = argsort(a, axis - N);
    CHECK(is_part_of(p, places));
    if constexpr (N > 1) CHECK(s.tiling().owns_alike(a.tiling()));
    if constexpr (N == 1) {
      if (!a.tiling().is_replicated())
        CHECK(s.tiling() == tiling::row().bind(extents(whole.shape()), world().size()));
      CHECK(is_same(local_array<T, 1>(sort(whole)), sorted));
    }
  }
}

/// A vector as a test wants it: many equal elements, few, in order, against it.
local_array<double, 1> vector_of(index_t n, int kind) {
  return made<double>(shape_of<1>{n}, [&](any_index const& i) {
    std::uint64_t const bits = pantile::hash_combine(7, static_cast<std::uint64_t>(i[0]));
    auto const r = static_cast<double>(bits % 100000) - 50000;
    switch (kind) {
      case 0:
        return r / 7;
      case 1:
        return static_cast<double>(bits % 3);
      case 2:
        return static_cast<double>(i[0]);
      case 3:
        return static_cast<double>(-i[0]);
      case 4:
        return 5.0;
      case 5:
        return i[0] == n / 2 ? 0.0 : 1.0;
      default:
        return bits % 5 == 0 ? not_a_number : bits % 7 == 0 ? -infinity : bits % 11 == 0 ? infinity : r;
    }
  });
}

template <class T>
void check_sorts() {
  auto const whole = samples<T>(shape_of<1>{257}, 5);
  check_sorts(whole, tiling::row());
  check_sorts(samples<T>(shape_of<2>{9, 8}, 2), tiling::block());
  auto const top = topk(spread(whole, tiling::row()), 5);
  auto const places = sorted_places(whole, 0);
  CHECK(all_gather(top.values)(0) == whole(places(256)));
}

}  // namespace

TEST_CASE("vectors of all kinds, sorted by all ranks together") {
  for (index_t const n : {0, 1, 5, 30, 20000})
    for (int kind = 0; kind < 7; ++kind) {
      INFO(n << " elements of kind " << kind);
      check_sorts(vector_of(n, kind), tiling::row());
    }
  for (tiling const& t : usual_tilings(extents{37})) check_sorts(vector_of(37, 6), t);
}

TEST_CASE("lines along every axis, every tiling") {
  for (tiling const& t : usual_tilings(extents{11, 6})) check_sorts(samples<double>(shape_of<2>{11, 6}), t);
  for (tiling const& t : usual_tilings(extents{3, 5, 4})) check_sorts(samples<double>(shape_of<3>{3, 5, 4}), t);
  check_sorts(samples<double>(shape_of<4>{2, 3, 2, 5}), tiling::block());
  check_sorts(samples<double>(shape_of<2>{0, 3}), tiling::row());
  check_sorts(samples<double>(shape_of<2>{2, 30000}), tiling::row());
  check_sorts(samples<double>(shape_of<2>{30000, 1}), tiling::row());
}

TEST_CASE("every element type that has an order") {
  check_sorts<bool>();
  check_sorts<std::uint8_t>();
  check_sorts<std::int32_t>();
  check_sorts<std::int64_t>();
  check_sorts<float>();
  check_sorts<double>();
  auto const ends = made<std::int64_t>(shape_of<1>{40}, [](any_index const& i) {
    return i[0] % 3 == 0   ? std::numeric_limits<std::int64_t>::max()
           : i[0] % 3 == 1 ? std::numeric_limits<std::int64_t>::min()
                           : i[0] - 20;
  });
  check_sorts(ends, tiling::row());
}

TEST_CASE("large vectors go through every pass of the radix sort") {
  auto const a = from_function<double>(world(), {400'000}, tiling::row(),
                                       [](index_t i) { return std::sin(static_cast<double>(i)) * 1e3; });
  array<double, 1> const s = sort(a);
  array<index_t, 1> const p = argsort(a);
  bool in_order = true;
  auto const x = s.span();
  auto const places = p.span();
  for (std::size_t i = 0; i < x.size(); ++i) {
    in_order = in_order && (i == 0 || x[i - 1] <= x[i]);
    in_order = in_order && x[i] == std::sin(static_cast<double>(places[i])) * 1e3;
  }
  CHECK(in_order);
  auto const edges = world().allgather(std::pair{x.front(), x.back()});
  for (std::size_t r = 1; r < edges.size(); ++r) CHECK(edges[r - 1].second <= edges[r].first);
}

TEST_CASE("signed zeros are equal elements of an argsort, and -0 comes first in a sort") {
  auto const a =
      from_function<double>(world(), {12}, tiling::row(), [](index_t i) { return i % 2 == 0 ? 0.0 : -0.0; });
  auto const p = all_gather(argsort(a));
  auto const s = all_gather(sort(a));
  for (index_t i = 0; i < 12; ++i) {
    CHECK(p(i) == i);
    CHECK(std::signbit(s(i)) == (i < 6));
  }
}

TEST_CASE("the k greatest elements of each line are those of the line as a vector") {
  for (int const kind : {0, 1, 4, 6}) {
    auto const lines = vector_of(7 * 4 * 5, kind);
    auto const whole = made<double>(shape_of<3>{7, 4, 5},
                                    [&](any_index const& i) { return lines((i[0] * 4 + i[1]) * 5 + i[2]); });
    for (tiling const& t : usual_tilings(extents{7, 4, 5}))
      for (int const axis : {0, 1, -1}) {
        INFO(to_string(t) << " kind " << kind << " axis " << axis);
        index_t const n = whole.extent(axis < 0 ? 2 : axis);
        for (index_t const k : {index_t{0}, index_t{2}, n}) {
          auto const top = topk(spread(whole, t), k, axis);
          local_array<double, 3> const values = top.values;
          local_array<index_t, 3> const places = top.indices;
          bool right = values.extent(axis < 0 ? 2 : axis) == k;
          for (index_t i = 0; i < (axis == 0 ? 1 : 7); ++i)
            for (index_t j = 0; j < (axis == 1 ? 1 : 4); ++j)
              for (index_t l = 0; l < (axis == -1 ? 1 : 5); ++l) {
                local_array<double, 1> line({n});
                auto const at = [&](auto const& all, index_t p) {
                  return axis == 0 ? all(p, j, l) : axis == 1 ? all(i, p, l) : all(i, j, p);
                };
                for (index_t p = 0; p < n; ++p) line(p) = at(whole, p);
                auto const one = topk(line, k);
                local_array<double, 1> const best = one.values;
                local_array<index_t, 1> const where_they_are = one.indices;
                for (index_t p = 0; p < k; ++p)
                  right = right && same(at(values, p), best(p)) && at(places, p) == where_they_are(p);
              }
          CHECK(right);
        }
      }
  }
}

TEST_CASE("the k greatest elements, in order, the first of equal ones first") {
  for (tiling const& t : usual_tilings(extents{37}))
    for (int kind : {0, 1, 4, 6}) {
      auto const whole = vector_of(37, kind);
      auto const a = spread(whole, t);
      std::vector<index_t> order(37);
      std::iota(order.begin(), order.end(), index_t{0});
      std::stable_sort(order.begin(), order.end(),
                       [&](index_t x, index_t y) { return before(whole(y), whole(x)); });
      for (index_t k : {0, 4, 37}) {
        INFO(to_string(t) << " kind " << kind << " k " << k);
        auto const top = topk(a, k);
        auto const places = all_gather(top.indices);
        auto const values = all_gather(top.values);
        REQUIRE(places.extent(0) == k);
        bool right = true;
        for (index_t i = 0; i < k; ++i) {
          index_t const p = order[static_cast<std::size_t>(i)];
          right = right && places(i) == p && same(values(i), whole(p));
        }
        CHECK(right);
      }
      CHECK(thrown_by([&] { topk(a, 38); }) == "domain_error");
      if (world().size() > 1)
        CHECK(thrown_by([&] { topk(a, world().rank() == 0 ? 2 : 3); }) == "divergence_error");
      CHECK(thrown_by([&] { topk(a, -1); }) == "domain_error");
    }
  auto const a = ones<double>(world(), {3, 3}, tiling::row());
  CHECK(thrown_by([&] { topk(a, 4, 0); }) == "domain_error");
  CHECK(thrown_by([&] { topk(a, 1, 2); }) == "index_error");
  CHECK(thrown_by([&] { sort(a, 2); }) == "index_error");
  CHECK(thrown_by([&] { argsort(a, -3); }) == "index_error");
}
