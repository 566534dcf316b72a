// Principal component analysis: the covariance matrix is reduced over the ranks, its eigenvectors are found on
// each.
#include <pantile/pantile.hpp>

#include <Eigen/Eigenvalues>

#include <cmath>

namespace pt = pantile;

int main(int argc, char** argv) {
  return pt::run(argc, argv, [](pt::communicator const& world) {
    // Points along a direction, ten times as spread there as elsewhere.
    pt::index_t const n = 5000, d = 6;
    pt::local_array<double, 1> direction = pt::random::normal<double>({d}, {.seed = 1});
    direction = direction / norm(direction);
    auto const noise = pt::random::normal<double>(world, {n, d}, pt::tiling::row(), {.seed = 2});
    auto const along = pt::random::normal<double>(world, {n}, pt::tiling::row(), {.seed = 3});
    pt::array<double, 2> const X = noise + 10.0 * expand_dims(along, 1) * direction + 7.0;

    pt::array<double, 2> const centered = X - mean(X, 0);
    pt::local_array<double, 2> const covariance =
        dot(transpose(centered), centered) / static_cast<double>(n - 1);
    Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> const solver(covariance.local());
    pt::local_array<double, 1> first({d});
    first.local() = solver.eigenvectors().col(d - 1);
    pt::array<double, 1> const scores = dot(centered, first);

    double const variance = sum(square(scores)) / static_cast<double>(n - 1);
    double const alignment = std::abs(dot(first, direction));
    pt::print(world, "variance {:.2f} along the first component, which is known to {:.1e}\n", variance,
              1 - alignment);
    return alignment > 0.999 && std::abs(variance / solver.eigenvalues()(d - 1) - 1) < 1e-12 ? 0 : 1;
  });
}
