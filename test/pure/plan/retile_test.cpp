// ctest: OPTIMIZE
#include <pantile/base/error.hpp>
#include <pantile/plan/movement.hpp>

#include <catch2/catch.hpp>

#include <support/simulation.hpp>

using support::dice;
using support::extents;
using support::index_t;
using support::tiling;

namespace {

std::vector<pantile::movement> plans_of(tiling const& source, tiling const& target) {
  std::vector<pantile::movement> plans;
  for (int r = 0; r < source.ranks(); ++r) plans.push_back(plan_retile(source, target, r));
  return plans;
}

std::string retile_flaw(tiling const& source, tiling const& target) {
  auto const plans = plans_of(source, target);
  std::string const wrong = support::mismatch(plans, source);
  return wrong.empty() ? support::wrong_answer(plans, source, support::stored_boxes(target)) : wrong;
}

std::vector<int> from_to(int first, int last) {
  std::vector<int> all(static_cast<std::size_t>(last - first + 1));
  std::iota(all.begin(), all.end(), first);
  return all;
}

}  // namespace

TEST_CASE("retile, simulated for 1 to 64 ranks: sends match receives, every element arrives once") {
  auto check = [](extents const& shape, int ranks, dice& d) {
    tiling const source = support::random_tiling(d, shape, ranks),
                 target = support::random_tiling(d, shape, ranks);
    INFO(to_string(source) << " to " << to_string(target));
    CHECK(retile_flaw(source, target) == "");
  };
  support::for_cases(61, from_to(1, 24), 5, check);
  support::for_cases(64, from_to(25, 64), 1, check);
}

TEST_CASE("retile between every two kinds of tilings") {
  for (int ranks : {4, 6})
    for (int a = 0; a < support::kinds; ++a)
      for (int b = 0; b < support::kinds; ++b)
        for (int dimensions = 1; dimensions <= 4; ++dimensions) {
          dice d(static_cast<std::uint64_t>(((ranks * 20 + a) * 20 + b) * 5 + dimensions));
          extents const shape = support::random_shape(d, dimensions, ranks);
          tiling const source = support::random_tiling_of(d, static_cast<support::kind>(a), shape, ranks);
          tiling const target = support::random_tiling_of(d, static_cast<support::kind>(b), shape, ranks)
                                    .with_halos(support::random_halos(d, dimensions));
          INFO(to_string(source) << " to " << to_string(target));
          CHECK(retile_flaw(source, target) == "");
        }
}

TEST_CASE("nothing travels where every rank has what it wants") {
  support::for_cases(62, {1, 2, 4, 9}, 20, [](extents const& shape, int ranks, dice& d) {
    tiling const t = support::random_tiling(d, shape, ranks);
    tiling const bare = t.with_halos({});
    for (auto const& plan : plans_of(t, bare)) {
      CHECK(plan.messages_sent() + plan.messages_received() == 0);
      CHECK(plan.local.count() == bare.box_of(plan.rank).count());
    }
    for (auto const& plan : plans_of(tiling::replicated().bind(shape, ranks), t))
      CHECK(plan.elements_sent() == 0);
  });
}

TEST_CASE("rows to columns: the known volume") {
  tiling const rows = tiling::row().bind({8, 8}, 4), columns = tiling::column().bind({8, 8}, 4);
  auto const plan = plan_retile(rows, columns, 1);
  CHECK(plan.elements_sent() == 12);
  CHECK(plan.elements_received() == 12);
  CHECK(plan.messages_sent() == 3);
  CHECK(plan.local.count() == 4);
  auto const volume = retile_volume(rows, columns);
  CHECK(volume.elements_total == 48);
  CHECK(volume.elements_busiest == 12);
  CHECK(volume.messages_total == 12);
  CHECK(volume.messages_busiest == 3);
}

TEST_CASE("the predicted volume is the sum of the plans") {
  support::for_cases(63, {1, 2, 3, 6, 12, 31}, 10, [](extents const& shape, int ranks, dice& d) {
    tiling const source = support::random_tiling(d, shape, ranks),
                 target = support::random_tiling(d, shape, ranks);
    pantile::movement_volume sum;
    index_t received = 0, wanted = 0, local = 0;
    for (auto const& plan : plans_of(source, target)) {
      sum.elements_total += plan.elements_sent();
      sum.messages_total += plan.messages_sent();
      sum.elements_busiest = std::max({sum.elements_busiest, plan.elements_sent(), plan.elements_received()});
      sum.messages_busiest = std::max({sum.messages_busiest, plan.messages_sent(), plan.messages_received()});
      received += plan.elements_received();
      local += plan.local.count();
      wanted += target.stored_box(plan.rank).count();
    }
    auto const volume = retile_volume(source, target);
    CHECK(volume.elements_total == sum.elements_total);
    CHECK(volume.messages_total == sum.messages_total);
    CHECK(volume.elements_busiest == sum.elements_busiest);
    CHECK(volume.messages_busiest == sum.messages_busiest);
    CHECK(received == volume.elements_total);
    // What one of them sends is told without asking the others.
    if (ranks > 1 && source.is_cartesian() && source.is_disjoint() && target.is_cartesian() &&
        !target.has_halo()) {
      auto const of_first = retile_volume(source, target, 1);
      auto const first = plan_retile(source, target, 0);
      CHECK(of_first.elements_busiest == std::max(first.elements_sent(), first.elements_received()));
      CHECK(of_first.messages_busiest == std::max(first.messages_sent(), first.messages_received()));
    }
    CHECK(received + local == wanted);
  });
}

TEST_CASE("one rank of 100,000 plans its part at once") {
  tiling const rows = tiling::row().bind({1000000, 1000}, 100000);
  tiling const shifted = tiling::row().bind({1000000, 1000}, 100000).with_halos({1});
  tiling const blocks = tiling::block(50000, 2).bind({1000000, 1000}, 100000);
  for (int r = 0; r < 100000; r += 100) {
    CHECK(plan_retile(rows, shifted, r).messages_sent() <= 2);
    CHECK(plan_retile(rows, blocks, r).messages_sent() <= 2);
  }
}

TEST_CASE("an array without dimensions moves as one element") {
  tiling const one = tiling::row().bind({10}, 4).reduced(0, false);
  for (auto const& plan : plans_of(one, one)) {
    CHECK(plan.elements_sent() == 0);
    CHECK(plan.local.count() == 1);
  }
}

TEST_CASE("tilings of different spaces, and ranks that there are not, are refused") {
  tiling const t = tiling::row().bind({8, 8}, 4);
  CHECK_THROWS_AS(plan_retile(t, tiling::row().bind({8, 9}, 4), 0), pantile::tiling_error);
  CHECK_THROWS_AS(plan_retile(t, tiling::row().bind({8, 8}, 3), 0), pantile::tiling_error);
  CHECK_THROWS_AS(retile_volume(t, tiling::row().bind({8, 8}, 5)), pantile::tiling_error);
  CHECK_THROWS_AS(plan_retile(t, t, 4), pantile::index_error);
  CHECK_THROWS_AS(plan_retile(t, t, -1), pantile::index_error);
  CHECK_THROWS_AS(plan_halo_exchange(t, 4), pantile::index_error);
}
