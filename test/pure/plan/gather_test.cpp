// ctest: OPTIMIZE
#include <pantile/base/error.hpp>
#include <pantile/plan/movement.hpp>

#include <catch2/catch.hpp>

#include <support/simulation.hpp>

using pantile::box;
using support::dice;
using support::extents;
using support::tiling;

namespace {

std::vector<pantile::movement> plans_of(tiling const& source, support::wishes const& wanted) {
  std::vector<pantile::movement> plans;
  for (int r = 0; r < source.ranks(); ++r) plans.push_back(plan_gather(source, wanted, r));
  return plans;
}

}  // namespace

TEST_CASE("gather, simulated: any number of overlapping, equal and empty boxes on every rank") {
  auto check = [](extents const& shape, int ranks, dice& d) {
    tiling const source = support::random_tiling(d, shape, ranks);
    support::wishes wanted(static_cast<std::size_t>(ranks));
    for (auto& boxes : wanted) {
      for (int i = d.below(4); i > 0; --i) boxes.push_back(support::random_box(d, shape));
      if (!boxes.empty() && d.one_in(3)) boxes.push_back(boxes.front());
    }
    if (d.one_in(3)) wanted.back() = {box(shape)};
    auto const plans = plans_of(source, wanted);
    INFO(to_string(source));
    CHECK(support::mismatch(plans, source) == "");
    CHECK(support::wrong_answer(plans, source, wanted) == "");
  };
  support::for_cases(81, {1, 2, 3, 4, 5, 6, 9, 16}, 15, check);
  support::for_cases(83, {33, 64}, 3, check);
}

TEST_CASE("a gather of the target's boxes is a retile") {
  support::for_cases(82, {2, 4, 6, 9}, 10, [](extents const& shape, int ranks, dice& d) {
    tiling const source = support::random_tiling(d, shape, ranks),
                 target = support::random_tiling(d, shape, ranks);
    auto const wanted = support::stored_boxes(target);
    bool ok = true;
    for (int r = 0; r < ranks; ++r) {
      auto const a = plan_gather(source, wanted, r), b = plan_retile(source, target, r);
      ok = ok && a.elements_sent() == b.elements_sent() && a.messages_sent() == b.messages_sent();
      ok = ok && a.elements_received() == b.elements_received() && a.local.parts == b.local.parts;
    }
    INFO(to_string(source) << " to " << to_string(target));
    CHECK(ok);
  });
}

TEST_CASE("wishes outside of the shape, for too few ranks or by ranks that there are not, are refused") {
  tiling const t = tiling::row().bind({8, 8}, 2);
  CHECK_THROWS_AS(plan_gather(t, {{}}, 0), pantile::tiling_error);
  CHECK_THROWS_AS(plan_gather(t, {{}, {}, {}}, 0), pantile::tiling_error);
  CHECK_THROWS_AS(plan_gather(t, {{}, {box({0, 0}, {9, 8})}}, 0), pantile::index_error);
  CHECK_THROWS_AS(plan_gather(t, {{}, {box({-1, 0}, {3, 8})}}, 0), pantile::index_error);
  CHECK_THROWS_AS(plan_gather(t, {{}, {box({0}, {3})}}, 0), pantile::index_error);
  CHECK_THROWS_AS(plan_gather(t, {{}, {}}, 2), pantile::index_error);
  CHECK_THROWS_AS(plan_gather(t, {{}, {}}, -1), pantile::index_error);
  CHECK_NOTHROW(plan_gather(t, {{}, {box({3, 3}, {3, 5})}}, 0));
}
