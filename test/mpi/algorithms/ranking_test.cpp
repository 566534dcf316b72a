// ctest: RELEASE_ONLY
#include <pantile/algorithms/active_users.hpp>
#include <pantile/algorithms/ranking.hpp>
#include <pantile/algorithms/split_ratings.hpp>
#include <pantile/comm/environment.hpp>

#include <catch2/catch.hpp>

#include <cmath>
#include <numeric>
#include <support/world.hpp>

using support::world;

namespace {

using pantile::index_t;
using entries = std::vector<pantile::sparse_entry<double>>;

pantile::sparse_array<double> on_ranks(index_t users, index_t items, entries const& all,
                                       pantile::tiling_rule const& rule = pantile::tiling::row()) {
  return pantile::sparse_array<double>::from_entries(world(), {users, items}, rule,
                                                     world().rank() == 0 ? all : entries{});
}

/// Scores s(u, i) as products of factors: items are unit vectors, users the rows of s.
struct scored {
  pantile::array<double, 2> users, items;
  template <class F>
  scored(index_t n, index_t m, F score, pantile::tiling_rule const& rule = pantile::tiling::row())
      : users(pantile::from_function<double>(world(), {n, m}, rule, score)),
        items(pantile::from_function<double>(world(), {m, m}, pantile::tiling::row(),
                                             [](index_t i, index_t j) { return i == j ? 1.0 : 0.0; })) {}
};

double discount(int place) { return 1 / std::log2(place + 1.0); }

std::vector<std::int64_t> numbered(index_t n) {
  std::vector<std::int64_t> ids(static_cast<std::size_t>(n));
  std::iota(ids.begin(), ids.end(), 100);
  return ids;
}

}  // namespace

TEST_CASE("NDCG and recall of a ranking that is known") {
  // Three users, five items, better the lower the item. User 0 has seen item 0, user 2 holds nothing out.
  auto const rule = GENERATE(pantile::tiling::row(), pantile::tiling::column(), pantile::tiling::replicated());
  scored const s(
      3, 5, [](index_t, index_t i) { return 5.0 - static_cast<double>(i); }, rule);
  auto const training = on_ranks(3, 5, {{0, 0, 1}, {1, 4, 2}, {2, 1, 1}});
  auto const held_out = on_ranks(3, 5, {{0, 2, 1}, {0, 4, 1}, {1, 1, 3}});
  // Lists of 2: user 0 gets items 1, 2 and hits at place 2; user 1 gets 0, 1 and hits at place 2.
  auto const q = pantile::evaluate_ranking(s.users, s.items, training, held_out, 2);
  CHECK(q.users == 2);
  double const first = discount(2) / (discount(1) + discount(2)), second = discount(2) / discount(1);
  CHECK(q.ndcg == Approx((first + second) / 2));
  CHECK(q.recall == Approx((0.5 + 1.0) / 2));
  // Longer than there are items: everything is found.
  CHECK(pantile::evaluate_ranking(s.users, s.items, training, held_out, 50).recall == Approx(1));
}

TEST_CASE("equal scores go to the lower item") {
  scored const s(1, 6, [](index_t, index_t i) { return i == 5 ? 1.0 : 0.0; });
  auto const rated = on_ranks(1, 6, {{0, 1, 0.0}});  // seen, although it says nothing
  auto const best = pantile::recommend(s.users, s.items, rated, 0, 4);
  std::vector<index_t> items;
  for (auto const& r : best) items.push_back(r.item);
  CHECK(items == std::vector<index_t>{5, 0, 2, 3});
  CHECK(best[0].score == 1);
  CHECK(pantile::recommend(s.users, s.items, rated, 0, 100).size() == 5);
  CHECK_THROWS_AS(pantile::recommend(s.users, s.items, rated, 1, 4), pantile::index_error);
}

TEST_CASE("the popularity baseline counts training ratings above 0") {
  // Item 2 has three ratings, item 0 two, item 1 one and two zeros.
  auto const training =
      on_ranks(4, 4, {{0, 2, 1}, {1, 2, 1}, {2, 2, 1}, {0, 0, 5}, {1, 0, 5}, {2, 1, 1}, {0, 1, 0}, {1, 1, 0}});
  auto const held_out = on_ranks(4, 4, {{3, 0, 1}, {2, 0, 1}},
                                 pantile::tiling::cuts({[] {
                                                          std::vector<index_t> cuts(
                                                              static_cast<std::size_t>(world().size()) + 1, 4);
                                                          cuts[0] = 0;
                                                          return cuts;
                                                        }(),
                                                        {}}));
  auto const q = pantile::evaluate_popularity(training, held_out, 2);
  CHECK(q.users == 2);
  CHECK(q.ndcg == Approx((discount(2) + discount(1)) / 2));  // user 3: 2, 0; user 2: 0, 3
  CHECK(q.recall == Approx(1));
}

