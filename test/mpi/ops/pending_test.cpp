// Movements that are started now and waited for later.
#include "support/oracle.hpp"

#include <pantile/expr/functions.hpp>
#include <pantile/ops/movement_async.hpp>
#include <pantile/ops/reduce.hpp>

#include <complex>
#include <optional>

using namespace pantile;
using namespace support;

namespace {

template <class Work>
traffic counted(Work work) {
  traffic const before = world().counters();
  work();
  return world().counters() - before;
}

template <class T, std::size_t N>
void check_async(std::array<index_t, N> const& shape) {
  auto const whole = samples<T>(shape);
  auto const tilings = usual_tilings(extents(shape), 4);
  for (std::size_t i = 0; i < tilings.size(); i += std::is_same_v<T, double> && N == 2 ? 1 : 3) {
    tiling const &from = tilings[i], &to = tilings[(i * 7 + 3) % tilings.size()];
    INFO(dtype_name(dtype_of<T>) << ' ' << to_string(from) << " to " << to_string(to));
    auto const a = spread(whole, from);
    traffic const blocking = counted([&] { retile(a, to); });
    traffic const async = counted([&] {
      auto p = retile_async(a, to);
      auto const b = p.get();
      CHECK(p.ready());
      CHECK(b.tiling() == to);
      CHECK(is_part_of(b, whole));
    });
    CHECK(async == blocking);
    traffic const gathered = counted([&] { all_gather(a); });
    CHECK(counted([&] { CHECK(is_same(all_gather_async(a).get(), whole)); }) == gathered);
  }
}

}  // namespace

TEST_CASE("retile and all_gather under way give and count what the blocking ones do") {
  check_async<double>(std::to_array<index_t>({29}));
  check_async<double>(std::to_array<index_t>({12, 7}));
  check_async<double>(std::to_array<index_t>({4, 5, 6}));
  check_async<std::uint8_t>(std::to_array<index_t>({3, 4, 2, 3}));
  check_async<bool>(std::to_array<index_t>({2, 3}));
  check_async<std::complex<double>>(std::to_array<index_t>({0, 3}));
  world().set_chunk_limit(24);  // messages in pieces
  check_async<double>(std::to_array<index_t>({9, 4}));
  world().set_chunk_limit(index_t{1} << 30);
  // Tiles that the node shares.
  check_async<float>(std::to_array<index_t>({world().size() * 130, 131}));
}

TEST_CASE("all_reduce under way") {
  int const ranks = world().size();
  auto p =
      all_reduce_async(world(), local_array<double, 2>(std::to_array<index_t>({3, 2}), world().rank() + 1.0));
  auto q = all_reduce_async(world(), local_array<std::uint8_t, 1>(std::to_array<index_t>({5}), 200));
  auto r = all_reduce_async(world(), local_array<std::int32_t, 1>(std::to_array<index_t>({5}), world().rank()),
                            reduce_op::max);
  CHECK(is_same(r.get(), local_array<std::int32_t, 1>(std::to_array<index_t>({5}), ranks - 1)));
  CHECK(is_same(q.get(), local_array<std::uint8_t, 1>(std::to_array<index_t>({5}),
                                                      static_cast<std::uint8_t>(200 * ranks))));
  CHECK(is_same(p.get(), local_array<double, 2>(std::to_array<index_t>({3, 2}), ranks * (ranks + 1) / 2.0)));
  all_reduce_async(world(), local_array<double, 1>(std::to_array<index_t>({100}), 1.0));  // dropped
}

TEST_CASE("gather and scatter under way") {
  auto const whole = samples<float>(std::to_array<index_t>({11, 6}));
  auto const none = local_array<float, 2>();
  int const me = world().rank(), last = world().size() - 1;
  for (tiling const& t : usual_tilings({11, 6})) {
    INFO(to_string(t));
    auto const a = spread(whole, t);
    auto p = gather_async(a, last);
    auto q = scatter_async(world(), me == 0 ? whole : none, 0, t);
    CHECK(is_part_of(q.get(), whole));
    CHECK(is_same(p.get(), me == last ? whole : none));
    CHECK(counted([&] { gather_async(a, 0).get(); }) == counted([&] { gather(a, 0); }));
  }
  auto p = gather_async(spread(whole, tiling::row()), world().size());
  CHECK(thrown_by([&] { p.get(); }) == "index_error");
}

