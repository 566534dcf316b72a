// Fused elementwise chains and sums beside the loops that one would write by hand with OpenMP, same compiler
// and flags.
#include "harness.hpp"

#include <pantile/pantile.hpp>

#include <cmath>

namespace bench {

namespace {

namespace pt = pantile;

pt::array<double, 1> values(pt::communicator const& world, index_t n, double scale) {
  return pt::from_function<double>(world, {n}, pt::tiling::row(),
                                   [scale](index_t i) { return 1.0 + scale * static_cast<double>(i % 6283); });
}

row line(pt::communicator const& world, std::string suite, std::string name, std::vector<double> const& seconds,
         index_t bytes, double flops) {
  return {.suite = std::move(suite),
          .name = std::move(name),
          .ranks = world.size(),
          .threads = pt::environment::threads(),
          .ours_seconds = seconds[0],
          .peer = "OpenMP loop",
          .peer_seconds = seconds[1],
          .bytes = bytes,
          .flops = flops,
          .limit_fraction = seconds[1] / seconds[0]};
}

}  // namespace

std::vector<row> elementwise_suite(pt::communicator const& world, settings const& s) {
  index_t const n = s.quick ? 20'000 : 20'000'000;
  auto const a = values(world, n, 1e-3), b = values(world, n, 2e-3), c = values(world, n, 1e-3),
             d = values(world, n, 1e-4);
  auto out = pt::zeros<double>(world, {n}, pt::tiling::row());
  index_t const local = std::ssize(a.span());
  std::vector<double> by_hand(static_cast<std::size_t>(local), 0.0);
  double* r = by_hand.data();
  double const *pa = a.data(), *pb = b.data(), *pc = c.data(), *pd = d.data();

  std::vector<row> rows;
  auto const arithmetic = interleaved(world, s.repetitions,
                                      {{"fused", [&] { out = a * b + c / (1.0 + d * d); }},
                                       {"loop", [&] {
#pragma omp parallel for simd schedule(static)
                                          for (index_t i = 0; i < local; ++i)
                                            r[i] = pa[i] * pb[i] + pc[i] / (1.0 + pd[i] * pd[i]);
                                        }}});
  rows.push_back(
      line(world, "elementwise", "a*b + c/(1 + d*d)", arithmetic, 40 * n, 5.0 * static_cast<double>(n)));
  auto const with_sine = interleaved(world, s.repetitions,
                                     {{"fused", [&] { out = a * b + sin(c) / (1.0 + d * d); }},
                                      {"loop", [&] {
#pragma omp parallel for simd schedule(static)
                                         for (index_t i = 0; i < local; ++i)
                                           r[i] = pa[i] * pb[i] + std::sin(pc[i]) / (1.0 + pd[i] * pd[i]);
                                       }}});
  rows.push_back(line(world, "elementwise", "a*b + sin(c)/(1 + d*d)", with_sine, 40 * n, 0));
  auto const small_a = values(world, 1000 * world.size(), 1.0),
             small_b = values(world, 1000 * world.size(), 2.0);
  auto small = pt::zeros<double>(world, {1000 * world.size()}, pt::tiling::row());
  std::vector<double> small_by_hand(1000);
  int const repeats = s.quick ? 10 : 1000;
  auto tiny = interleaved(world, s.repetitions,
                          {{"fused",
                            [&] {
                              for (int k = 0; k < repeats; ++k) small = small_a + small_b;
                            }},
                           {"loop", [&] {
                              for (int k = 0; k < repeats; ++k) {
                                double* o = small_by_hand.data();
                                double const *x = small_a.data(), *y = small_b.data();
#pragma omp simd
                                for (int i = 0; i < 1000; ++i) o[i] = x[i] + y[i];
                              }
                            }}});
  for (double& t : tiny) t /= repeats;
  rows.push_back(line(world, "elementwise", "a + b, 1,000 elements a rank", tiny, 24'000 * world.size(), 0));
  return rows;
}

std::vector<row> sum_suite(pt::communicator const& world, settings const& s) {
  index_t const n = s.quick ? 20'000 : 40'000'000;
  auto const a = values(world, n, 1e-3);
  index_t const local = std::ssize(a.span());
  double const* pa = a.data();
  double ours = 0, by_hand = 0;
  auto const plain =
      interleaved(world, s.repetitions, {{"sum", [&] { ours = sum(a); }}, {"loop", [&] {
                                                                             double t = 0;
#pragma omp parallel for simd reduction(+ : t) schedule(static)
                                                                             for (index_t i = 0; i < local; ++i)
                                                                               t += pa[i];
                                                                             by_hand = world.allreduce(
                                                                                 t, pt::reduce_op::sum);
                                                                           }}});
  auto const squares = interleaved(
      world, s.repetitions,
      {{"sum", [&] { ours = sum(square(a - 1.0)); }}, {"loop", [&] {
                                                         double t = 0;
#pragma omp parallel for simd reduction(+ : t) schedule(static)
                                                         for (index_t i = 0; i < local; ++i)
                                                           t += (pa[i] - 1.0) * (pa[i] - 1.0);
                                                         by_hand = world.allreduce(t, pt::reduce_op::sum);
                                                       }}});
  if (std::abs(ours - by_hand) > 1e-9 * std::abs(by_hand))
    throw pt::error(pt::error_kind::general, "the sums differ");
  auto const count = static_cast<double>(n);
  return {line(world, "sum", "sum(a)", plain, 8 * n, count),
          line(world, "sum", "sum(square(a - 1))", squares, 8 * n, 3 * count)};
}

}  // namespace bench
