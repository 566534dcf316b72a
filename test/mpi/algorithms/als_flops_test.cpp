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

TEST_CASE("an iteration computes what plans predict, whatever solves") {
  for (index_t const factors : {1, 5, 16})
    for (als_solver const solver :
         {als_solver::cholesky, als_solver::conjugate_gradients, als_solver::subspace}) {
      als_problem p{flop_users, flop_items, 240, factors, 8, 1};
      p.solver = solver;
      p.steps = 4;
      p.block = 6;
      CHECK(flops_of_iteration({.factors = factors, .solver = solver, .steps = p.steps, .block = p.block}) ==
            Approx(cost_of(p, machine{}).flops));
    }
}

TEST_CASE("more steps and larger blocks compute more") {
  als_options o{.factors = 16, .solver = als_solver::conjugate_gradients};
  o.steps = 2;
  double const two = flops_of_iteration(o);
  o.steps = 4;
  CHECK(flops_of_iteration(o) > two);
  o.solver = als_solver::subspace;
  o.block = 4;
  double const small = flops_of_iteration(o);
  o.block = 8;
  CHECK(flops_of_iteration(o) > small);
}
