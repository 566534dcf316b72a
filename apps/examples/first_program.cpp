// The first program of the README: a Gram matrix, distances from the mean, and what an array looks like on each rank.
#include <pantile/pantile.hpp>

namespace pt = pantile;

int main(int argc, char** argv) {
  return pt::run(argc, argv, [](pt::communicator const& world) {
    // 4096 x 512 normal numbers, a share of the rows on every rank: the same numbers on any number of ranks.
    auto const A = pt::random::normal<double>(world, {4096, 512}, pt::tiling::row(), {.seed = 42});

    // A'A + 0.1 I: half a product on every rank, then one sum over the ranks. The identity is never stored.
    pt::array<double, 2> const G = dot(transpose(A), A) + 0.1 * pt::identity<double>(512);

    // One pass over A: no temporary for the difference or its absolute values.
    pt::array<double, 1> r = sum(abs(A - mean(A, 0)), 1);
    r.set_name("r");

    pt::print(world, "trace of G: {:.3f}\n", sum(G * pt::identity<double>(512)));
    pt::print(world, "farthest row: {}, {:.3f} from the mean\n", argmax(r), max(r));
    pt::print(world, "{}\n", r);
  });
}
