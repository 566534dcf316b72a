// From the ranks' own arrays to distributed ones and back.
// ctest: RELEASE_ONLY
#include "support/oracle.hpp"

#include <pantile/expr/functions.hpp>
#include <pantile/ops/exchange.hpp>

#include <complex>

using namespace pantile;
using namespace support;

namespace {

template <class T, std::size_t N>
void check_root(std::array<index_t, N> const& shape) {
  constexpr int dimensions = static_cast<int>(N);
  auto const whole = samples<T>(shape);
  int const ranks = world().size(), me = world().rank();
  int root = 0;
  for (tiling const& t : usual_tilings(extents(shape))) {
    root = (root + 1) % ranks;
    INFO(dtype_name(dtype_of<T>) << ' ' << to_string(t) << " root " << root);
    local_array<T, dimensions> const mine = me == root ? whole : local_array<T, dimensions>();
    traffic const before = world().counters();
    auto const a = scatter(world(), mine, root, t);
    traffic const spread_out = world().counters() - before;
    CHECK(a.tiling() == t);
    CHECK(is_part_of(a, whole));
    index_t const size = sizeof(T);
    CHECK(spread_out.bytes_received == (me == root ? 0 : a.stored_box().count() * size));
    traffic const then = world().counters();
    auto const back = gather(a, root);
    traffic const collected = world().counters() - then;
    CHECK(is_same(back, me == root ? whole : local_array<T, dimensions>()));
    CHECK(collected.bytes_received == (me == root ? (whole.count() - a.owned_box().count()) * size : 0));
  }
  local_array<T, dimensions> const mine = me == ranks - 1 ? whole : local_array<T, dimensions>();
  CHECK(is_same(broadcast(world(), mine, ranks - 1), whole));
}

local_array<double, 2> tile_of(local_array<double, 2> const& whole, box const& part) {
  return made<double>(shape_of<2>{part.extent(0), part.extent(1)},
                      [&](any_index const& i) { return whole(part.lo[0] + i[0], part.lo[1] + i[1]); });
}

}  // namespace

TEST_CASE("scatter, gather and broadcast by any root") {
  check_root<double>(std::to_array<index_t>({23}));
  check_root<double>(std::to_array<index_t>({7, 6}));
  check_root<double>(std::to_array<index_t>({3, 4, 5}));
  check_root<double>(std::to_array<index_t>({3, 2, 4, 2}));
  check_root<double>(std::to_array<index_t>({0, 5}));
  auto const shape = std::to_array<index_t>({5, 4});
  check_root<bool>(shape);
  check_root<std::uint8_t>(shape);
  check_root<std::int32_t>(shape);
  check_root<std::int64_t>(shape);
  check_root<float>(shape);
  check_root<std::complex<float>>(shape);
  check_root<std::complex<double>>(shape);
}

TEST_CASE("gather of expressions and views; roots that are none") {
  auto const whole = samples<double>(std::to_array<index_t>({8, 5}));
  auto const a = spread(whole, tiling::block());
  auto const back = gather(transpose(a) + 1.0, 0);
  if (world().rank() == 0) CHECK(is_same(back, mapped([](double x) { return x + 1; }, transposed(whole))));
  CHECK(thrown_by([&] { gather(a, world().size()); }) == "index_error");
  CHECK(thrown_by([&] { scatter(world(), whole, -1, tiling::row()); }) == "index_error");
  CHECK(thrown_by([&] { broadcast(world(), whole, world().size()); }) == "index_error");
  CHECK(thrown_by([&] { gather(whole, 0); }) == "tiling_error");
  CHECK(thrown_by([&] { scatter(world(), whole, 0, tiling::block(7, 11)); }) == "tiling_error");
}

TEST_CASE("all_to_all of arrays of any shape") {
  int const ranks = world().size(), me = world().rank();
  auto const part = [](int from, int to) {
    return samples<float>(std::to_array<index_t>({from % 3 + 1, to % 4}), from * 10 + to);
  };
  std::vector<local_array<float, 2>> parts;
  index_t sent = 0, got = 0;
  for (int r = 0; r < ranks; ++r) {
    parts.push_back(part(me, r));
    if (r != me) sent += parts.back().count() * 4, got += part(r, me).count() * 4;
  }
  traffic const before = world().counters();
  auto const came = all_to_all(world(), parts);
  traffic const moved = world().counters() - before;
  REQUIRE(std::ssize(came) == ranks);
  for (int r = 0; r < ranks; ++r) CHECK(is_same(came[static_cast<std::size_t>(r)], part(r, me)));
  CHECK(moved.bytes_sent == sent);
  CHECK(moved.bytes_received == got);
  if (me == ranks - 1) parts.pop_back();
  CHECK(thrown_by([&] { all_to_all(world(), parts); }) == "shape_error");
}

