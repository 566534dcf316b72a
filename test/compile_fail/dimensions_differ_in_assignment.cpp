// expect: the expression has another number of dimensions than the array
#include <pantile/pantile.hpp>

void f(pantile::array<double, 2>& a) { a = sum(a, 0); }
