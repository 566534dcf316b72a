// expect: constraints not satisfied|no matching function
#include <pantile/pantile.hpp>

#include <complex>

auto f(pantile::array<std::complex<double>, 1> const& z) { return pantile::cast<double>(z); }