TEST_CASE("annotate makes an array of the tiles that are there") {
  auto const whole = samples<double>(std::to_array<index_t>({9, 6}));
  int const me = world().rank();
  dice d(3);
  for (kind k : {kind::row, kind::block, kind::custom, kind::overlapping, kind::replicated}) {
    tiling const t = random_tiling_of(d, k, {9, 6}, world().size());
    INFO(to_string(t));
    std::vector<box> boxes;
    for (int r = 0; r < world().size(); ++r) boxes.push_back(t.box_of(r));
    local_array<double, 2> const tile = tile_of(whole, t.box_of(me));
    traffic const before = world().counters();
    auto const a = annotate(world(), tile, boxes);
    auto const b = annotate(world(), tile, t.box_of(me));
    CHECK(world().counters() == before);
    CHECK(is_part_of(a, whole));
    CHECK(is_part_of(b, whole));
    CHECK(a.tiling().owns_alike(t));
    array<double, 2> const c = a + spread(whole, tiling::row());
    CHECK(is_part_of(c, mapped([](double x) { return 2 * x; }, whole)));
  }
}

TEST_CASE("annotate rejects holes and tiles of another shape, on every rank") {
  int const ranks = world().size(), me = world().rank();
  std::vector<box> boxes;
  for (int r = 0; r < ranks; ++r) boxes.push_back(box({r, 0}, {r + 1, 3}));
  local_array<double, 2> const tile(std::to_array<index_t>({1, 3}), 1.0);
  CHECK(annotate(world(), tile, boxes).shape() == std::array<index_t, 2>{ranks, 3});
  local_array<double, 2> const odd(std::to_array<index_t>({me == ranks - 1 ? 2 : 1, 3}), 1.0);
  CHECK(thrown_by([&] { annotate(world(), odd, boxes); }) == "shape_error");
  auto holes = boxes;
  holes.back() = box({ranks, 0}, {ranks + 1, 3});
  CHECK(thrown_by([&] { annotate(world(), tile, holes); }) == "tiling_error");
  CHECK(thrown_by([&] { annotate(world(), tile, holes[static_cast<std::size_t>(me)]); }) == "tiling_error");
  holes = boxes;
  holes.push_back(box({0, 0}, {1, 3}));
  CHECK(thrown_by([&] { annotate(world(), tile, holes); }) == "tiling_error");
  holes.back() = box({0}, {1});
  CHECK(thrown_by([&] { annotate(world(), tile, holes); }) == "tiling_error");
  if (ranks > 1) {
    auto differ = boxes;
    if (me == 0) differ[0] = box({0, 0}, {2, 3});
    CHECK(thrown_by([&] { annotate(world(), tile, differ); }) == "divergence_error");
  }
}

TEST_CASE("a tile that is given away becomes the array's, without a copy") {
  int const ranks = world().size(), me = world().rank();
  std::vector<box> boxes;
  for (int r = 0; r < ranks; ++r) boxes.push_back(box({100 * r, 0}, {100 * (r + 1), 130}));  // more than 64 KiB
  auto const whole = samples<double>(shape_of<2>{100 * ranks, 130});
  local_array<double, 2> mine = slice(whole, range(100 * me, 100 * (me + 1)), every);
  double const* const elements = mine.data();
  auto a = annotate(world(), std::move(mine), boxes);
  CHECK(a.data() == elements);
  CHECK(mine.count() == 0);  // NOLINT(bugprone-use-after-move): it says that nothing is left
  CHECK(is_part_of(a, whole));
  CHECK(is_part_of(retile(a, tiling::column()), whole));
  CHECK(is_part_of(eval(transpose(a) + 1.0), local_array<double, 2>(transpose(whole) + 1.0)));
  a = a * 2.0;
  CHECK(a.data() == elements);
  CHECK(is_part_of(a, local_array<double, 2>(whole * 2.0)));

  std::vector<double> users(100 * 130, 1.0);
  {
    auto b = annotate(world(), local_array<double, 2>::around(users.data(), {100, 130}), boxes);
    b += a;
  }
  auto const expected = 1 + 2 * whole(100 * me, 0);
  CHECK(users[0] == expected);

  auto const again = annotate(world(), tile_of(a), boxes);  // of what another array has: a copy
  a += 1.0;
  CHECK(is_part_of(again, local_array<double, 2>(whole * 2.0)));
  local_array<double, 2> wrong({3, 3}, 1.0);
  CHECK(thrown_by([&] { annotate(world(), std::move(wrong), boxes); }) == "shape_error");
  CHECK(wrong.count() == 9);  // NOLINT(bugprone-use-after-move)
}
