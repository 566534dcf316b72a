// The first program of the README: a Gram matrix, distances from the mean, and what an array looks like on each
// rank.
#include <pantile/pantile.hpp>

namespace pt = pantile;

int main(int argc, char** argv) {
  return pt::run(argc, argv, [](pt::communicator const& world) {
    // 4096 x 512 normal numbers, a share of the rows on every rank.
    auto const A = pt::random::normal<double>(world, {4096, 512}, pt::tiling::row(), {.seed = 42});

    // A'A + 0.1 I: half a product on every rank, then one sum over the ranks. The identity is never stored.
    pt::array<double, 2> const G = dot(transpose(A), A) + 0.1 * pt::identity<double>(512);

    // One pass over A: no temporary for the difference or its absolute values.
    pt::array<double, 1> const r = sum(abs(A - mean(A, 0)), 1);
    pt::print(world, "G is {} x {}, its norm is {:.6g}; the largest row sum is {:.6g}, in row {}\n",
              G.extent(0), G.extent(1), norm(G), max(r), argmax(r));

    // Values and annotation, every rank its own.
    auto const B =
        pt::from_function<double>(world, {4, 6}, pt::tiling::row(),
                                  [](pt::index_t i, pt::index_t j) { return static_cast<double>(10 * i + j); });
    pt::print(world, "{}\n", retile(B, pt::tiling::column()));
  });
}
