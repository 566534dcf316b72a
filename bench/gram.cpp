// Gram matrices of tall matrices of doubles, beside BLAS dsyrk of each rank's own rows and its rate on matrices
// of the shape that suits it best.
#include "harness.hpp"

#include <pantile/pantile.hpp>

#include <cblas.h>

#include <cmath>

namespace bench {

namespace pt = pantile;

std::vector<row> gram_suite(pt::communicator const& world, settings const& s) {
  index_t const m = s.quick ? 4000 : 1'000'000, n = s.quick ? 16 : 64, best = s.quick ? 64 : 1536;
  auto const X = pt::random::uniform<double>(world, {m, n}, pt::tiling::row(), {.seed = 1, .low = -1});
  auto const square = pt::random::uniform<double>({best, best}, {.seed = 2});
  pt::local_array<double, 2> own({n, n}), other({best, best});
  pt::array<double, 2> G;
  auto const syrk = [](index_t columns, index_t rows, double const* a, double* c) {
    cblas_dsyrk(CblasRowMajor, CblasUpper, CblasTrans, pt::narrow<int>(columns), pt::narrow<int>(rows), 1.0, a,
                pt::narrow<int>(columns), 0.0, c, pt::narrow<int>(columns));
  };
  auto const seconds = interleaved(world, s.repetitions,
                                   {{"gram", [&] { G = pt::array<double, 2>(pt::gram(X)); }},
                                    {"dsyrk", [&] { syrk(n, X.owned_box().extent(0), X.data(), own.data()); }},
                                    {"square", [&] { syrk(best, best, square.data(), other.data()); }}});
  world.allreduce(own.span(), pt::reduce_op::sum);
  check_agree(world, std::abs(own(0, n - 1) - G.data()[n - 1]) <= 1e-9 * static_cast<double>(m), "gram");
  row r = line(world, "gram", std::to_string(m) + "x" + std::to_string(n) + " f64", seconds[0],
               "dsyrk, own rows", seconds[1]);
  auto const flops = [](index_t columns, index_t rows) {
    return static_cast<double>(columns) * static_cast<double>(columns + 1) * static_cast<double>(rows);
  };
  r.flops = flops(n, m);
  r.limit_fraction = r.flops / seconds[0] / (world.size() * flops(best, best) / seconds[2]);
  return {r};
}

}  // namespace bench
