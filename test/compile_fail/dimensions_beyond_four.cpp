// expect: static assertion failed
#include <pantile/pantile.hpp>

pantile::array<double, 5> a;
