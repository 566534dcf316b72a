// expect: no match for 'operator\+'
#include <pantile/pantile.hpp>

auto f(pantile::array<double, 1> const& a) { return a + "1"; }