TEST_CASE("broadcast under way") {
  int const ranks = world().size(), me = world().rank();
  auto const check = [&](auto const& whole, int root) {
    using array_type = std::remove_cvref_t<decltype(whole)>;
    array_type mine;
    if (me == root) mine = array_type(whole);
    traffic const async = counted([&] {
      auto p = broadcast_async(world(), mine, root);
      if (me == root) mine = array_type();  // it was copied
      CHECK(is_same(p.get(), whole));
      CHECK(p.ready());
    });
    CHECK(async == counted([&] { broadcast(world(), me == root ? whole : array_type(), root); }));
  };
  for (int root : {0, ranks - 1, ranks / 2}) {
    check(samples<double>(std::to_array<index_t>({23})), root);
    check(samples<std::complex<double>>(std::to_array<index_t>({7, 6})), root);
    check(samples<bool>(std::to_array<index_t>({3, 4, 5})), root);
    check(samples<float>(std::to_array<index_t>({0, 5})), root);
  }
  world().set_chunk_limit(24);  // in pieces
  check(samples<double>(std::to_array<index_t>({31})), 0);
  world().set_chunk_limit(index_t{1} << 30);
  check(samples<double>(std::to_array<index_t>({300, 200})), ranks - 1);
  auto p = broadcast_async(world(), samples<double>(std::to_array<index_t>({2})), ranks);
  CHECK(thrown_by([&] { p.get(); }) == "index_error");
}

TEST_CASE("all_to_all under way") {
  int const ranks = world().size(), me = world().rank();
  auto const part = [](int from, int to, index_t scale) {
    return samples<float>(std::to_array<index_t>({(from % 3 + 1) * scale, to % 4}), from * 10 + to);
  };
  auto const check = [&](index_t scale) {
    std::vector<local_array<float, 2>> parts;
    for (int r = 0; r < ranks; ++r) parts.push_back(part(me, r, scale));
    traffic const blocking = counted([&] { all_to_all(world(), parts); });
    traffic const async = counted([&] {
      auto p = all_to_all_async(world(), parts);
      { auto dropped = all_to_all_async(world(), parts); }
      auto q = all_to_all_async(world(), parts);
      parts.clear();  // they were copied
      auto const later = q.get(), came = p.get();
      CHECK(p.ready());
      REQUIRE(std::ssize(came) == ranks);
      for (int r = 0; r < ranks; ++r) {
        CHECK(is_same(came[static_cast<std::size_t>(r)], part(r, me, scale)));
        CHECK(is_same(later[static_cast<std::size_t>(r)], part(r, me, scale)));
      }
    });
    CHECK(async.bytes_sent == 3 * blocking.bytes_sent);
    CHECK(async.bytes_received == 3 * blocking.bytes_received);
    CHECK(async.messages_sent == 3 * blocking.messages_sent);
    CHECK(async.messages_received == 3 * blocking.messages_received);
  };
  check(1);
  check(4000);
  world().set_chunk_limit(24);
  check(3);
  world().set_chunk_limit(index_t{1} << 30);
  std::vector<local_array<float, 2>> few(static_cast<std::size_t>(me == ranks - 1 ? ranks - 1 : ranks));
  auto p = all_to_all_async(world(), few);
  CHECK(thrown_by([&] { p.get(); }) == "shape_error");
}

