// Arrays as containers: making, copying, moving, views of the tile, names and generations.
#include "support/oracle.hpp"

#include <pantile/array/array.hpp>
#include <pantile/array/local_array.hpp>
#include <pantile/expr/functions.hpp>
#include <pantile/ops/evaluate.hpp>

#include <complex>
#include <numeric>

using namespace pantile;
using namespace support;

namespace {

/// What `at(index)` gives is in every place of the tile that the view shows.
template <class View, int N>
bool shows(View const& view, local_array<std::int32_t, N> const& whole, box const& owned) {
  bool equal = true;
  box const all{extents(whole.shape())};
  for_each_index(owned, [&](any_index const& i) {
    auto const value = whole.data()[place_in(all, i)];
    if constexpr (N == 1) equal = equal && view(i[0] - owned.lo[0]) == value;
    if constexpr (N == 2) equal = equal && view(i[0] - owned.lo[0], i[1] - owned.lo[1]) == value;
    if constexpr (N == 3)
      equal = equal && view(i[0] - owned.lo[0], i[1] - owned.lo[1], i[2] - owned.lo[2]) == value;
    if constexpr (N == 4)
      equal = equal &&
              view(i[0] - owned.lo[0], i[1] - owned.lo[1], i[2] - owned.lo[2], i[3] - owned.lo[3]) == value;
  });
  return equal;
}

template <int N>
void check_views(shape_of<N> const& shape) {
  auto const whole = samples<std::int32_t>(shape, N);
  for (tiling const& t : usual_tilings(extents(shape))) {
    INFO(to_string(t));
    auto a = spread(whole, t);
    auto const& constant = a;
    box const owned = t.box_of(world().rank());
    CHECK(a.owned_box() == owned);
    CHECK(a.stored_box() == t.stored_box(world().rank()));
    CHECK(shows(a.local(), whole, owned));
    CHECK(shows(constant.local(), whole, owned));
    auto const view = a.local();
    if constexpr (N == 1) CHECK(view.size() == owned.extent(0));
    if constexpr (N == 2) {
      CHECK(view.rows() == owned.extent(0));
      CHECK(view.cols() == owned.extent(1));
    }
    if constexpr (N > 2)
      for (int d = 0; d < N; ++d) CHECK(view.extent(d) == owned.extent(d));

    bool const halo_between = a.stored_box().count() != owned.count();
    if (halo_between) {
      CHECK_THROWS_AS(a.span(), tiling_error);
      CHECK_THROWS_AS(constant.span(), tiling_error);
    } else {
      CHECK(std::ssize(a.span()) == owned.count());
      CHECK(std::ssize(constant.span()) == owned.count());
      CHECK(static_cast<void const*>(a.span().data()) == a.data());
    }
  }
}

template <class T>
void check_creation() {
  for (auto const& rule : usual_rules(3)) {
    INFO(dtype_name(dtype_of<T>) << ' ' << rule.name());
    shape_of<3> const shape{4, 3, 5};
    auto const z = zeros<T>(world(), shape, rule);
    auto const o = ones<T>(world(), {4, 3, 5}, rule);
    auto const f = full<T>(world(), {4, 3, 5}, T(1), rule);
    auto const e = empty<T>(world(), {4, 3, 5}, rule);
    CHECK(is_part_of(z, local_array<T, 3>(shape, T(0))));
    CHECK(is_part_of(o, local_array<T, 3>(shape, T(1))));
    CHECK(is_part_of(f, local_array<T, 3>(shape, T(1))));
    CHECK(e.shape() == shape);
    CHECK(e.tiling() == rule.bind(extents(shape), world().size()));
    CHECK(reinterpret_cast<std::uintptr_t>(e.data()) % 64 == 0);
  }
}

}  // namespace

TEST_CASE("views show the rank's own elements, halos or not") {
  check_views<1>({23});
  check_views<1>({2});
  check_views<1>({0});
  check_views<2>({13, 7});
  check_views<2>({1, 11});
  check_views<2>({11, 1});
  check_views<2>({5, 0});
  check_views<3>({5, 7, 3});
  check_views<4>({3, 2, 7, 5});
}

