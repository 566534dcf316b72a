// Conjugate gradients for a symmetric positive definite system.
#include <pantile/pantile.hpp>

#include <cmath>

namespace pt = pantile;

int main(int argc, char** argv) {
  return pt::run(argc, argv, [](pt::communicator const& world) {
    pt::index_t const n = 500;
    auto const M = pt::random::normal<double>(world, {n, n}, pt::tiling::row(), {.seed = 5});
    pt::array<double, 2> const A =
        retile(dot(transpose(M), M) / static_cast<double>(n) + pt::identity<double>(n), pt::tiling::row());
    auto const b = pt::random::normal<double>(world, {n}, pt::tiling::row(), {.seed = 6});

    pt::array<double, 1> x = pt::zeros<double>(world, {n}, pt::tiling::row());
    pt::array<double, 1> r = b, p = b;
    double squares = dot(r, r);
    int iterations = 0;
    for (; std::sqrt(squares) > 1e-12 * norm(b) && iterations < 200; ++iterations) {
      pt::array<double, 1> const Ap = dot(A, p);
      double const alpha = squares / dot(p, Ap);
      x = x + alpha * p;
      r = r - alpha * Ap;
      double const next = dot(r, r);
      p = r + next / squares * p;
      squares = next;
    }
    double const residual = norm(dot(A, x) - b) / norm(b);
    pt::print(world, "{} iterations, relative residual {:.0e}\n", iterations, residual);
    return residual < 1e-10 && iterations < 60 ? 0 : 1;
  });
}
