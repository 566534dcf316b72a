#include <pantile/pantile.hpp>

#include <cstdio>

int main(int argc, char** argv) {
  double total = 0;
  int const status = pantile::run(argc, argv, [&](pantile::communicator const& world) {
    auto const A = pantile::zeros<double>(world, {4, 3}, pantile::tiling::row());
    total = pantile::sum(A + 1.0);
    if (world.rank() == 0) std::printf("sum of 4 x 3 ones on %d ranks: %g\n", int(world.size()), total);
  });
  return status != 0 ? status : (total == 12.0 ? 0 : 1);
}
