// k-means: Lloyd's iteration on planted clusters.
#include <pantile/pantile.hpp>

#include <cmath>

namespace pt = pantile;

int main(int argc, char** argv) {
  return pt::run(argc, argv, [](pt::communicator const& world) {
    pt::index_t const n = 3000, k = 3, d = 2;
    // Point i belongs to cluster i % 3, whose center is (10 c, -5 c).
    auto const center = [](pt::index_t c, pt::index_t j) {
      return static_cast<double>(c) * (j == 0 ? 10 : -5);
    };
    pt::array<double, 2> const X =
        pt::random::normal<double>(world, {n, d}, pt::tiling::row(), {.seed = 8}) +
        pt::from_function<double>(world, {n, d}, pt::tiling::row(),
                                  [&](pt::index_t i, pt::index_t j) { return center(i % k, j); });

    pt::local_array<double, 2> C = X(pt::range(0, k), pt::every);  // the first k points
    pt::array<pt::index_t, 1> label(world, {n}, pt::tiling::row());
    for (int iteration = 0; iteration < 20; ++iteration) {
      // |x - c|^2 = |x|^2 - 2 x.c + |c|^2; the first is the same for every c.
      label = argmin(sum(square(C), 1) - 2.0 * dot(X, transpose(C)), 1);
      auto sums = pt::zeros<double>(world, {k, d}, pt::tiling::replicated());
      scatter_add(sums, label, X);
      C = sums / expand_dims(bincount(label, k), 1);
    }
    double worst = 0;
    for (pt::index_t c = 0; c < k; ++c)
      for (pt::index_t j = 0; j < d; ++j) worst = std::max(worst, std::abs(C(c, j) - center(c, j)));
    pt::print(world, "centers found to {:.3f}\n{}\n", worst, C);
    return worst < 0.1 ? 0 : 1;
  });
}
