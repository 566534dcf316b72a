#pragma once

#include <pantile/base/types.hpp>

#include <algorithm>
#include <bit>
#include <limits>

// Monoids of reductions: an accumulator type for elements of type T, an identity, an associative combination,
// and what the result of an accumulator is. `name`: what explain calls it; `needs_elements`: the reduction of
// nothing is an error, as in NumPy.
namespace pantile::kernel {
template <class Monoid, class A, class Run>
A reduce_run(A start, Run run, index_t length);  // kernel/reduce.hpp

/// Rows of up to so many elements are reduced side by side, so many at a time.
inline constexpr index_t short_row = 32;
inline constexpr index_t rows_beside = 16;
}  // namespace pantile::kernel

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
/// The same as a type.
template <class T>
using wide_t = typename wide<T>::type;

/// The element type of sums and products: integers become int64, others stay.
template <class T>
using sum_t = std::conditional_t<std::is_integral_v<T>, std::int64_t, T>;

/// Integers wrap.
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

/// Sums and products.
template <bool Product>
struct arithmetic {
  static constexpr char const* name = Product ? "prod" : "sum";
  static constexpr bool needs_elements = false;
  template <class T>
  using accumulator = wide_t<T>;
  template <class T>
  using result = sum_t<T>;
  template <class A>
  static A identity() {
    return A(Product ? 1 : 0);
  }
  template <class A>
  static A combine(A a, A b) {
    return Product ? wrapping_multiply(a, b) : wrapping_add(a, b);
  }
};
using sum = arithmetic<false>;
using prod = arithmetic<true>;

/// The number below (or above) which there is none.
template <bool Least, class A>
constexpr A end_of_range() {
  using limits = std::numeric_limits<A>;
  if constexpr (limits::has_infinity)
    return Least ? -limits::infinity() : limits::infinity();
  else
    return Least ? limits::lowest() : limits::max();
}

/// The least or greatest element. NaN wins, as in NumPy. -0 is below +0, so that the bits of the result do not
/// depend on the order of combination.
template <bool Greatest>
struct extreme {
  static constexpr char const* name = Greatest ? "max" : "min";
  static constexpr bool needs_elements = true;
  template <class T>
  using accumulator = T;
  template <class T>
  using result = T;
  template <class A>
  static A identity() {
    static_assert(!is_complex<A>, "complex numbers are not ordered: take real(e), imag(e) or abs(e)");
    return end_of_range<Greatest, A>();
  }
  template <class A>
  static A combine(A a, A b) {
    A const chosen = unordered(a, b);
    if constexpr (std::is_floating_point_v<A>) {
      using bits = std::conditional_t<sizeof(A) == 4, std::uint32_t, std::uint64_t>;
      bits const x = std::bit_cast<bits>(a), y = std::bit_cast<bits>(b);
      return a == b ? std::bit_cast<A>(Greatest ? x & y : x | y) : chosen;
    } else {
      return chosen;
    }
  }
  /// A stretch without a thought for zeros; where one came out, those of the other sign are looked for.
  template <class A, class Run>
  requires std::is_floating_point_v<A>
  static A fold_run(A start, Run run, index_t length) {
    A found = kernel::reduce_run<regardless_of_zeros>(identity<A>(), run, length);
    if (found == 0)
      for (index_t j = 0; j < length; ++j)
        if (A const x = static_cast<A>(run[j]); x == 0) found = combine(found, x);
    return combine(start, found);
  }
  struct regardless_of_zeros {
    template <class A>
    static A identity() {
      return extreme::identity<A>();
    }
    template <class A>
    static A combine(A a, A b) {
      return unordered(a, b);
    }
  };

 private:
  template <class A>
  static A unordered(A a, A b) {
    return (Greatest ? a > b : a < b) || a != a ? a : b;
  }
};
using min = extreme<false>;
using max = extreme<true>;

/// Whether all elements are true, or any.
template <bool All>
struct quantifier {
  static constexpr char const* name = All ? "all" : "any";
  static constexpr bool needs_elements = false;
  template <class T>
  using accumulator = bool;
  template <class T>
  using result = bool;
  template <class A>
  static A identity() {
    return All;
  }
  template <class A>
  static A combine(A a, A b) {
    return All ? a && b : a || b;
  }
};
using any = quantifier<false>;
using all = quantifier<true>;

