// The largest eigenvalue of a symmetric matrix by power iteration.
#include <pantile/pantile.hpp>

#include <cmath>

namespace pt = pantile;

int main(int argc, char** argv) {
  return pt::run(argc, argv, [](pt::communicator const& world) {
    // I + 9 u u' with a unit vector u: eigenvalues 10 and 1.
    pt::index_t const n = 400;
    pt::array<double, 1> u = pt::random::normal<double>(world, {n}, pt::tiling::row(), {.seed = 3});
    u = u / norm(u);
    pt::array<double, 2> const A = 9.0 * expand_dims(u, 1) * expand_dims(u, 0) + pt::identity<double>(n);

    pt::array<double, 1> x = pt::ones<double>(world, {n}, pt::tiling::row());
    double value = 0;
    for (int i = 0; i < 60; ++i) {
      pt::array<double, 1> const y = dot(A, x);
      value = norm(y);
      x = y / value;
    }
    double const alignment = std::abs(dot(x, u));
    pt::print(world, "largest eigenvalue {:.12f}, its vector known to {:.1e}\n", value, 1 - alignment);
    return std::abs(value - 10) < 1e-10 && 1 - alignment < 1e-12 ? 0 : 1;
  });
}
