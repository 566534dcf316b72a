// ctest: OPTIMIZE
#include <pantile/base/error.hpp>
#include <pantile/comm/environment.hpp>
#include <pantile/comm/memory.hpp>

#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <support/tilings.hpp>
#include <support/values.hpp>
#include <sys/mman.h>
#include <vector>

using pantile::allocate_tile;
using pantile::index_t;
using pantile::memory_kind;
using support::world;

TEST_CASE("tiles are aligned, disjoint and counted") {
  support::dice d(7);
  for (memory_kind kind : {memory_kind::local, memory_kind::shareable}) {
    index_t const before = pantile::allocated_tile_bytes();
    struct tile {
      std::shared_ptr<std::byte> data;
      index_t bytes;
      int fill;
    };
    std::vector<tile> tiles;
    index_t held = 0;
    bool ok = true;
    auto intact = [](tile const& t) {
      return std::all_of(t.data.get(), t.data.get() + t.bytes,
                         [&](std::byte b) { return b == std::byte(t.fill); });
    };
    for (int i = 0; i < 400; ++i) {  // sizes around the small, page and huge page thresholds
      if (!tiles.empty() && d.one_in(2)) {
        std::swap(tiles[static_cast<std::size_t>(d.below(static_cast<int>(tiles.size())))], tiles.back());
        ok = ok && intact(tiles.back());
        held -= tiles.back().bytes;
        tiles.pop_back();
      } else {
        index_t const sizes[] = {0, 1, 63, 4096, 65535, 65536, 65537, 300000, 2097151, 2097153};
        tile t{nullptr, sizes[d.below(10)], d.below(256)};
        t.data = allocate_tile(t.bytes, kind);
        ok = ok && t.data && reinterpret_cast<std::uintptr_t>(t.data.get()) % 64 == 0;
        std::memset(t.data.get(), t.fill, static_cast<std::size_t>(t.bytes));
        held += t.bytes;
        tiles.push_back(std::move(t));
      }
      ok =
          ok && pantile::allocated_tile_bytes() == before + held && pantile::peak_tile_bytes() >= before + held;
    }
    for (auto const& t : tiles) ok = ok && intact(t);
    CHECK(ok);
    tiles.clear();
    CHECK(pantile::allocated_tile_bytes() == before);
  }
}

TEST_CASE("large memory that comes and goes keeps its pages, but no more than are in use") {
  if (world().rank() != 0) return;  // enough for all
  constexpr index_t mebibyte = index_t{1} << 20, bytes = 320 * mebibyte;
  auto const take = [] {
    auto memory = pantile::allocate_tile(bytes, pantile::memory_kind::local);
    std::memset(memory.get(), 1, bytes);
    return memory;
  };
  auto const resident = [](std::byte* p) {
    std::vector<unsigned char> pages(bytes / 4096);
    REQUIRE(mincore(p, bytes, pages.data()) == 0);
    return 4096 * std::count_if(pages.begin(), pages.end(), [](unsigned char page) { return page & 1; });
  };
  auto first = take(), second = take();
  second.reset();
  auto again = pantile::allocate_tile(bytes, pantile::memory_kind::local);
  CHECK(resident(again.get()) == bytes);
  first.reset();
  CHECK(resident(again.get()) == bytes);
  auto more = pantile::allocate_tile(bytes, pantile::memory_kind::local);
  CHECK(resident(more.get()) == bytes);  // of no more than there were at once

  // With nothing in use, little is kept; and what lies beside it serves with it.
  std::vector<std::byte*> const places{again.get(), more.get()};
  again.reset();
  more.reset();
  CHECK(resident(places[0]) + resident(places[1]) <= 256 * mebibyte);
  auto const last = take();
  CHECK(std::find(places.begin(), places.end(), last.get()) != places.end());
}

TEST_CASE("more memory than there can be is refused, and nothing is lost by it") {
  index_t const most = std::numeric_limits<index_t>::max(), before = pantile::allocated_tile_bytes();
  for (memory_kind kind : {memory_kind::local, memory_kind::shareable}) {
    CHECK_THROWS_AS(allocate_tile(most, kind), pantile::memory_error);
    CHECK_THROWS_AS(allocate_tile(index_t{1} << 60, kind), pantile::memory_error);
    CHECK_THROWS_AS(allocate_tile(-1, kind), pantile::memory_error);
    CHECK(allocate_tile(100000, kind) != nullptr);
  }
  CHECK(pantile::allocated_tile_bytes() == before);
}

TEST_CASE("shared tiles are where the neighbours look for them") {
  auto const mine = allocate_tile(100000, memory_kind::shareable);
  std::memset(mine.get(), world().rank() + 1, 100000);
  auto const offsets = world().allgather(pantile::detail::shared_offset(mine.get()));
  world().barrier();
  CHECK(world().near_memory(world().rank()) == nullptr);
  for (int r = 0; r < world().size(); ++r) {
    std::byte const* near = world().near_memory(r);
    index_t const offset = offsets[static_cast<std::size_t>(r)];
    if (!near || offset < 0) continue;
    CHECK(near[offset] == std::byte(r + 1));
    CHECK(near[offset + 99999] == std::byte(r + 1));
  }
  int on_stack = 0;
  CHECK(pantile::detail::shared_offset(&on_stack) == -1);
  CHECK(pantile::detail::shared_offset(allocate_tile(100000, memory_kind::local).get()) == -1);
  world().barrier();
}
