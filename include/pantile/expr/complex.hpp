#pragma once

#include <pantile/expr/nodes.hpp>
#include <pantile/kernel/vector_math.hpp>

#include <complex>

// Parts of complex numbers; real numbers are their own real parts.
namespace pantile {

namespace functor {

struct conj {
  template <class T>
  T operator()(T x) const {
    if constexpr (is_complex<T>)
      return std::conj(x);
    else
      return x;
  }
};
struct real {
  template <class T>
  auto operator()(T x) const {
    if constexpr (is_complex<T>)
      return x.real();
    else
      return x;
  }
};
struct imag {
  template <class T>
  auto operator()(T x) const {
    if constexpr (is_complex<T>)
      return x.imag();
    else
      return T(0);
  }
};
struct angle {
  template <class T>
  auto operator()(T x) const {
    using F = floating_t<real_t<T>>;
    return math::atan2(static_cast<F>(imag{}(x)), static_cast<F>(real{}(x)));
  }
};

}  // namespace functor

template <array_operand E>
auto conj(E const& e) {
  return pantile::apply(functor::conj{}, e);
}
template <array_operand E>
auto real(E const& e) {
  return pantile::apply(functor::real{}, e);
}
template <array_operand E>
auto imag(E const& e) {
  return pantile::apply(functor::imag{}, e);
}
/// The angle with the positive real axis, in [-pi, pi]; of real numbers 0 or pi.
template <array_operand E>
auto angle(E const& e) {
  return pantile::apply(functor::angle{}, e);
}

}  // namespace pantile