/// A value and where it is: the accumulator of argmin and argmax. Index -1: none yet.
template <class T>
struct located {
  T value{};
  index_t index = -1;
};

/// The lowest index among the extreme values; the first NaN wins, as in NumPy.
template <bool Greatest>
struct arg_extreme {
  static constexpr char const* name = Greatest ? "argmax" : "argmin";
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
  /// Block by block the extreme value first, as min and max find it, and its place only where it counts: the
  /// elements of a stretch lie in the order of their indices.
  template <class L, class Run>
  static L fold_run(L start, Run run, index_t length) {
    using T = decltype(L::value);
    constexpr index_t block = 256;
    alignas(64) T values[block];
    for (index_t from = 0; from < length; from += block) {
      index_t const n = std::min(block, length - from);
      for (index_t j = 0; j < n; ++j) values[j] = run[from + j].value;
      T const found = kernel::reduce_run<typename extreme<Greatest>::regardless_of_zeros>(
          extreme<Greatest>::template identity<T>(), values_run<T>{values}, n);
      bool const better = Greatest ? found > start.value : found < start.value;
      bool const kept = start.index >= 0 && start.index < run[from].index && !better && found == found;
      if (kept) continue;
      index_t j = 0;  // where the value is, or the first NaN
      while (j + 1 < n && values[j] != found && values[j] == values[j]) ++j;
      start = combine(start, L{values[j], run[from + j].index});
    }
    return start;
  }

  /// Rows side by side (kernel/reduce.hpp): values apart from places, so that both fill vectors.
  template <class L>
  class beside {
    using T = decltype(L::value);

   public:
    /// The elements of a row are numbered one after the other.
    template <class Run>
    void put(index_t row, Run run, index_t length) {
      first_[row] = run[0].index;
      for (index_t j = 0; j < length; ++j) values_[j][row] = run[j].value;
    }
    void fold(L* out, index_t length) const {
      T best[kernel::rows_beside];
      index_t place[kernel::rows_beside] = {};
      std::copy_n(values_[0], kernel::rows_beside, best);
      for (index_t j = 1; j < length; ++j) {
#pragma omp simd
        for (index_t r = 0; r < kernel::rows_beside; ++r) {
          T const x = values_[j][r], so_far = best[r];
          bool const better = (Greatest ? x > so_far : x < so_far) || (x != x && so_far == so_far);
          best[r] = better ? x : so_far;
          place[r] = better ? j : place[r];
        }
      }
      for (index_t r = 0; r < kernel::rows_beside; ++r)
        out[r] = combine(out[r], L{best[r], first_[r] + place[r]});
    }

   private:
    alignas(64) T values_[kernel::short_row][kernel::rows_beside] = {};
    index_t first_[kernel::rows_beside] = {};
  };

 private:
  template <class T>
  struct values_run {
    T const* p;
    T operator[](index_t j) const { return p[j]; }
  };
};
using argmin = arg_extreme<false>;
using argmax = arg_extreme<true>;

/// The result of an accumulator. All NaN become the same one: which of several came through hangs on the order.
template <class R, class A>
R finish(A const& a) {
  if constexpr (requires { a.template result<R>(); })
    return a.template result<R>();
  else if constexpr (requires { a.index; })
    return a.index;
  else if constexpr (is_complex<R>)
    return R(static_cast<real_t<R>>(a.real()), static_cast<real_t<R>>(a.imag()));
  else if constexpr (std::is_floating_point_v<R>)
    return a != a ? std::numeric_limits<R>::quiet_NaN() : static_cast<R>(a);
  else
    return static_cast<R>(a);
}
/// The result that a monoid with parameters makes of an accumulator.
template <class R, class Monoid, class A>
R finish(Monoid const& monoid, A const& a) {
  if constexpr (requires { monoid.template finish<R>(a); })
    return monoid.template finish<R>(a);
  else
    return monoid::finish<R>(a);
}

}  // namespace pantile::monoid
