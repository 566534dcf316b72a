#include <pantile/array/digest.hpp>
#include <pantile/comm/environment.hpp>
#include <pantile/expr/create.hpp>

#include <catch2/catch.hpp>

#include <support/world.hpp>

using namespace pantile;
using support::world;

TEST_CASE("a digest of a dense array is the same for every tiling and number of ranks, and sees every change") {
  auto const of = [](index_t rows, index_t columns, tiling_rule const& rule, index_t changed,
                     communicator const& comm) {
    return digest(from_function<double>(comm, {rows, columns}, rule, [&](index_t i, index_t j) {
      index_t const at = i * columns + j;
      return at == changed ? -1.0 : static_cast<double>(at * at % 17);
    }));
  };
  communicator const alone = *world().split(world().rank(), 0);
  std::uint64_t const whole = of(7, 5, tiling::row(), -1, alone);
  for (tiling_rule const& rule : {tiling::row(), tiling::column(), tiling::block(), tiling::replicated()})
    CHECK(of(7, 5, rule, -1, world()) == whole);
  CHECK(of(5, 7, tiling::row(), -1, world()) != whole);
  for (index_t at = 0; at < 35; ++at) CHECK(of(7, 5, tiling::column(), at, world()) != whole);
  CHECK(of(0, 5, tiling::row(), -1, world()) == of(0, 5, tiling::row(), -1, alone));
  // Elements that change places.
  auto const line = [](double first, double second) {
    return digest(from_function<float>(world(), {2}, tiling::row(),
                                       [=](index_t i) { return static_cast<float>(i == 0 ? first : second); }));
  };
  CHECK(line(1, 2) != line(2, 1));
}
