// expect: no match for 'operator<'
#include <pantile/pantile.hpp>

#include <complex>

auto f(pantile::array<std::complex<double>, 1> const& z) { return pantile::eval(z < z); }
