// ctest: OPTIMIZE
// The ways to carry out a product: each multiplies everything once and costs what its movements cost; the best
// one is near the lower bound.
#include <pantile/base/error.hpp>
#include <pantile/plan/movement.hpp>
#include <pantile/plan/product.hpp>

#include <catch2/catch.hpp>

#include <limits>
#include <support/simulation.hpp>

using namespace pantile;
using support::dice;

namespace {

constexpr index_t unlimited = std::numeric_limits<index_t>::max();

/// A problem of drawn extents, tilings, transposes and vectors.
product_problem random_problem(dice& d, int ranks) {
  index_t const sizes[] = {0, 1, 2, 3, 5, 7, 12, 23, 40};
  auto const size = [&] { return sizes[d.below(d.one_in(4) ? 9 : 8)]; };
  product_problem p;
  p.m = size();
  p.k = size();
  p.n = size();
  p.ranks = ranks;
  auto const operand = [&](index_t outer, bool vector, bool left) {
    if (vector) return product_operand{support::random_tiling(d, extents{p.k}, ranks), -1, 0};
    bool const flipped = d.one_in(2);
    index_t const first = left != flipped ? outer : p.k, second = left != flipped ? p.k : outer;
    int const outer_dimension = left != flipped ? 0 : 1;
    tiling const t = d.one_in(4) ? tiling::replicated().bind({first, second}, ranks)
                                 : support::random_tiling(d, extents{first, second}, ranks);
    return product_operand{t, outer_dimension, 1 - outer_dimension};
  };
  bool const row = d.one_in(6), column = !row && d.one_in(6);
  if (row) p.m = 1;
  if (column) p.n = 1;
  p.a = operand(p.m, row, true);
  p.b = operand(p.n, column, false);
  return p;
}

/// What the movements of a way amount to, rank by rank.
struct volume {
  index_t sent = 0, received = 0, messages_sent = 0, messages_received = 0;
};
void add(std::vector<volume>& all, tiling const& source, support::wishes const& wanted) {
  for (int r = 0; r < source.ranks(); ++r) {
    movement const plan = plan_gather(source, wanted, r);
    volume& v = all[static_cast<std::size_t>(r)];
    v.sent += plan.elements_sent();
    v.received += plan.elements_received();
    v.messages_sent += plan.messages_sent();
    v.messages_received += plan.messages_received();
  }
}

/// Of the busiest of the first ranks.
product_cost counted(product_problem const& p, product_schedule const& s, std::size_t looked_at) {
  std::vector<volume> all(static_cast<std::size_t>(p.ranks));
  auto const wishes = [&](auto const& box_of) {
    support::wishes wanted(static_cast<std::size_t>(p.ranks));
    for (int r = 0; r < p.ranks; ++r) wanted[static_cast<std::size_t>(r)] = {box_of(r)};
    return wanted;
  };
  for (int step = 0; step < s.panels; ++step) {
    auto const part = [&](product_operand const& f, std::size_t axis) {
      if (reads_in_place(p, s, f)) return;
      add(all, f.tiled, wishes([&](int r) { return operand_part(f, s.part(r)[axis], s.panel(r, step)); }));
    };
    part(p.a, 0);
    if (!is_half_product(p, s)) part(p.b, 1);
  }
  if (!computed_in_place(p, s))
    add(all, partial_results(p, s), wishes([&](int r) { return all_layers(p, s, s.result.box_of(r)); }));
  product_cost c;
  index_t const reduced = s.allreduce && p.ranks > 1 ? p.m * p.n : 0, message = s.allreduce && p.ranks > 1;
  all.resize(looked_at);
  for (volume const& v : all) {
    c.bytes_received = std::max(c.bytes_received, (v.received + reduced) * p.element_bytes);
    c.bytes = std::max({c.bytes, c.bytes_received, (v.sent + reduced) * p.element_bytes});
    c.messages = std::max({c.messages, v.messages_sent + message, v.messages_received + message});
  }
  return c;
}

/// "" where every product of an element of A and one of B is made once, and the panels are the parts of k.
std::string wrong_share(product_problem const& p, product_schedule const& s) {
  double made = 0;
  std::vector<int> times(static_cast<std::size_t>(p.m * p.n * p.k));
  for (int r = 0; r < p.ranks; ++r) {
    auto const [m, n, k] = s.part(r);
    made += static_cast<double>(m.size() * n.size() * k.size());
    std::vector<int> in_panel(static_cast<std::size_t>(p.k));
    for (int step = 0; step < s.panels; ++step) {
      auto const panel = s.panel(r, step);
      for (index_t l = panel.lo; l < panel.hi; ++l) ++in_panel[static_cast<std::size_t>(l)];
    }
    for (index_t l = 0; l < p.k; ++l)
      if (in_panel[static_cast<std::size_t>(l)] != (l >= k.lo && l < k.hi))
        return "panels of rank " + std::to_string(r);
    for (index_t i = m.lo; i < m.hi; ++i)
      for (index_t j = n.lo; j < n.hi; ++j)
        for (index_t l = k.lo; l < k.hi; ++l) ++times[static_cast<std::size_t>((i * p.n + j) * p.k + l)];
  }
  int const wanted = s.everywhere ? p.ranks : 1;
  for (int t : times)
    if (t != wanted) return "made " + std::to_string(t) + " times";
  return "";
}

product_problem square(index_t n, int ranks, tiling_rule const& rule) {
  product_problem p{{rule.bind({n, n}, ranks), 0, 1}, {rule.bind({n, n}, ranks), 1, 0}};
  p.m = p.n = p.k = n;
  p.ranks = ranks;
  return p;
}

}  // namespace

