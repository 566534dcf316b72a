// expect: bool has no difference
#include <pantile/pantile.hpp>

auto f(pantile::array<bool, 1> const& a) { return pantile::eval(a - a); }