TEST_CASE("nothing held out: no users, no quality") {
  scored const s(2, 3, [](index_t, index_t i) { return static_cast<double>(i); });
  auto const rated = on_ranks(2, 3, {{0, 0, 1}}), none = on_ranks(2, 3, {});
  auto const q = pantile::evaluate_ranking(s.users, s.items, rated, none);
  CHECK(q.users == 0);
  CHECK(q.ndcg == 0);
  CHECK_THROWS_AS(pantile::evaluate_ranking(s.users, s.items, rated, on_ranks(2, 4, {})), pantile::shape_error);
}

TEST_CASE("ratings are split per user") {
  index_t const users = 30, items = 40;
  entries all;
  for (index_t u = 0; u < users; ++u)
    for (index_t i = 0; i < 1 + u; ++i) all.push_back({u, (7 * i + u) % items, static_cast<double>(i % 4)});
  auto const r = on_ranks(users, items, all);
  auto const user_ids = numbered(users), item_ids = numbered(items);
  auto const split = pantile::split_ratings(r, 0.25, 5, user_ids, item_ids);
  CHECK(split.training.tiling() == r.tiling());
  CHECK(split.training.stored() + split.held_out.stored() == r.stored());
  for (index_t row = 0; row < r.local_rows(); ++row) {
    auto const at = static_cast<std::size_t>(row);
    auto const positive = [&](auto const& s) {
      return std::count_if(s.values().begin() + s.offsets()[at], s.values().begin() + s.offsets()[at + 1],
                           [](double v) { return v != 0; });
    };
    auto const n = positive(r), held = split.held_out.offsets()[at + 1] - split.held_out.offsets()[at];
    CHECK(held == n / 4);
    CHECK(positive(split.held_out) == held);  // zeros are not held out
    CHECK(positive(split.training) == n - held);
  }
  // The same set on one rank alone, whose rows are all here.
  auto const alone = *world().split(world().rank(), 0);
  auto const serial = pantile::split_ratings(
      pantile::sparse_array<double>::from_entries(alone, {users, items}, pantile::tiling::row(), all), 0.25, 5,
      user_ids, item_ids);
  auto const begin = static_cast<std::size_t>(
      serial.held_out.offsets()[static_cast<std::size_t>(r.local_rows() > 0 ? r.first_row() : 0)]);
  CHECK(std::equal(split.held_out.columns().begin(), split.held_out.columns().end(),
                   serial.held_out.columns().begin() + static_cast<std::ptrdiff_t>(begin)));
  CHECK(pantile::split_ratings(r, 0, 5, user_ids, item_ids).held_out.stored() == 0);
  CHECK_THROWS_AS(pantile::split_ratings(r, 1, 5, user_ids, item_ids), pantile::domain_error);
  CHECK_THROWS_AS(pantile::split_ratings(r, 0.5, 5, item_ids, item_ids), pantile::shape_error);
}

TEST_CASE("users with too few ratings are dropped, and then items that nobody rated") {
  pantile::ratings<double> table;
  table.user_ids = {5, 6, 9};
  table.item_ids = {1, 2, 3};
  if (world().rank() == 0) table.entries = {{0, 0, 1}, {0, 1, 1}, {1, 2, 4}, {2, 0, 1}, {2, 1, 0}};
  auto all = table, zeros = table;
  pantile::keep_active_users(world(), all, 0);
  CHECK(all.user_ids.size() == 3);
  pantile::keep_active_users(world(), table, 2);
  CHECK(table.user_ids == std::vector<std::int64_t>{5});
  CHECK(table.item_ids == std::vector<std::int64_t>{1, 2});
  CHECK(table.entries.size() == (world().rank() == 0 ? 2 : 0));
  CHECK_THROWS_AS(pantile::keep_active_users(world(), table, 3), pantile::domain_error);
  for (auto& e : zeros.entries) e.value = 0;
  CHECK_THROWS_AS(pantile::keep_active_users(world(), zeros, 0), pantile::domain_error);
}
