// expect: labels are letters
#include <pantile/pantile.hpp>

auto f(pantile::array<double, 2> const& x, pantile::array<double, 2> const& y) {
  return pantile::contract<"ij, jk">(x, y);
}
