#pragma once

#include <pantile/base/types.hpp>

#include <limits>

// Monoids of reductions: an accumulator type for elements of type T, an identity, an associative combination,
// and what the result of an accumulator is. `needs_elements`: the reduction of nothing is an error, as in
// NumPy.
namespace pantile::monoid {

/// float sums accumulate in double, integers in 64 bits (they wrap, as in NumPy).
template <class T>
struct wide {
  using type = std::conditional_t<std::is_integral_v<T>, std::int64_t, double>;
};
template <class T>
struct wide<std::complex<T>> {
  using type = std::complex<double>;
};
template <class T>
using wide_t = typename wide<T>::type;

/// The element type of sums and products: integers become int64, others stay.
template <class T>
using sum_t = std::conditional_t<std::is_integral_v<T>, std::int64_t, T>;

template <class A>
constexpr A wrapping_add(A a, A b) {
  if constexpr (std::is_integral_v<A>)
    return static_cast<A>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
  else
    return a + b;
}
template <class A>
constexpr A wrapping_multiply(A a, A b) {
  if constexpr (std::is_integral_v<A>)
    return static_cast<A>(static_cast<std::uint64_t>(a) * static_cast<std::uint64_t>(b));
  else
    return a * b;
}

struct sum {
  static constexpr bool needs_elements = false;
  template <class T>
  using accumulator = wide_t<T>;
  template <class T>
  using result = sum_t<T>;
  template <class A>
  static A identity() {
    return A(0);
  }
  template <class A>
  static A combine(A a, A b) {
    return wrapping_add(a, b);
  }
};

struct product {
  static constexpr bool needs_elements = false;
  template <class T>
  using accumulator = wide_t<T>;
  template <class T>
  using result = sum_t<T>;
  template <class A>
  static A identity() {
    return A(1);
  }
  template <class A>
  static A combine(A a, A b) {
    return wrapping_multiply(a, b);
  }
};

template <class A>
constexpr A lowest() {
  if constexpr (std::numeric_limits<A>::has_infinity)
    return -std::numeric_limits<A>::infinity();
  else
    return std::numeric_limits<A>::lowest();
}
template <class A>
constexpr A highest() {
  if constexpr (std::numeric_limits<A>::has_infinity)
    return std::numeric_limits<A>::infinity();
  else
    return std::numeric_limits<A>::max();
}

/// NaN wins, as in NumPy.
struct min {
  static constexpr bool needs_elements = true;
  template <class T>
  using accumulator = T;
  template <class T>
  using result = T;
  template <class A>
  static A identity() {
    return highest<A>();
  }
  template <class A>
  static A combine(A a, A b) {
    return a < b || a != a ? a : b;
  }
};
struct max {
  static constexpr bool needs_elements = true;
  template <class T>
  using accumulator = T;
  template <class T>
  using result = T;
  template <class A>
  static A identity() {
    return lowest<A>();
  }
  template <class A>
  static A combine(A a, A b) {
    return a > b || a != a ? a : b;
  }
};

struct any {
  static constexpr bool needs_elements = false;
  template <class T>
  using accumulator = bool;
  template <class T>
  using result = bool;
  template <class A>
  static A identity() {
    return false;
  }
  template <class A>
  static A combine(A a, A b) {
    return a || b;
  }
};
struct all {
  static constexpr bool needs_elements = false;
  template <class T>
  using accumulator = bool;
  template <class T>
  using result = bool;
  template <class A>
  static A identity() {
    return true;
  }
  template <class A>
  static A combine(A a, A b) {
    return a && b;
  }
};

/// A value and where it is: the accumulator of argmin and argmax. Index -1: none yet.
template <class T>
struct located {
  T value{};
  index_t index = -1;
};

/// The lowest index among the extreme values; the first NaN wins, as in NumPy.
template <bool Greatest>
struct arg_extreme {
  static constexpr bool needs_elements = true;
  template <class L>
  using accumulator = L;
  template <class L>
  using result = index_t;
  template <class L>
  static L identity() {
    return {};
  }
  template <class L>
  static L combine(L a, L b) {
    if (a.index < 0) return b;
    if (b.index < 0) return a;
    bool const a_nan = a.value != a.value, b_nan = b.value != b.value;
    if (a_nan != b_nan) return a_nan ? a : b;
    bool const differ = !a_nan && a.value != b.value;
    if (differ) return (Greatest ? a.value > b.value : a.value < b.value) ? a : b;
    return a.index < b.index ? a : b;
  }
};
using argmin = arg_extreme<false>;
using argmax = arg_extreme<true>;

/// The result of an accumulator.
template <class R, class A>
R finish(A const& a) {
  if constexpr (requires { a.index; })
    return a.index;
  else if constexpr (is_complex<R>)
    return R(static_cast<real_t<R>>(a.real()), static_cast<real_t<R>>(a.imag()));
  else
    return static_cast<R>(a);
}

}  // namespace pantile::monoid
