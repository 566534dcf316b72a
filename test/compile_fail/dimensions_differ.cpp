// expect: the expression has another number of dimensions than the array
#include <pantile/pantile.hpp>

void f(pantile::array<double, 2> const& a) { pantile::array<double, 1> const x = a + 1.0; }
