// expect: complex numbers are not ordered
#include <pantile/ops/reduce.hpp>

#include <complex>

auto f(pantile::array<std::complex<double>, 1> const& z) { return pantile::max(z); }
