// expect: one label for each dimension of each operand
#include <pantile/pantile.hpp>

auto f(pantile::array<double, 2> const& x, pantile::array<double, 3> const& y) {
  return pantile::contract<"ij,jk">(x, y);
}
