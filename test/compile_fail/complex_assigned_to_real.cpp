// expect: complex elements do not fit a real array: take real\(e\), imag\(e\) or abs\(e\)
#include <pantile/pantile.hpp>

#include <complex>

void f(pantile::array<double, 1>& x, pantile::array<std::complex<double>, 1> const& z) { x = x + z; }
