// What explain predicts of statements that choose, put and draw is what the communicator counts; a rehearsal
// draws no number and changes no element. ctest: RELEASE_ONLY
#include "support/oracle.hpp"
#include "support/predicted.hpp"

#include <pantile/ops/explain.hpp>
#include <pantile/ops/movement.hpp>
#include <pantile/ops/scatter.hpp>
#include <pantile/ops/select.hpp>
#include <pantile/random/bernoulli.hpp>
#include <pantile/random/exponential.hpp>
#include <pantile/random/integers.hpp>
#include <pantile/random/normal.hpp>
#include <pantile/random/uniform.hpp>

using namespace pantile;
using namespace support;

TEST_CASE("explain predicts assignments where a mask holds") {
  for (auto const& rule : usual_rules(2))
    for (auto const& other : {tiling::row(), tiling::block(), tiling::replicated()}) {
      INFO(rule.name() << ", mask and values " << other.name());
      auto a = spread(samples<double>(shape_of<2>{31, 17}), rule);
      auto const b = spread(samples<double>(shape_of<2>{31, 17}), other);
      auto const before = all_gather(a);
      (void)explain(world(), [&] { assign_where(a, b > 0.0, 0.0); });
      CHECK(is_part_of(a, before));
      agrees([&] { assign_where(a, a > 0.5, -1.0); });
      agrees([&] { assign_where(a, b > 0.0, b * 2.0); });
      agrees([&] { assign_where(a, row(b, 3) > 0.0, row(b, 5)); });
    }
}

TEST_CASE("explain predicts rows that are put by local indices") {
  index_list const places = made<index_t>(shape_of<1>{29}, [](any_index const& i) { return (i[0] * 37) % 64; });
  for (auto const& rule : usual_rules(2)) {
    INFO(rule.name());
    auto target = zeros<double>(world(), {64, 3}, rule);
    auto const values = spread(samples<double>(shape_of<2>{29, 3}), tiling::row());
    plan const p = explain(world(), [&] { scatter_rows(target, places, values); });
    CHECK(sum(abs(target)) == 0);
    check_predicted(p, measured([&] { scatter_rows(target, places, values); }), false);
    agrees([&] { scatter_rows(target, {5, -1}, 2.0); }, false);
  }
}

TEST_CASE("explain predicts arrays of random numbers") {
  for (auto const& rule : usual_rules(2)) {
    INFO(rule.name());
    shape_of<2> const shape{31, 17};
    agrees([&] { (void)random::uniform<double>(world(), shape, rule, {.seed = 3}); });
    agrees([&] { (void)random::normal<float>(world(), shape, rule, {.seed = 3}); });
    agrees([&] { (void)random::exponential<double>(world(), shape, rule, {.seed = 3}); });
    agrees([&] { (void)random::bernoulli(world(), shape, rule, {.seed = 3}); });
    agrees(
        [&] { (void)random::integers<std::int32_t>(world(), shape, rule, {.seed = 3, .low = -5, .high = 9}); });
    agrees([&] {
      auto const a = random::uniform<double>(world(), shape, rule, {.seed = 3});
      (void)sum(a * random::uniform<double>(world(), shape, tiling::column(), {.seed = 4}));
    });
  }
}