TEST_CASE("views write through") {
  auto a = zeros<double>(world(), {9, 4}, tiling::row().halo(1));
  a.local().setConstant(world().rank() + 1.0);
  box const owned = a.owned_box();
  double sum = std::accumulate(a.data(), a.data() + a.stored_box().count(), 0.0);
  CHECK(sum == static_cast<double>(owned.count()) * (world().rank() + 1));

  auto v = zeros<float>(world(), {9}, tiling::row());
  v.local().setOnes();
  CHECK(std::accumulate(v.span().begin(), v.span().end(), 0.0f) == static_cast<float>(v.owned_box().count()));

  auto t = zeros<int>(world(), {2, 3, 4}, tiling::page());
  auto const view = t.local();
  if (!t.owned_box().empty()) {
    view(0, 1, 2) = 7;
    CHECK(t.span()[static_cast<std::size_t>(view.stride(1) + 2 * view.stride(2))] == 7);
    CHECK(view.stride(0) == 12);
  }
}

TEMPLATE_TEST_CASE("arrays of every element type", "", bool, std::uint8_t, std::int32_t, std::int64_t, float,
                   double, std::complex<float>, std::complex<double>) {
  check_creation<TestType>();
  auto const whole = samples<TestType>(shape_of<2>{7, 5});
  auto const a = from_function<TestType>(world(), {7, 5}, tiling::block().halo(1),
                                         [&](index_t i, index_t j) { return whole(i, j); });
  CHECK(is_part_of(a, whole));
}

TEST_CASE("from_function calls the function once per stored element, with global indices") {
  for (auto const& rule : usual_rules(4)) {
    INFO(rule.name());
    index_t calls = 0;
    auto const a = from_function<std::int64_t>(world(), {3, 4, 2, 5}, rule,
                                               [&](index_t i, index_t j, index_t k, index_t l) {
                                                 ++calls;
                                                 return ((i * 10 + j) * 10 + k) * 10 + l;
                                               });
    CHECK(calls == a.stored_box().count());
    auto const whole = made<std::int64_t>(shape_of<4>{3, 4, 2, 5}, [](any_index const& i) {
      return ((i[0] * 10 + i[1]) * 10 + i[2]) * 10 + i[3];
    });
    CHECK(is_part_of(a, whole));
  }
}

TEST_CASE("shapes and tilings that do not fit are errors on every rank") {
  CHECK(thrown_by([] { empty<float>(world(), {4, -1}, tiling::row()); }) == "shape_error");
  CHECK(thrown_by([] { empty<float>(world(), {4}, tiling::page().halo(-1)); }) == "tiling_error");
  CHECK(thrown_by([] { empty<float>(world(), {4, 4}, tiling::page()); }) == "tiling_error");
  CHECK(thrown_by([] {
          empty<float>(world(), {4, 4}, tiling::block(world().size() + 1, 1));
        }) == "tiling_error");
  CHECK(thrown_by([] { empty<float>(world(), {4, 4}, tiling::cuts({{0, 4}})); }) == "tiling_error");
  CHECK(thrown_by([] { empty<float>(world(), {4}, tiling::custom({})); }) == "tiling_error");
  CHECK(thrown_by([] { empty<float>(world(), {4}, tiling::row().bind(extents{5}, world().size())); }) ==
        "tiling_error");
  CHECK(thrown_by([] {
          empty<float>(world(), {index_t{1} << 40, index_t{1} << 40}, tiling::row());
        }) == "shape_error");
}

TEST_CASE("a tile of more bytes than an address can count is a memory error, not a small one") {
  CHECK(thrown_by([] { empty<double>(world(), {index_t{1} << 61}, tiling::replicated()); }) == "memory_error");
  // Tiles of different sizes, all of them too large.
  CHECK(thrown_by([] {
          empty<double>(world(), {index_t{1} << 25, index_t{1} << 25}, tiling::row());
        }) == "memory_error");
  // Too much for one rank alone.
  auto const attempt = [] {
    if (world().rank() == world().size() - 1) throw memory_error("no room");
    return std::uint64_t{0};
  };
  CHECK(thrown_by([&] { world().check_same("test", std::source_location(), attempt, {}); }) == "memory_error");
  CHECK(thrown_by([] { local_array<double, 1>({index_t{1} << 61}); }) == "memory_error");
  CHECK(thrown_by([] { local_array<std::complex<double>, 1>({(index_t{1} << 60) + 1}); }) == "memory_error");
}

