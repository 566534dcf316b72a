// What an iteration computes, as profiles and traces tell it.
#include "support/meter.hpp"
#include "support/world.hpp"

#include <pantile/algorithms/als.hpp>
#include <pantile/plan/als.hpp>

#include <catch2/catch.hpp>

using namespace pantile;
using namespace support;

namespace {

constexpr index_t flop_users = 40, flop_items = 30;

/// Every user rates 6 items, every item is rated by 8 users.
sparse_array<double> rated() {
  std::vector<sparse_entry<double>> entries;
  for (index_t u = world().rank(); u < flop_users; u += world().size())
    for (index_t i = 0; i < flop_items; ++i)
      if ((u + 2 * i) % 5 == 0) entries.push_back({u, i, static_cast<double>(1 + (u + i) % 3)});
  return sparse_array<double>::from_entries(world(), {flop_users, flop_items}, tiling::row(),
                                            std::move(entries));
}

/// Of one iteration, on all ranks.
double flops_of_iteration(als_options options) {
  options.with_loss = false;
  double flops[2];
  for (int i = 0; i < 2; ++i) {
    options.iterations = i + 1;
    flops[i] = measured([&] { (void)als(rated(), options); }).flops;
  }
  return world().allreduce(flops[1] - flops[0], reduce_op::sum);
}

}  // namespace

TEST_CASE("an iteration of Cholesky solves computes what plans predict") {
  for (index_t const factors : {1, 5, 16}) {
    als_problem const p{flop_users, flop_items, 240, factors, 8, 1};
    CHECK(flops_of_iteration({.factors = factors}) == Approx(cost_of(p, machine{}).flops));
  }
}

TEST_CASE("other solvers tell what they compute") {
  als_options o{.factors = 16, .solver = als_solver::conjugate_gradients};
  o.steps = 2;
  double const two = flops_of_iteration(o);
  o.steps = 4;
  double const four = flops_of_iteration(o);
  // 4 k of each rating and 2 k^2 of each row, on both sides, for every step.
  CHECK(four - two == Approx(2 * (4.0 * 16 * 2 * 240 + 2.0 * 16 * 16 * (flop_users + flop_items))));
  o.solver = als_solver::subspace;
  o.block = 4;
  double const small = flops_of_iteration(o);
  o.block = 8;
  CHECK(flops_of_iteration(o) > small);
}