TEST_CASE("every way makes every product once and costs what its movements cost") {
  for (int ranks : {1, 2, 3, 4, 5, 6, 8, 9, 12})
    for (int i = 0; i < 12; ++i) {
      dice d(static_cast<std::uint64_t>(1000 * ranks + i));
      product_problem const p = random_problem(d, ranks);
      for (bool const shared : {true, false}) {
        machine on;
        on.shared_memory = shared;
        for (auto const& way : product_candidates(p, on)) {
          auto const& s = way.schedule;
          INFO(p.m << " x " << p.k << " x " << p.n << ", " << to_string(p.a.tiled) << " . "
                   << to_string(p.b.tiled) << ": " << algorithm_name(p, s));
          CHECK(wrong_share(p, s) == "");
          product_cost const real = counted(p, s, static_cast<std::size_t>(ranks));
          CHECK(way.cost.exact);
          CHECK(way.cost.bytes == real.bytes);
          CHECK(way.cost.bytes_received == real.bytes_received);
          CHECK(way.cost.messages == real.messages);
          // What one of them sends is told without asking the others.
          if (p.a.tiled.is_disjoint() && p.b.tiled.is_disjoint() && s.result.is_cartesian())
            CHECK(cost_of(p, s, on, 1).bytes == counted(p, s, 1).bytes);
          if (!shared) CHECK(way.cost.seconds * on.bytes_per_second >= static_cast<double>(way.cost.bytes));
          if (!s.result.is_replicated())
            CHECK(way.cost.bytes_received >= product_lower_bound(p, unlimited, bytes_held(p, s.result)));
        }
      }
    }
}

TEST_CASE("the ways end in the tiling that the operands' tilings ask for") {
  for (int ranks : {4, 6, 9}) {  // block() on two ranks cuts one dimension
    auto const same = [&](tiling_rule const& a, tiling_rule const& b, tiling_rule const& c) {
      product_problem p{{a.bind({24, 36}, ranks), 0, 1}, {b.bind({36, 48}, ranks), 1, 0}};
      p.m = 24;
      p.k = 36;
      p.n = 48;
      p.ranks = ranks;
      CHECK(product_tiling(p) == c.bind({24, 48}, ranks));
      for (auto const& way : product_candidates(p, machine())) CHECK(way.schedule.result == product_tiling(p));
    };
    same(tiling::row(), tiling::block(), tiling::row());
    same(tiling::replicated(), tiling::column(), tiling::column());
    same(tiling::column(), tiling::row(), tiling::replicated());
    same(tiling::replicated(), tiling::row(), tiling::replicated());
    same(tiling::block(), tiling::row(), tiling::block());
    same(tiling::replicated(), tiling::block(), tiling::block());
    same(tiling::replicated(), tiling::replicated(), tiling::replicated());
  }
  // A large sum over a cut inner dimension is not left on every rank.
  product_problem large{{tiling::column().bind({4000, 2000}, 4), 0, 1},
                        {tiling::row().bind({2000, 4000}, 4), 1, 0}};
  large.m = large.n = 4000;
  large.k = 2000;
  large.ranks = 4;
  CHECK(product_tiling(large) == tiling::row().bind({4000, 4000}, 4));
}

TEST_CASE("a product stays within its memory budget, or says the least that would do") {
  for (int ranks : {2, 4, 6, 9})
    for (auto const& rule : {tiling::row(), tiling::block()}) {
#ifdef __SANITIZE_ADDRESS__
      if (ranks != (rule.name() == tiling::row().name() ? 4 : 6)) continue;
#endif
      product_problem const p = square(128, ranks, rule);
      auto const free = product_candidates(p, machine());
      index_t most = 0;
      for (auto const& way : free) most = std::max(most, way.cost.memory);
      index_t least = 0;
      try {
        product_candidates(p, machine(), 1);
        FAIL("no error");
      } catch (memory_error const& e) {
        auto const at = e.message().find("at least ");
        REQUIRE(at != std::string::npos);
        least = std::stoll(e.message().substr(at + 9));
      }
      CHECK(least < most);
      for (index_t const budget : {least, (least + most) / 2, most})
        for (auto const& way : product_candidates(p, machine(), budget)) CHECK(way.cost.memory <= budget);
      CHECK_THROWS_AS(product_candidates(p, machine(), least - 1), memory_error);
    }
}

TEST_CASE("square products come within 1.3 of the lower bound on 64 to 65,536 ranks") {
  for (int ranks : {64, 100, 128, 256, 500, 1000, 1024, 4096, 10000, 65536}) {
#ifdef __SANITIZE_ADDRESS__
    if (ranks != 64 && ranks != 1000) continue;
#endif
    index_t const n = 65536;
    product_problem const p = square(n, ranks, tiling::block());
    index_t const held = bytes_held(p, product_tiling(p));
    auto const best = product_candidates(p, machine()).front();
    double const bound = static_cast<double>(product_lower_bound(p, unlimited, held));
    INFO(ranks << " ranks: " << algorithm_name(p, best.schedule));
    CHECK(static_cast<double>(best.cost.bytes_received) <= 1.3 * bound);
    CHECK(best.cost.flops <= 1.15 * 2.0 * static_cast<double>(n) * n * n / ranks);
  }
}
