// ctest: RELEASE_ONLY
#include <pantile/comm/environment.hpp>

#include <catch2/catch.hpp>

#include <support/values.hpp>

using pantile::communicator;
using pantile::reduce_op;
using support::world;

TEST_CASE("a duplicate has the same ranks, its own messages and its own counters") {
  communicator const copy = world().dup();
  CHECK(copy.rank() == world().rank());
  CHECK(copy.size() == world().size());
  CHECK_FALSE(copy == world());
  CHECK(copy.counters() == pantile::traffic{});
  communicator const handle = copy;  // NOLINT(performance-unnecessary-copy-initialization)
  CHECK(handle == copy);
  if (copy.size() < 2 || copy.rank() > 1) return;
  std::vector<int> a{1}, b{2}, x(1), y(1);
  if (copy.rank() == 0) {
    auto first = world().isend(std::span<int const>(a), 1);
    auto second = copy.isend(std::span<int const>(b), 1);
    first.wait();
    second.wait();
  } else {
    copy.receive(std::span<int>(y), 0);
    world().receive(std::span<int>(x), 0);
    CHECK((x == a && y == b));
  }
}

TEST_CASE("split groups by colour and orders by key, then rank") {
  int const size = world().size(), rank = world().rank();
  auto const part = world().split(rank % 2, -rank);
  REQUIRE(part);
  CHECK(part->size() == (size + (rank % 2 == 0 ? 1 : 0)) / 2);
  CHECK(part->rank() == part->size() - 1 - rank / 2);
  int sum = 0;
  for (int r = rank % 2; r < size; r += 2) sum += r;
  CHECK(part->allreduce(rank, reduce_op::sum) == sum);
  auto const same_key = world().split(3, 0);
  REQUIRE(same_key);
  CHECK(same_key->rank() == rank);
}

TEST_CASE("a negative colour gets no communicator") {
  auto const part = world().split(world().rank() == 0 ? -1 : 0, 0);
  CHECK(part.has_value() == (world().rank() != 0));
  if (part) CHECK(part->size() == world().size() - 1);
}

TEST_CASE("along: the ranks that differ along one axis of the grid") {
  int const size = world().size(), rank = world().rank();
  for (int p = 1; p <= size; ++p) {
    if (size % p != 0) continue;
    for (int q = 1; q <= size / p; ++q) {
      if (size / p % q != 0) continue;
      std::vector<int> const grid{p, q, size / p / q};
      std::vector<int> const place{rank / (grid[1] * grid[2]), rank / grid[2] % grid[1], rank % grid[2]};
      std::vector<int> const stride{grid[1] * grid[2], grid[2], 1};
      for (int axis = 0; axis < 3; ++axis) {
        auto const a = static_cast<std::size_t>(axis);
        communicator const& line = world().along(grid, axis);
        CHECK(line.size() == grid[a]);
        CHECK(line.rank() == place[a]);
        auto const ranks = line.allgather(rank);
        for (int k = 0; k < grid[a]; ++k)
          CHECK(ranks[static_cast<std::size_t>(k)] == rank + (k - place[a]) * stride[a]);
        CHECK(&world().along(grid, axis) == &line);  // kept, so free the second time
      }
    }
  }
}

TEST_CASE("grids that do not have the ranks") {
  int const size = world().size();
  CHECK_THROWS_AS(world().along({size + 1}, 0), pantile::tiling_error);
  CHECK_THROWS_AS(world().along({size, 1}, 2), pantile::tiling_error);
  CHECK_THROWS_AS(world().along({size, 1}, -1), pantile::tiling_error);
  CHECK_THROWS_AS(world().along({-size, -1}, 0), pantile::tiling_error);
  CHECK_THROWS_AS(world().along({}, 0), pantile::tiling_error);
}

TEST_CASE("groups of groups, freed in any order") {
  auto half = world().split(world().rank() % 2, 0);
  auto quarter = half->split(half->rank() % 2, 0);
  auto const copy = quarter->dup();
  half.reset();
  CHECK(copy.allreduce(1, reduce_op::sum) == quarter->size());
  quarter.reset();
  CHECK(copy.allreduce(2, reduce_op::sum) == 2 * copy.size());
}
