// Elements chosen by masks, their places, and single elements.
// ctest: RELEASE_ONLY
#include "support/oracle.hpp"

#include <pantile/expr/functions.hpp>
#include <pantile/ops/assign_view.hpp>
#include <pantile/ops/movement.hpp>
#include <pantile/ops/select.hpp>

#include <complex>

using namespace pantile;
using namespace support;

namespace {

template <class T>
local_array<T, 1> vector_of(std::vector<T> const& values) {
  local_array<T, 1> v(shape_of<1>{std::ssize(values)});
  std::copy(values.begin(), values.end(), v.data());
  return v;
}

template <class T, int N>
local_array<T, 1> chosen(local_array<T, N> const& whole, local_array<bool, N> const& mask) {
  local_array<T, 1> v(shape_of<1>{std::count(mask.data(), mask.data() + mask.count(), true)});
  for (index_t i = 0, k = 0; i < whole.count(); ++i)
    if (mask.data()[i]) v.data()[k++] = whole.data()[i];
  return v;
}

template <int N>
local_array<index_t, 2> places(local_array<bool, N> const& mask) {
  std::vector<index_t> flat;
  for_each_index(box(extents(mask.shape())), [&](any_index const& i) {
    if (mask.data()[place_in(box(extents(mask.shape())), i)]) flat.insert(flat.end(), i.begin(), i.begin() + N);
  });
  local_array<index_t, 2> p(shape_of<2>{std::ssize(flat) / N, N});
  std::copy(flat.begin(), flat.end(), p.data());
  return p;
}

template <int N>
void check_places(local_array<bool, N> const& mask, tiling const& t) {
  auto const a = spread(mask, t);
  auto const answer = places(mask);
  CHECK(is_part_of(nonzero(a), answer));
  CHECK(is_same(argwhere(mask), answer));
  auto const flat = local_array<index_t, 1>(flatnonzero(a) + 0);
  bool ok = true;
  for (index_t i = 0, k = 0; i < mask.count(); ++i)
    if (mask.data()[i]) ok = ok && flat(k++) == i;
  CHECK(ok);
}

template <class T, std::size_t N>
void check_select(std::array<index_t, N> const& shape, std::uint64_t seed, int every_nth = 1) {
  auto const whole = samples<T>(shape);
  dice d(seed);
  int turn = 0;
  for (tiling const& t : usual_tilings(extents(shape), seed)) {
    if (++turn % every_nth != 0) continue;
    auto const mask =
        made<bool>(shape, [&, rarely = d.below(4)](any_index const&) { return d.one_in(1 + rarely); });
    INFO(dtype_name(dtype_of<T>) << ' ' << to_string(t));
    auto const a = spread(whole, t);
    auto const answer = chosen(whole, mask);
    auto const b = select(a, spread(mask, tiling::row()));
    CHECK(b.tiling() == tiling::row().bind({answer.count()}, world().size()));
    CHECK(is_part_of(b, answer));
    CHECK(is_part_of(select(a, mask), answer));
    if constexpr (std::is_same_v<T, double>) check_places(mask, t);
    auto c = spread(whole, t);
    assign_where(c, mask, a);
    CHECK(is_part_of(c, whole));
    assign_where(c, spread(mask, tiling::column()), T(1));
    CHECK(is_part_of(c, mapped([](bool m, T x) { return m ? T(1) : x; }, mask, whole)));
    CHECK(c.generation() == 2);
    CHECK(is_same(select(whole, mask), answer));
  }
}

}  // namespace

