// k-means, Lloyd's iteration as apps/examples/k_means.cpp has it, beside scikit-learn: the same points, the
// same initial centers, the same number of iterations. The limit is one pass over the points.
#include "harness.hpp"
#include "python_peer.hpp"

#include <pantile/pantile.hpp>

#include <cmath>

namespace bench {

namespace {

namespace pt = pantile;

struct k_means_size {
  index_t n, d, k;
};

void measure(pt::communicator const& world, settings const& s, k_means_size size, std::vector<row>& rows) {
  auto const [n, d, k] = size;
  int const iterations = s.quick ? 3 : 20;
  auto const X = pt::from_function<double>(world, {n, d}, pt::tiling::row(),
                                           [width = d](index_t i, index_t j) { return noise(i * width + j); });
  pt::local_array<double, 2> const start = X(pt::range(0, k), pt::every);
  pt::local_array<double, 2> C;
  auto const ours = [&] {
    C = pt::local_array<double, 2>(start);
    pt::array<index_t, 1> label(world, {n}, pt::tiling::row());
    for (int iteration = 0; iteration < iterations; ++iteration) {
      label = argmin(sum(square(C), 1) - 2.0 * dot(X, transpose(C)), 1);
      auto sums = pt::zeros<double>(world, {k, d}, pt::tiling::replicated());
      scatter_add(sums, label, X);
      C = sums / expand_dims(bincount(label, k), 1);
    }
  };
  python_peer peer(world, "k_means", {n, d, k, iterations});
  std::vector<contestant> contestants{{"ours", ours}, {"one pass", [&] {
                                                         for (int i = 0; i < iterations; ++i) (void)sum(X);
                                                       }}};
  if (peer.there()) contestants.push_back(peer.turn());
  auto seconds = interleaved(world, std::min(s.repetitions, 5), contestants);
  for (double& t : seconds) t /= iterations;

  std::string const name = std::to_string(n) + " x " + std::to_string(d) + ", k = " + std::to_string(k);
  auto next = line(world, "k-means", name, seconds[0], "", 0);
  next.bytes = index_t{sizeof(double)} * n * d;
  next.flops = 2.0 * static_cast<double>(n * d * k);
  next.limit_fraction = seconds[1] / seconds[0];
  if (peer.there()) {
    double const inertia = sum(square(C));
    check_agree(world, std::abs(inertia - peer.answer()) <= 1e-6 * inertia, "k-means");
    next = next.beside(peer.name(), seconds[2]);
  }
  rows.push_back(next);
}

}  // namespace

std::vector<row> k_means_suite(pt::communicator const& world, settings const& s) {
  std::vector<row> rows;
  if (s.quick) {
    measure(world, s, {2000, 8, 4}, rows);
  } else {
    measure(world, s, {1'000'000, 16, 8}, rows);
    measure(world, s, {200'000, 32, 16}, rows);
  }
  return rows;
}

}  // namespace bench
