// expect: no matching function for call to 'dot
#include <pantile/pantile.hpp>

auto f(pantile::array<double, 3> const& a, pantile::array<double, 1> const& x) { return dot(a, x); }
