// expect: passing '[^']*leaf[^']*' as 'this' argument discards qualifiers|no match for 'operator='
#include <pantile/pantile.hpp>

void f(pantile::array<double, 2> const& x, pantile::array<double, 2> const& y) { transpose(x) = transpose(y); }
