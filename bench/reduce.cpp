// Reductions beside the loops that one would write by hand with OpenMP and one MPI_Allreduce.
#include "harness.hpp"

#include <pantile/pantile.hpp>

#include <algorithm>
#include <cmath>

namespace bench {

namespace {

namespace pt = pantile;

class reductions {
 public:
  reductions(pt::communicator const& world, settings const& s, index_t n)
      : world_(world), repetitions_(s.repetitions), n_(n) {}

  /// `flops`: of one element.
  void measure(char const* name, double flops, std::function<double()> const& ours,
               std::function<double()> const& peer) {
    double got = 0, wanted = 0;
    auto const seconds = interleaved(world_, repetitions_,
                                     {{"ours", [&] { got = ours(); }}, {"loop", [&] { wanted = peer(); }}});
    check_agree(world_, std::abs(got - wanted) <= 1e-9 * std::abs(wanted), name);
    row r = line(world_, "reduce", name, seconds[0], "OpenMP loop", seconds[1]);
    r.bytes = index_t{sizeof(double)} * n_;
    r.flops = flops * static_cast<double>(n_);
    r.limit_fraction = seconds[1] / seconds[0];
    rows.push_back(r);
  }

  std::vector<row> rows;

 private:
  pt::communicator const& world_;
  int repetitions_;
  index_t n_;
};

}  // namespace

std::vector<row> reduce_suite(pt::communicator const& world, settings const& s) {
  index_t const n = s.quick ? 20'000 : 40'000'000;
  auto const a = pt::from_function<double>(
      world, {n}, pt::tiling::row(), [](index_t i) { return 1.0 + 1e-3 * static_cast<double>(i % 6283); });
  index_t const local = std::ssize(a.span());
  double const* pa = a.data();
  auto const sum_by_hand = [&] {
    double t = 0;
#pragma omp parallel for simd reduction(+ : t) schedule(static)
    for (index_t i = 0; i < local; ++i) t += pa[i];
    return world.allreduce(t, pt::reduce_op::sum);
  };
  reductions r(world, s, n);
  r.measure(
      "sum(a)", 1, [&] { return sum(a); }, sum_by_hand);
  r.measure(
      "mean(a)", 1, [&] { return mean(a); }, [&] { return sum_by_hand() / static_cast<double>(n); });
  r.measure(
      "min(a)", 1, [&] { return min(a); },
      [&] {
        double t = pa[0];
#pragma omp parallel for simd reduction(min : t) schedule(static)
        for (index_t i = 0; i < local; ++i) t = std::min(t, pa[i]);
        return world.allreduce(t, pt::reduce_op::min);
      });
  r.measure(
      "sum(square(a - 1))", 3, [&] { return sum(square(a - 1.0)); },
      [&] {
        double t = 0;
#pragma omp parallel for simd reduction(+ : t) schedule(static)
        for (index_t i = 0; i < local; ++i) t += (pa[i] - 1.0) * (pa[i] - 1.0);
        return world.allreduce(t, pt::reduce_op::sum);
      });
  return r.rows;
}

}  // namespace bench
