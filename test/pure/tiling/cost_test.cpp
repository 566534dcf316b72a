#include <pantile/tiling/tiling.hpp>

#include <catch2/catch.hpp>

#include <atomic>
#include <cstdlib>
#include <limits>
#include <new>
#include <optional>
#include <support/tilings.hpp>

// Every allocation of this program is counted, so that "O(sum of cuts)" is a number and not a matter of speed.
namespace {
std::atomic<std::size_t> allocated_bytes{0};
}

void* operator new(std::size_t bytes) {
  allocated_bytes += bytes;
  if (void* p = std::malloc(bytes ? bytes : 1)) return p;
  throw std::bad_alloc();
}
void* operator new(std::size_t bytes, std::nothrow_t const&) noexcept {
  allocated_bytes += bytes;
  return std::malloc(bytes ? bytes : 1);
}
void operator delete(void* p) noexcept { std::free(p); }
void operator delete(void* p, std::size_t) noexcept { std::free(p); }

using pantile::box;
using support::index_t;
using support::tiling;

namespace {

constexpr int many = 100000;

template <class F>
std::size_t bytes_of(F f) {
  std::size_t const before = allocated_bytes;
  f();
  return allocated_bytes - before;
}

std::size_t cuts_of(tiling const& t) {
  std::size_t sum = 0;
  for (int d = 0; d < t.shape().dimensions(); ++d) sum += t.boundaries(d).size();
  return sum;
}

}  // namespace

TEST_CASE("a block tiling over 100,000 ranks holds hundreds of cuts and a few kilobytes") {
  std::optional<tiling> t;
  std::size_t const bytes = bytes_of([&] { t = tiling::block().bind({1000000, 1000000}, many); });
  CHECK(cuts_of(*t) == 251 + 401);
  CHECK(bytes < 40 * 652);
  CHECK(bytes_of([&] {
          tiling const copy = *t;
          CHECK(copy.ranks() == many);
        }) < 2000);
  for (int i = 0; i < 5000; ++i)
    t = tiling::block().bind({1000000 + i, 1000000}, many);  // milliseconds, not minutes
  CHECK(t->ranks() == many);
}

TEST_CASE("a row tiling over 100,000 ranks: memory of its cuts, questions that do not look at every rank") {
  std::optional<tiling> t;
  std::size_t const bytes = bytes_of([&] { t = tiling::row().bind({12345678, 10}, many); });
  CHECK(cuts_of(*t) == many + 1 + 2);
  CHECK(bytes < 40 * static_cast<std::size_t>(many));

  index_t sum = 0;
  for (int r = 0; r < many; ++r) sum += t->box_of(r).count();
  CHECK(sum == 123456780);

  // What is asked of a handful of ranks allocates for a handful, whatever the number of all.
  box const b({500, 2}, {1000, 3});
  std::size_t const answer = bytes_of([&] {
    CHECK(t->owners(b).size() == 5);
    CHECK(t->providers(b, 77).size() == 5);
  });
  CHECK(answer < 20000);
  for (int i = 0; i < 100000; ++i) sum += static_cast<index_t>(t->owners(box({i, 0}, {i + 200, 5})).size());
  CHECK(sum > 123456780);
}

TEST_CASE("comparing, hashing and printing tilings over 100,000 ranks") {
  tiling const a = tiling::block().bind({1000000, 1000000}, many),
               b = tiling::block().bind({1000000, 1000000}, many);
  for (int i = 0; i < 2000; ++i) {
    REQUIRE(a == b);
    REQUIRE(a.hash() == b.hash());
  }
  CHECK(to_string(a).size() < 300);
  CHECK(a.holders(box({0, 0}, {1, 1})) == std::vector<int>{0});
}

TEST_CASE("as many ranks as an int counts") {
  int const ranks = std::numeric_limits<int>::max();
  tiling const t = tiling::replicated().bind({5, 5}, ranks);
  CHECK(t.ranks() == ranks);
  CHECK(t.box_of(ranks - 1) == box({0, 0}, {5, 5}));
  CHECK(t.hash() == tiling::replicated().bind({5, 5}, ranks).hash());
}
