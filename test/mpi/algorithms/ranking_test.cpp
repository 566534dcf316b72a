// ctest: RELEASE_ONLY
#include <pantile/algorithms/active_users.hpp>
#include <pantile/algorithms/known_items.hpp>
#include <pantile/algorithms/ranking.hpp>
#include <pantile/algorithms/split_ratings.hpp>
#include <pantile/comm/environment.hpp>
#include <pantile/ops/movement.hpp>

#include <catch2/catch.hpp>

#include <algorithm>
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
  CHECK(q.map == Approx((0.5 / 2 + 0.5 / 1) / 2));
  // User 0: item 2 is before 3, and not before 1; 4 is in no order with 3. User 1: behind item 0, before 2
  // and 3.
  CHECK(q.auc == Approx((1.5 / 4 + 2.0 / 3) / 2));
  // Longer than there are items: everything is found.
  CHECK(pantile::evaluate_ranking(s.users, s.items, training, held_out, 50).recall == Approx(1));
}

TEST_CASE("AUC is that of all pairs where the list is as long as there are items, and a half of the rest") {
  index_t const users = 9, items = 14;
  auto const score = [](index_t u, index_t i) { return std::sin(static_cast<double>(3 * u + 7 * i)); };
  scored const s(users, items, score);
  entries seen, held;
  for (index_t u = 0; u + 1 < users; ++u)
    for (index_t i = 0; i < items; ++i)
      if ((u + i) % 4 == 0)
        seen.push_back({u, i, 1});
      else if ((u * i) % 5 == 1)
        held.push_back({u, i, 1});
  auto const among = [](entries const& all, index_t u, index_t i) {
    return std::any_of(all.begin(), all.end(), [&](auto const& e) { return e.row == u && e.column == i; });
  };
  auto const training = on_ranks(users, items, seen), held_out = on_ranks(users, items, held);
  for (index_t const length : {1, 3, 14, 20}) {
    double auc = 0, map = 0;
    index_t with_held = 0;
    for (index_t u = 0; u < users; ++u) {
      std::vector<index_t> order;
      for (index_t i = 0; i < items; ++i)
        if (!among(seen, u, i)) order.push_back(i);
      std::sort(order.begin(), order.end(), [&](index_t a, index_t b) { return score(u, a) > score(u, b); });
      double pairs = 0, right = 0, hits = 0, precisions = 0;
      auto const n = std::ssize(order);
      for (index_t a = 0; a < n; ++a) {
        if (!among(held, u, order[static_cast<std::size_t>(a)])) continue;
        if (a < length) precisions += ++hits / static_cast<double>(a + 1);
        for (index_t b = 0; b < n; ++b) {
          if (among(held, u, order[static_cast<std::size_t>(b)])) continue;
          ++pairs;
          right += a >= length && b >= length ? 0.5 : (a < b ? 1 : 0);
        }
      }
      auto const h = std::count_if(held.begin(), held.end(), [&](auto const& e) { return e.row == u; });
      if (h == 0) continue;
      ++with_held;
      auc += right / pairs;
      map += precisions / static_cast<double>(std::min<index_t>({h, length, items}));
    }
    auto const q = pantile::evaluate_ranking(s.users, s.items, training, held_out, length);
    CHECK(q.users == with_held);
    CHECK(q.auc == Approx(auc / static_cast<double>(with_held)));
    CHECK(q.map == Approx(map / static_cast<double>(with_held)));
  }
}

TEST_CASE("lists for all users are those that each user gets alone") {
  index_t const users = 75, items = 23;  // more than a batch
  auto const rule = GENERATE(pantile::tiling::row(), pantile::tiling::column(), pantile::tiling::replicated());
  scored const s(
      users, items, [](index_t u, index_t i) { return std::cos(static_cast<double>(5 * u + 3 * i)); }, rule);
  entries seen;
  for (index_t u = 0; u < users; ++u)
    for (index_t i = 0; i < items; ++i)
      if ((u + i) % 3 == 0 || (u == 7 && i > 1)) seen.push_back({u, i, 1});
  auto const rated = on_ranks(users, items, seen);
  for (index_t const count : {0, 5, 100}) {
    auto const table = pantile::recommend_to_all(s.users, s.items, rated, count);
    REQUIRE(table.items.shape() == std::array<index_t, 2>{users, std::min(count, items)});
    auto const found = pantile::all_gather(table.items);
    auto const scores = pantile::all_gather(table.scores);
    for (index_t u = 0; u < users; u += count == 5 ? 1 : 7) {
      auto const alone = pantile::recommend(s.users, s.items, rated, u, count);
      for (index_t k = 0; k < found.extent(1); ++k) {
        bool const there = k < std::ssize(alone);
        CHECK(found(u, k) == (there ? alone[static_cast<std::size_t>(k)].item : -1));
        CHECK(scores(u, k) == Approx(there ? alone[static_cast<std::size_t>(k)].score : 0));
      }
    }
  }
  CHECK_THROWS_AS(pantile::recommend_to_all(s.users, s.items, on_ranks(users, items + 1, {}), 3),
                  pantile::shape_error);
}

