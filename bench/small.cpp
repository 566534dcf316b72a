// Expressions so small that what counts is the way to the loop and back, and (distributed) what ranks compare:
// PANTILE_CHECK=0 compares nothing. The limit is the loop alone.
#include "harness.hpp"
#include "python_peer.hpp"

#include <pantile/pantile.hpp>

namespace bench {

namespace {

namespace pt = pantile;

double element(index_t i, double scale) { return 1.0 + scale * static_cast<double>(i % 6283); }

}  // namespace

std::vector<row> small_suite(pt::communicator const& world, settings const& s) {
  index_t const n = 1000, all = n * world.size(), repeats = s.quick ? 10 : 10'000;
  auto const a =
      pt::from_function<double>(world, {all}, pt::tiling::row(), [](index_t i) { return element(i, 1); });
  auto const b =
      pt::from_function<double>(world, {all}, pt::tiling::row(), [](index_t i) { return element(i, 2); });
  auto sum = pt::zeros<double>(world, {all}, pt::tiling::row());
  pt::local_array<double, 1> local_a({n}), local_b({n}), local_sum({n});
  for (index_t i = 0; i < n; ++i) local_a(i) = element(i, 1), local_b(i) = element(i, 2);
  std::vector<double> by_hand(static_cast<std::size_t>(n));

  auto const repeated = [repeats](auto statement) {
    return [repeats, statement] {
      for (index_t k = 0; k < repeats; ++k) statement();
    };
  };
  python_peer numpy(world, "add", {n, repeats});
  std::vector<contestant> contestants{{"distributed", repeated([&] { sum = a + b; })},
                                      {"local", repeated([&] { local_sum = local_a + local_b; })},
                                      {"loop", repeated([&] {
                                         double* o = by_hand.data();
                                         double const *x = local_a.data(), *y = local_b.data();
#pragma omp simd
                                         for (index_t i = 0; i < n; ++i) o[i] = x[i] + y[i];
                                       })}};
  if (numpy.there()) contestants.push_back(numpy.turn());
  auto seconds = interleaved(world, s.repetitions, contestants);
  for (double& t : seconds) t /= static_cast<double>(repeats);

  std::vector<row> rows;
  auto const add_rows = [&](std::string const& name, double ours, index_t bytes) {
    row next = line(world, "small", name, ours, "loop", seconds[2]);
    next.bytes = bytes;
    next.limit_fraction = seconds[2] / ours;
    rows.push_back(next);
    if (numpy.there()) rows.push_back(next.beside(numpy.name(), seconds[3]));
  };
  std::string const checks = ", PANTILE_CHECK=" + std::to_string(pt::environment::check_level());
  add_rows("a + b, 1,000 elements, local" + checks, seconds[1], 24 * n);
  add_rows("a + b, 1,000 elements a rank" + checks, seconds[0], 24 * all);
  return rows;
}

}  // namespace bench
