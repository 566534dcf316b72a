// expect: this has been carried out already
#include <pantile/pantile.hpp>

// A retile that is called has run before explain sees what it made: explain(world, [&] { retile(...); }).
void f(pantile::array<double, 2> const& a) { explain(retile(a, pantile::tiling::column())); }