TEST_CASE("there may be fewer users than ranks, or none") {
  for (index_t const users : {0, 1, 2}) {
    scored const s(users, 5, [](index_t u, index_t i) { return static_cast<double>((i + u) % 5); });
    auto const table = pantile::recommend_to_all(s.users, s.items, on_ranks(users, 5, {}), 2);
    REQUIRE(table.items.shape() == std::array<index_t, 2>{users, 2});
    auto const found = pantile::all_gather(table.items);
    for (index_t u = 0; u < users; ++u) {
      CHECK(found(u, 0) == 4 - u);
      CHECK(found(u, 1) == 3 - u);
    }
  }
}

TEST_CASE("similar items are those of the largest cosine") {
  // Directions in the plane by angle; item 4 points nowhere, items 1 and 5 are equal: one is
  // the other times a power of two, so that their rounded cosines are, too.
  std::vector<double> const angle{0.0, 0.5, 3.0, 0.2, 0.0, 0.5}, length{1, 2, 3, 0.1, 0, 8};
  auto const rule = GENERATE(pantile::tiling::row(), pantile::tiling::column(), pantile::tiling::replicated());
  auto const factors = pantile::from_function<double>(world(), {6, 2}, rule, [&](index_t i, index_t f) {
    auto const at = static_cast<std::size_t>(i);
    return length[at] * (f == 0 ? std::cos(angle[at]) : std::sin(angle[at]));
  });
  auto const best = pantile::similar_items(factors, 0, 10);
  std::vector<index_t> items;
  for (auto const& r : best) {
    items.push_back(r.item);
    CHECK(r.score == Approx(std::cos(angle[static_cast<std::size_t>(r.item)])));
  }
  CHECK(items == std::vector<index_t>{3, 1, 5, 2});
  CHECK(pantile::similar_items(factors, 0, 1).size() == 1);
  CHECK_THROWS_AS(pantile::similar_items(factors, 4, 3), pantile::domain_error);
  CHECK_THROWS_AS(pantile::similar_items(factors, 6, 3), pantile::index_error);
}

TEST_CASE("ratings of new users are fitted to the items of a model") {
  pantile::ratings<double> table;
  table.user_ids = {5, 6, 9, 11};
  table.item_ids = {1, 2, 3};
  // User 6 rates an unknown item only, user 11 with nothing.
  if (world().rank() == world().size() - 1)
    table.entries = {{0, 0, 1}, {0, 1, 2}, {1, 1, 1}, {2, 1, 4}, {2, 2, 3}, {3, 0, 0}};
  std::vector<std::int64_t> const known{-4, 1, 3, 8};
  auto other = table;
  auto const left_out = pantile::keep_known_items(world(), table, known);
  CHECK(left_out.items == 1);
  CHECK(left_out.ratings == 3);
  CHECK(left_out.users == 2);
  CHECK(table.user_ids == std::vector<std::int64_t>{5, 9});
  CHECK(table.item_ids == known);
  if (world().rank() == world().size() - 1)
    CHECK(table.entries == decltype(table.entries){{0, 1, 1}, {1, 2, 3}});
  else
    CHECK(table.entries.empty());
  CHECK_THROWS_AS(pantile::keep_known_items(world(), other, std::vector<std::int64_t>{7}),
                  pantile::domain_error);
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

TEST_CASE("zeros are ratings where they count") {
  std::vector<std::int64_t> const user_ids{1, 2}, item_ids{1, 2, 3, 4};
  std::vector<pantile::sparse_entry<double>> entries;
  if (world().rank() == 0)
    for (index_t i = 0; i < 4; ++i) entries.push_back({0, i, 0.0});
  auto const r =
      pantile::sparse_array<double>::from_entries(world(), {2, 4}, pantile::tiling::row(), std::move(entries));
  using pantile::zero_ratings;
  CHECK(pantile::split_ratings(r, 0.5, 5, user_ids, item_ids).held_out.stored() == 0);
  CHECK(pantile::split_ratings(r, 0.5, 5, user_ids, item_ids, zero_ratings::counted).held_out.stored() == 2);
  pantile::ratings<double> table;
  table.user_ids = {1};
  table.item_ids = {7};
  if (world().rank() == 0) table.entries = {{0, 0, 0.0}};
  CHECK_THROWS_AS(pantile::keep_active_users(world(), table, 1), pantile::domain_error);
  pantile::keep_active_users(world(), table, 1, zero_ratings::counted);
  CHECK(table.user_ids.size() == 1);
}
