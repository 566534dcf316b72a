// expect: the result is of a higher kind
#include <pantile/pantile.hpp>

void f(pantile::array<std::int32_t, 1>& x, pantile::array<double, 1> const& y) { x += y; }