TEST_CASE("several under way: got in any order, another one on each rank, blocking ones between") {
  for (index_t scale : {1, 60}) {
    auto const shape = std::to_array<index_t>({world().size() * scale + 3, 5 * scale});
    auto const one = samples<double>(shape, 1), two = samples<double>(shape, 2),
               three = samples<double>(shape, 3);
    auto const a = spread(one, tiling::row()), b = spread(two, tiling::row()), c = spread(three, tiling::row());
    for (int turn = 0; turn < 6; ++turn) {
      auto p = retile_async(a, tiling::column());
      auto q = retile_async(b, tiling::column());
      auto r = all_gather_async(c);
      auto s = broadcast_async(world(), one, 0);
      auto u = all_to_all_async(world(), std::vector(static_cast<std::size_t>(world().size()), two));
      array<double, 2> const d = retile(b, tiling::column()) + retile(a, tiling::block());
      CHECK(is_part_of(d, mapped([](double x, double y) { return x + y; }, one, two)));
      int const first = (world().rank() + turn) % 3;
      for (int k = 0; k < 3; ++k) {
        int const which = turn % 2 == 0 ? (first + k) % 3 : (first + 3 - k) % 3;
        if (which == 0) CHECK(is_part_of(p.get(), one));
        if (which == 1) CHECK(is_part_of(q.get(), two));
        if (which == 2) CHECK(is_same(r.get(), three));
      }
      CHECK(is_same(u.get().back(), two));
      CHECK(is_same(s.get(), one));
    }
  }
}

TEST_CASE("more under way than there are tags") {
  auto const whole = samples<std::int32_t>(std::to_array<index_t>({7, 3}));
  auto const a = spread(whole, tiling::row());
  std::vector<pending<array<std::int32_t, 2>>> all;
  for (int i = 0; i < 700; ++i) all.push_back(retile_async(a * i, tiling::column()));
  bool ok = true;
  for (int i = 699; i >= 0; --i)
    ok = ok && is_part_of(all[static_cast<std::size_t>(i)].get(),
                          mapped([i](std::int32_t x) { return x * i; }, whole));
  CHECK(ok);
}

TEST_CASE("the operand may go, and a pending result may be dropped or replaced") {
  auto const shape = std::to_array<index_t>({world().size() * 90, 100});
  auto const whole = samples<double>(shape);
  for (int turn = 0; turn < 4; ++turn) {
    std::optional<array<double, 2>> a(spread(whole, tiling::row()));
    auto p = retile_async(*a, tiling::column());
    auto q = retile_async(*a, tiling::block());
    { auto dropped = all_gather_async(*a); }
    { auto dropped = broadcast_async(world(), whole, 0); }
    { auto dropped = gather_async(*a, 0); }
    { auto dropped = scatter_async(world(), whole, 0, tiling::column()); }
    a.reset();
    array<double, 2> const other = full<double>(world(), shape, -1.0, tiling::row());
    if (turn % 2 == 0) q = retile_async(other, tiling::replicated());
    CHECK(is_part_of(p.get(), whole));
    if (turn % 2 == 0) CHECK(is_part_of(q.get(), local_array<double, 2>(shape, -1.0)));
  }
}

TEST_CASE("computing while elements are under way; ready in the end") {
  auto const shape = std::to_array<index_t>({world().size() * 50, 64});
  auto const whole = samples<double>(shape);
  auto const a = spread(whole, tiling::row());
  auto p = retile_async(2.0 * a, tiling::column());
  double const total = sum(a);
  CHECK(total == sum(whole));
  while (!p.ready()) {
  }
  CHECK(is_part_of(p.get(), mapped([](double x) { return 2 * x; }, whole)));
}

TEST_CASE("errors come out of get, and a result can be had once") {
  auto const whole = samples<double>(std::to_array<index_t>({4, 3}));
  auto const a = spread(whole, tiling::row());
  auto p = retile_async(a, tiling::block(5, 7));
  CHECK(thrown_by([&] { p.get(); }) == "tiling_error");
  auto q = retile_async(whole, tiling::row());
  CHECK(thrown_by([&] { q.get(); }) == "tiling_error");
  auto r = all_gather_async(a);
  r.get();
  CHECK(thrown_by([&] { r.get(); }) == "error");
  CHECK(thrown_by([] { pending<int>().get(); }) == "error");
  if (world().size() > 1) {
    auto s = retile_async(a, world().rank() == 0 ? tiling::row() : tiling::column());
    CHECK(thrown_by([&] { s.get(); }) == "divergence_error");
  }
  CHECK(is_same(all_gather(a), whole));
}
