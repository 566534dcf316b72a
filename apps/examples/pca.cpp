// Principal component analysis of tall data: by a QR factorisation that leaves the rows where they are.
#include <pantile/pantile.hpp>

#include <cmath>

namespace pt = pantile;

int main(int argc, char** argv) {
  return pt::run(argc, argv, [](pt::communicator const& world) {
    // Points along a direction, ten times as spread there as elsewhere.
    pt::index_t const n = 50000, d = 6;
    pt::local_array<double, 1> direction = pt::random::normal<double>({d}, {.seed = 1});
    direction = direction / norm(direction);
    auto const noise = pt::random::normal<double>(world, {n, d}, pt::tiling::row(), {.seed = 2});
    auto const along = pt::random::normal<double>(world, {n}, pt::tiling::row(), {.seed = 3});
    pt::array<double, 2> const X = noise + 10.0 * expand_dims(along, 1) * direction + 7.0;

    auto const [components, variances, middle, total] = pca(X, 1);
    pt::array<double, 1> const scores = dot(X - middle, row(components, 0));

    double const variance = sum(square(scores)) / static_cast<double>(n - 1);
    double const alignment = std::abs(sum(row(components, 0) * direction));
    pt::print(world, "variance {:.2f} of {:.2f} along the first component, which is known to {:.1e}\n",
              variance, total, 1 - alignment);
    return alignment > 0.999 && std::abs(variance / sum(variances) - 1) < 1e-12 ? 0 : 1;
  });
}