TEST_CASE("an array without ranks says so") {
  array<double, 2> none;
  CHECK_FALSE(none.has_ranks());
  CHECK(none.shape() == shape_of<2>{0, 0});
  CHECK_THROWS_AS(none.comm(), tiling_error);
  CHECK(thrown_by([&] { eval(none + 1.0); }) == "tiling_error");
  array<double, 2> copy(none);
  CHECK_FALSE(copy.has_ranks());
}

TEST_CASE("copies are deep, moves are free") {
  auto const whole = samples<double>(shape_of<2>{11, 6});
  for (tiling const& t : usual_tilings(extents{11, 6})) {
    INFO(to_string(t));
    auto a = spread(whole, t);
    array<double, 2> copy(a);
    CHECK(copy.data() != a.data());
    CHECK(copy.tiling() == t);
    CHECK(copy.name() != a.name());
    std::fill_n(a.data(), a.stored_box().count(), 0.0);
    CHECK(is_part_of(copy, whole));

    double const* const where = copy.data();
    index_t const bytes = allocated_tile_bytes();
    std::string const name = copy.name();
    array<double, 2> moved(std::move(copy));
    CHECK(moved.data() == where);
    CHECK(moved.name() == name);
    CHECK(allocated_tile_bytes() == bytes);
    CHECK(is_part_of(moved, whole));
    CHECK_FALSE(copy.has_ranks());  // NOLINT: what was moved from may be assigned to again
    copy = moved;
    CHECK(is_part_of(copy, whole));
    CHECK(copy.data() != moved.data());
  }
}

TEST_CASE("assigning an array takes its elements, shape and tiling; names stay and generations count on") {
  auto const small = samples<double>(shape_of<2>{3, 2}), big = samples<double>(shape_of<2>{10, 4});
  auto a = spread(small, tiling::row());
  auto const b = spread(big, tiling::column().halo(1));
  a.set_name("a");
  CHECK(a.generation() == 0);
  a = b;
  CHECK(a.name() == "a");
  CHECK(a.generation() == 1);
  CHECK(a.tiling() == b.tiling());
  CHECK(is_part_of(a, big));
  CHECK(b.generation() == 0);
  a = spread(small, tiling::replicated());
  CHECK(a.name() == "a");
  CHECK(a.generation() == 2);
  CHECK(is_part_of(a, small));
  auto& self = a;
  a = self;
  CHECK(is_part_of(a, small));
  a = std::move(self);
  CHECK(is_part_of(a, small));
  CHECK(a.generation() == 2);
  a.touch();
  CHECK(a.generation() == 3);
}

TEST_CASE("every update of an array is one generation; names count up alike on all ranks") {
  auto a = ones<double>(world(), {8}, tiling::row());
  auto const b = ones<double>(world(), {8}, tiling::row());
  CHECK(a.name().starts_with("array_"));
  CHECK(a.name() != b.name());
  std::uint64_t const hash = std::hash<std::string>{}(a.name());
  for (std::uint64_t h : world().allgather(hash)) CHECK(h == hash);
  for (int i = 1; i <= 5; ++i) {
    a = a + b;
    CHECK(a.generation() == i);
  }
  CHECK(b.generation() == 0);
  array<double, 1> const fresh = a + b;
  CHECK(fresh.generation() == 0);
  array<double, 1> late;
  late = a + b;
  CHECK(late.generation() == 0);
  late = a + b;
  CHECK(late.generation() == 1);
}

