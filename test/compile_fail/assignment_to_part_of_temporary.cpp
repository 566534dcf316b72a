// expect: passing '[^']*leaf[^']*' as 'this' argument discards qualifiers|no match for 'operator='
#include <pantile/pantile.hpp>

using namespace pantile;

array<double, 1> made();
void f(array<double, 1> const& x) { made()(range(0, 3)) = x; }
