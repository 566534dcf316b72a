// Every way to carry out a product, whichever the planner would choose: the same result, and the bytes,
// messages and memory that it says.
#include "support/oracle.hpp"

#include <pantile/ops/dot.hpp>
#include <pantile/ops/explain.hpp>
#include <pantile/ops/machine.hpp>
#include <pantile/ops/movement.hpp>
#include <pantile/plan/product.hpp>

#include <limits>

using namespace pantile;
using namespace support;

namespace {

using matrix = local_array<double, 2>;

product_problem problem_of(array<double, 2> const& a, array<double, 2> const& b) {
  product_problem p{{a.tiling(), 0, 1}, {b.tiling(), 1, 0}};
  p.m = a.extent(0);
  p.k = a.extent(1);
  p.n = b.extent(1);
  p.ranks = world().size();
  return p;
}

/// The most that any rank counts while it does something.
template <class Work>
traffic most_traffic(Work work) {
  traffic const before = world().counters();
  work();
  traffic const moved = world().counters() - before;
  index_t most[] = {std::max(moved.bytes_sent, moved.bytes_received),
                    std::max(moved.messages_sent, moved.messages_received)};
  world().allreduce(std::span<index_t>(most), reduce_op::max);
  return {most[0], most[0], most[1], most[1]};
}

}  // namespace

TEST_CASE("each way gives the product, and moves what it says") {
  for (int i = 0; i < 24; ++i) {
    dice d(static_cast<std::uint64_t>(7000 + i));
    index_t const sizes[] = {1, 2, 5, 9, 16, 31};
    index_t const m = sizes[d.below(6)], k = sizes[d.below(6)], n = sizes[d.below(6)];
    matrix const a = samples<double>(shape_of<2>{m, k}, 1), b = samples<double>(shape_of<2>{k, n}, 2);
    matrix const expected = multiplied<double>(a, b);
    auto const da = spread(a, random_tiling(d, extents(a.shape()), world().size()));
    auto const db = spread(b, random_tiling(d, extents(b.shape()), world().size()));
    product_problem const p = problem_of(da, db);
    auto const ways = product_candidates(p, detail::machine_of(world()));
    for (std::size_t way = 0; way < ways.size(); ++way) {
      INFO(i << ": " << to_string(da.tiling()) << " . " << to_string(db.tiling()) << ": "
             << algorithm_name(p, ways[way].schedule));
      leaf<double, 2> const left(da), right(db);
      leaf<double, 2> result;
      traffic const moved = most_traffic([&] {
        result = detail::leaf_of<double, 2>(
            detail::multiply_factors<double>(detail::factor_of(left, true), detail::factor_of(right, false), {},
                                             way),
            {m, n});
      });
      CHECK(is_part_of(array<double, 2>(result), expected));
      CHECK(moved.bytes_sent == ways[way].cost.bytes);
      CHECK(moved.messages_sent == ways[way].cost.messages);
    }
  }
}

TEST_CASE("a large product of what every rank holds is shared out, a small one is not") {
  matrix const a = samples<double>(shape_of<2>{260, 250}, 1), b = samples<double>(shape_of<2>{250, 240}, 2);
  auto const da = spread(a, tiling::replicated()), db = spread(b, tiling::replicated());
  plan const p = explain(dot(da, db));
  INFO(to_string(p));
  CHECK(p.flops_total <= 1.1 * 2.0 * 260 * 250 * 240);
  array<double, 2> c;
  traffic const moved = most_traffic([&] { c = array<double, 2>(dot(da, db)); });
  CHECK(moved.bytes_received == p.bytes_busiest);
  CHECK(c.tiling().is_replicated());
  CHECK(is_part_of(c, multiplied<double>(a, b), 1e-11));
  CHECK(explain(dot(da(range(0, 9), every), db)).bytes_total == 0);
}

TEST_CASE("explain names the algorithm, the others with their cost, and the lower bound") {
  auto const a = ones<double>(world(), {64, 64}, tiling::block());
  plan const p = explain(dot(a, a));
  bool found = false;
  for (plan_step const& s : p.steps) {
    if (s.operation != "dot") continue;
    found = true;
    CHECK(std::any_of(s.notes.begin(), s.notes.end(), [](auto const& n) { return n.first == "algorithm"; }));
    CHECK((s.rejected.size() > 0) == (world().size() > 1));
  }
  CHECK(found);
  traffic const moved = most_traffic([&] { eval(dot(a, a)); });
  CHECK(p.bytes_busiest == moved.bytes_sent);
  CHECK(p.messages_busiest == moved.messages_sent);
}

TEST_CASE("a memory budget that is too small is an error on every rank, and nothing is sent") {
  if (world().size() == 1) return;
  auto const a = ones<double>(world(), {90, 70}, tiling::block());
  auto const b = ones<double>(world(), {70, 50}, tiling::row());
  set_memory_budget(10);
  traffic const before = world().counters();
  CHECK(thrown_by([&] { eval(dot(a, b)); }) == "memory_error");
  CHECK(world().counters() == before);
  CHECK(thrown_by([&] { set_memory_budget(0); }) == "domain_error");
  set_memory_budget(std::numeric_limits<index_t>::max());
}

TEST_CASE("smaller budgets make panels, and the same product") {
  auto const whole_a = samples<double>(shape_of<2>{60, 96}, 1),
             whole_b = samples<double>(shape_of<2>{96, 50}, 2);
  auto const a = spread(whole_a, tiling::row()), b = spread(whole_b, tiling::row());
  auto const expected = multiplied<double>(whole_a, whole_b);
  product_problem const p = problem_of(a, b);
  int most_panels = 1;
  for (index_t budget = index_t{1} << 20; budget > 100; budget = budget * 3 / 4) {
    set_memory_budget(budget);
    std::vector<product_candidate> ways;
    try {
      ways = product_candidates(p, detail::machine_of(world()), budget);
    } catch (memory_error const&) {
      CHECK(thrown_by([&] { eval(dot(a, b)); }) == "memory_error");
      break;
    }
    most_panels = std::max(most_panels, ways[0].schedule.panels);
    INFO(budget << ": " << algorithm_name(p, ways[0].schedule));
    CHECK(is_part_of(eval(dot(a, b)), expected, 1e-12));
  }
  set_memory_budget(std::numeric_limits<index_t>::max());
  CHECK((most_panels > 1) == (world().size() > 1));
}
