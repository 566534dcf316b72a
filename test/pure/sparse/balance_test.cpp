#include <pantile/base/error.hpp>
#include <pantile/random/generator.hpp>
#include <pantile/sparse/counts.hpp>

#include <catch2/catch.hpp>

#include <cmath>
#include <numeric>
#include <vector>

using pantile::index_t;

TEST_CASE("balanced rows: no rank carries more than its share and one row") {
  pantile::random::generator const g(1);
  for (index_t rows : {1, 2, 17, 1000}) {
    std::vector<index_t> counts;
    for (index_t i = 0; i < rows; ++i)  // a power law, as of ratings per item
      counts.push_back(static_cast<index_t>(3 / std::sqrt(1 - g.uniform(i))) - 3);
    for (double extra : {0., 1., 40.})
      for (int ranks : {1, 2, 3, 4, 9, 64}) {
        double const total = static_cast<double>(std::accumulate(counts.begin(), counts.end(), index_t{0})) +
                             extra * static_cast<double>(rows);
        double const heaviest = static_cast<double>(*std::max_element(counts.begin(), counts.end())) + extra;
        auto const tiled = pantile::balanced_rows(counts, extra).bind({rows, 5}, ranks);
        index_t next = 0;
        for (int rank = 0; rank < ranks; ++rank) {
          auto const tile = tiled.box_of(rank);
          CHECK(tile.lo[0] == next);
          next = tile.hi[0];
          double load = 0;
          for (index_t i = tile.lo[0]; i < tile.hi[0]; ++i)
            load += static_cast<double>(counts[static_cast<std::size_t>(i)]) + extra;
          CHECK(load <= total / ranks + heaviest + 1e-9 * total);
        }
        CHECK(next == rows);
      }
  }
}

TEST_CASE("balanced rows of nothing, and with costs that mean nothing") {
  CHECK(pantile::balanced_rows(std::vector<index_t>{}).bind({0, 3}, 4).box_of(3).empty());
  CHECK(pantile::balanced_rows(std::vector<index_t>{0, 0, 0, 0}).bind({4, 3}, 2).box_of(1).extent(0) == 2);
  std::vector<index_t> const counts{1, 2};
  CHECK_THROWS_AS(pantile::balanced_rows(counts, -1), pantile::tiling_error);
  CHECK_THROWS_AS(pantile::balanced_rows(counts, std::nan("")), pantile::tiling_error);
}