TEST_CASE("a shape that does not fit leaves the array as it was") {
  auto const whole = samples<double>(shape_of<2>{6, 5});
  auto a = spread(whole, tiling::row().halo(1));
  auto const other = ones<double>(world(), {5, 6}, tiling::row());
  auto const row = ones<double>(world(), {1, 5}, tiling::row());
  double const* const data = a.data();
  CHECK(thrown_by([&] { a = other + 1.0; }) == "shape_error");
  CHECK(thrown_by([&] { a = row * 2.0; }) == "shape_error");  // no stretching into the target
  CHECK(thrown_by([&] { a = a + other; }) == "shape_error");
  CHECK(a.data() == data);
  CHECK(a.generation() == 0);
  CHECK(is_part_of(a, whole));
  try {
    a = other + 1.0;
  } catch (shape_error const& e) {
    CHECK(e.message().find("(5, 6)") != std::string::npos);
    CHECK(e.message().find("(6, 5)") != std::string::npos);
  }

  local_array<double, 1> local({3}, 1.0);
  CHECK(thrown_by([&] { local = local_array<double, 1>({4}, 2.0) + 1.0; }) == "shape_error");
  CHECK(is_same(local, local_array<double, 1>({3}, 1.0)));
}

TEST_CASE("tiles go to memory of the user's and back, with any strides") {
  auto const whole = samples<double>(shape_of<3>{7, 5, 4});
  for (tiling const& t : usual_tilings(extents{7, 5, 4})) {
    INFO(to_string(t));
    auto const a = spread(whole, t);
    box const mine = a.owned_box();
    auto const tile = a.strided();
    bool right = true;
    for_each_index(mine, [&](any_index const& i) {
      right = right && tile(i[0] - mine.lo[0], i[1] - mine.lo[1], i[2] - mine.lo[2]) == whole(i[0], i[1], i[2]);
    });
    CHECK(right);
    // Column-major, backwards along the last dimension, with a gap after every element.
    index_t const rows = mine.extent(0), columns = mine.extent(1), pages = mine.extent(2);
    std::array<index_t, 3> const strides{2, 2 * rows, -2 * rows * columns};
    std::vector<double> memory(static_cast<std::size_t>(2 * mine.count() + 1), -1.0);
    double* const first = memory.data() + (mine.count() == 0 ? 0 : 2 * rows * columns * (pages - 1));
    a.copy_to(first, strides);
    right = true;
    for_each_index(mine, [&](any_index const& i) {
      right = right && first[(i[0] - mine.lo[0]) * strides[0] + (i[1] - mine.lo[1]) * strides[1] +
                             (i[2] - mine.lo[2]) * strides[2]] == whole(i[0], i[1], i[2]);
    });
    CHECK(right);
    for (std::size_t i = 1; i < memory.size(); i += 2) right = right && memory[i] == -1.0;
    CHECK(right);
    array<double, 3> b(a);
    std::fill_n(b.data(), b.stored_box().count(), 0.0);
    b.copy_from(first, strides);
    CHECK(b.generation() == 1);
    auto const copied = b.strided();
    for_each_index(mine, [&](any_index const& i) {
      index_t const at[] = {i[0] - mine.lo[0], i[1] - mine.lo[1], i[2] - mine.lo[2]};
      right = right && copied(at[0], at[1], at[2]) == tile(at[0], at[1], at[2]);
    });
    CHECK(right);
  }
  auto m = spread(samples<double>(shape_of<2>{6, 5}), tiling::block());
  if (m.owned_box().count() > 0) CHECK(m.strided()(0, 0) == m.local()(0, 0));
  local_array<double, 1> v({3}, 2.0);
  v.strided()(1) = 5.0;
  CHECK(v(1) == 5.0);
}

TEST_CASE("local arrays own their elements") {
  auto const whole = samples<std::int64_t>(shape_of<4>{2, 3, 2, 4});
  local_array<std::int64_t, 4> copy(whole);
  CHECK(copy.data() != whole.data());
  CHECK(is_same(copy, whole));
  auto const* const data = copy.data();
  local_array<std::int64_t, 4> moved(std::move(copy));
  CHECK(moved.data() == data);
  copy = moved;  // NOLINT: a moved-from array may be assigned to
  CHECK(is_same(copy, whole));
  local_array<std::int64_t, 4> taken;
  taken = std::move(moved);
  CHECK(taken.data() == data);
  CHECK(moved.count() == 0);  // NOLINT: a moved-from array is empty
  copy(1, 2, 1, 3) = 99;
  CHECK(copy.span().back() == 99);
  CHECK(whole.span().back() != 99);
  CHECK(copy.local()(1, 2, 1, 3) == 99);
  CHECK(local_array<double, 2>().count() == 0);
  CHECK(local_array<double, 2>({3, 0}).span().empty());
}
