// expect: constraint failure|constraints not satisfied
#include <pantile/pantile.hpp>

void f(pantile::array<short, 1> const& a);
