// expect: could not convert|cannot convert|convertible
#include <pantile/pantile.hpp>

// An array of truth values is no truth value: all(a == b), any(a == b).
bool f(pantile::array<double, 1> const& a, pantile::array<double, 1> const& b) {
  if (a == b) return true;
  return false;
}
