#include <pantile/plan/movement.hpp>

#include <catch2/catch.hpp>

#include <support/simulation.hpp>

using support::dice;
using support::extents;
using support::tiling;

TEST_CASE("halo exchange, simulated: halos are written once, what a rank owns never") {
  support::for_cases(71, {1, 2, 3, 4, 6, 9, 16, 30, 64}, 12, [](extents const& shape, int ranks, dice& d) {
    tiling const t =
        support::random_tiling(d, shape, ranks).with_halos(support::random_halos(d, shape.dimensions()));
    std::vector<pantile::movement> plans;
    for (int r = 0; r < ranks; ++r) {
      plans.push_back(plan_halo_exchange(t, r));
      CHECK(plans.back().local.parts.empty());
      CHECK(plans.back().elements_received() == t.stored_box(r).count() - t.box_of(r).count());
    }
    INFO(to_string(t));
    CHECK(support::mismatch(plans, t) == "");
    CHECK(support::wrong_answer(plans, t, support::stored_boxes(t), true) == "");
  });
}

TEST_CASE("halo exchange of rows: one row to each neighbour") {
  tiling const t = tiling::row().halo(1).bind({12, 5}, 4);
  auto const plan = plan_halo_exchange(t, 1);
  REQUIRE(plan.receives.size() == 2);
  CHECK(plan.receives[0].peer == 0);
  CHECK(plan.receives[0].parts == std::vector{pantile::box({2, 0}, {3, 5})});
  CHECK(plan.receives[1].parts == std::vector{pantile::box({6, 0}, {7, 5})});
  CHECK(plan.elements_sent() == 10);
  CHECK(plan_halo_exchange(t, 0).messages_sent() == 1);
}

TEST_CASE("a halo wider than the neighbours reaches beyond them") {
  tiling const t = tiling::row().halo(3).bind({6}, 6);
  auto const plan = plan_halo_exchange(t, 2);
  CHECK(plan.messages_received() == 5);
  CHECK(plan.elements_received() == 5);
}

TEST_CASE("without halos nothing is exchanged") {
  for (int r = 0; r < 4; ++r) {
    auto const plan = plan_halo_exchange(tiling::block().bind({9, 9}, 4), r);
    CHECK(plan.messages_sent() + plan.messages_received() == 0);
  }
}