TEST_CASE("select, nonzero and assignment by masks of 1 to 4 dimensions") {
  check_select<double>(std::to_array<index_t>({31}), 1);
  check_select<double>(std::to_array<index_t>({2}), 2);
  check_select<double>(std::to_array<index_t>({9, 7}), 3);
  check_select<double>(std::to_array<index_t>({1, 20}), 4);
  check_select<double>(std::to_array<index_t>({5, 4, 6}), 5);
  check_select<double>(std::to_array<index_t>({3, 2, 5, 4}), 6);
  check_select<double>(std::to_array<index_t>({0, 4}), 7);
  check_select<double>(std::to_array<index_t>({70'001}), 8, 5);  // packed by several threads
}

TEST_CASE("select of all element types") {
  auto const shape = std::to_array<index_t>({8, 5});
  check_select<bool>(shape, 11, 4);
  check_select<std::uint8_t>(shape, 12, 4);
  check_select<std::int32_t>(shape, 13, 4);
  check_select<std::int64_t>(shape, 14, 4);
  check_select<float>(shape, 15, 4);
  check_select<std::complex<float>>(shape, 16, 4);
  check_select<std::complex<double>>(shape, 17, 4);
}

TEST_CASE("select of expressions; only what changes its rank travels") {
  auto const whole = samples<double>(std::to_array<index_t>({40, 3}));
  auto const positive = mapped([](double x) { return x > 0; }, whole);
  auto const a = spread(whole, tiling::row());
  traffic const before = world().counters();
  auto const b = select(a, a > 0.0);
  traffic const moved = world().counters() - before;
  CHECK(is_part_of(b, chosen(whole, positive)));
  CHECK(moved.bytes_received <= b.owned_box().count() * 8);
  auto const c = select(transpose(a) * 2.0, transpose(a) > 0.0);
  auto const turned = transposed(whole);
  CHECK(is_part_of(c, mapped([](double x) { return 2 * x; },
                             chosen(turned, mapped([](double x) { return x > 0; }, turned)))));
  CHECK(is_same(select(whole, whole > 0.0), chosen(whole, positive)));
  CHECK(thrown_by([&] { select(a, a(range(0, 5), every) > 0.0); }) == "shape_error");
  CHECK(thrown_by([&] { select(whole * 1.0, whole > 0.0); }) == "tiling_error");
  CHECK(thrown_by([&] { nonzero(whole * 1.0); }) == "tiling_error");
  CHECK(nonzero(a * 0.0).shape() == std::array<index_t, 2>{0, 2});
}

TEST_CASE("rows and columns chosen by a mask along an axis") {
  auto const whole = samples<double>(std::to_array<index_t>({9, 6}));
  auto const rows = samples<bool>(std::to_array<index_t>({9}));
  auto const columns = samples<bool>(std::to_array<index_t>({6}), 3);
  auto const kept = [&](local_array<bool, 1> const& mask) {
    std::vector<index_t> places;
    for (index_t i = 0; i < mask.count(); ++i)
      if (mask(i)) places.push_back(i);
    return places;
  };
  auto const r = kept(rows), c = kept(columns);
  auto const row_answer = made<double>(shape_of<2>{std::ssize(r), 6}, [&](any_index const& i) {
    return whole(r[static_cast<std::size_t>(i[0])], i[1]);
  });
  auto const column_answer = made<double>(shape_of<2>{9, std::ssize(c)}, [&](any_index const& i) {
    return whole(i[0], c[static_cast<std::size_t>(i[1])]);
  });
  for (auto const& rule : usual_rules(2)) {
    INFO(rule.name());
    auto const a = spread(whole, rule);
    array<double, 2> const x = compress(spread(rows, tiling::row()), a, 0);
    CHECK(is_part_of(x, row_answer));
    array<double, 2> const y = compress(columns, a, -1);
    CHECK(is_part_of(y, column_answer));
    CHECK(thrown_by([&] { compress(rows, a, 1); }) == "shape_error");
  }
  CHECK(is_same(local_array<double, 2>(compress(rows, whole, 0)), row_answer));
}

TEST_CASE("one element, on every rank") {
  auto const whole = samples<double>(std::to_array<index_t>({5, 4, 3}));
  auto const bits = samples<bool>(std::to_array<index_t>({7}));
  for (tiling const& t : usual_tilings({5, 4, 3})) {
    INFO(to_string(t));
    auto const a = spread(whole, t);
    bool ok = true;
    for_each_index(box(extents{5, 4, 3}), [&](any_index const& i) {
      ok = ok && element_at(a, {i[0], i[1], i[2] - 3}) == whole(i[0], i[1], i[2]);
    });
    CHECK(ok);
    CHECK(element_at(a(range(4, {}, -2), 1, every), {1, 2}) == whole(2, 1, 2));
    CHECK(element_at(a + 1.0, {0, 1, 2}) == whole(0, 1, 2) + 1);
    CHECK(thrown_by([&] { element_at(a, {5, 0, 0}); }) == "index_error");
    CHECK(thrown_by([&] { element_at(a, {0, -5, 0}); }) == "index_error");
  }
  for (index_t i = 0; i < 7; ++i) CHECK(element_at(spread(bits, tiling::row()), {i}) == bits(i));
  CHECK(element_at(transpose(whole), {2, 3, 4}) == whole(4, 3, 2));
}
