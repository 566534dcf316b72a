// ctest: RELEASE_ONLY
#include <pantile/algorithms/als.hpp>
#include <pantile/algorithms/planted_ratings.hpp>
#include <pantile/algorithms/ranking.hpp>
#include <pantile/algorithms/split_ratings.hpp>
#include <pantile/comm/environment.hpp>
#include <pantile/sparse/counts.hpp>

#include <catch2/catch.hpp>

#include <algorithm>
#include <support/world.hpp>

using support::world;

namespace {

using pantile::index_t;

constexpr pantile::planted_options small{.users = 600, .items = 300, .ratings = 12'000, .groups = 8, .seed = 4};

pantile::sparse_array<double> planted() {
  auto table = pantile::planted_ratings<double>(world(), small);
  return pantile::sparse_array<double>::from_entries(world(), {small.users, small.items},
                                                     pantile::tiling::row(), std::move(table.entries));
}

}  // namespace

TEST_CASE("planted ratings are the same for every number of ranks") {
  auto const alone = *world().split(world().rank(), 0);
  auto const mine = pantile::planted_ratings<double>(world(), small);
  auto const all = pantile::planted_ratings<double>(alone, small);
  index_t const first = small.users * world().rank() / world().size(),
                last = small.users * (world().rank() + 1) / world().size();
  auto expected = all.entries;
  std::erase_if(expected, [&](auto const& e) { return e.row < first || e.row >= last; });
  CHECK(mine.entries == expected);
  CHECK(mine.lines == std::ssize(all.entries));
  CHECK(mine.user_ids == all.user_ids);
  CHECK(std::ssize(mine.item_ids) == small.items);
}

TEST_CASE(
    "planted ratings are as many as wanted, once per pair, from 0.5 to 5, more for some items than for "
    "others") {
  auto const r = planted();
  CHECK(r.duplicates() == 0);
  CHECK(r.stored() > 11'000);
  CHECK(r.stored() < 12'500);
  CHECK(std::all_of(r.values().begin(), r.values().end(),
                    [](double v) { return v >= 0.5 && v <= 5 && 2 * v == static_cast<int>(2 * v); }));
  auto counts = pantile::column_counts(r);
  std::sort(counts.rbegin(), counts.rend());
  CHECK(counts[0] > 4 * counts[150]);
  auto const per_user = pantile::row_counts(r);
  CHECK(*std::min_element(per_user.begin(), per_user.end()) >= 1);
  CHECK(*std::max_element(per_user.begin(), per_user.end()) <= 75);
}

TEST_CASE("als finds the planted structure, popularity does not") {
  auto const r = planted();
  auto const ids = pantile::planted_ratings<double>(world(), small);
  auto const split = pantile::split_ratings(r, 0.2, 1, ids.user_ids, ids.item_ids);
  auto const model = pantile::als(split.training, {.factors = 8, .iterations = 8, .seed = 1});
  auto const ours =
      pantile::evaluate_ranking(model.user_factors, model.item_factors, split.training, split.held_out);
  auto const popular = pantile::evaluate_popularity(split.training, split.held_out);
  CHECK(ours.users == popular.users);
  CHECK(ours.ndcg > 1.3 * popular.ndcg);
}

TEST_CASE("planted_ratings refuses what it cannot plant") {
  auto const refuses = [](pantile::planted_options const& o) {
    CHECK_THROWS_AS(pantile::planted_ratings<float>(world(), o), pantile::domain_error);
  };
  refuses({.users = 0});
  refuses({.groups = 5'001});
  refuses({.users = 10, .items = 10, .ratings = 26, .groups = 2});
}
