// expect: the result has the labels that only one operand has
#include <pantile/pantile.hpp>

auto f(pantile::array<double, 2> const& x, pantile::array<double, 2> const& y) {
  return pantile::contract<"ij,jk->ij">(x, y);
}
