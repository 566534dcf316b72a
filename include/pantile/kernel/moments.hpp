#pragma once

#include <pantile/kernel/monoids.hpp>
#include <pantile/kernel/reduce.hpp>
#include <pantile/kernel/vector_math.hpp>

#include <algorithm>
#include <cmath>

// Monoids that look at a stretch of elements twice while it is in the cache: one pass over the data.
namespace pantile::monoid {

namespace detail {

template <class W>
struct values_run {
  W const* p;
  W operator[](index_t j) const { return p[j]; }
};

inline double square_of(double x) { return x * x; }
inline double square_of(std::complex<double> x) { return x.real() * x.real() + x.imag() * x.imag(); }

/// Calls fold(start, elements, length) for blocks of the stretch that are brought into a buffer.
template <class W, class A, class Run, class Fold>
A fold_blocks(A start, Run run, index_t length, Fold fold) {
  alignas(64) W block[kernel::stretch];
  for (index_t from = 0; from < length; from += kernel::stretch) {
    index_t const n = std::min(kernel::stretch, length - from);
    for (index_t j = 0; j < n; ++j) block[j] = static_cast<W>(run[from + j]);
    start = fold(start, static_cast<W const*>(block), n);
  }
  return start;
}

}  // namespace detail

/// How many elements, their mean, and the sum of the squares of their distances from it. W: double or
/// complex<double>.
template <class W>
struct moments {
  using wide = W;
  double count = 0;
  W mean{};
  double squares = 0;
  moments() = default;
  moments(double n, W m, double s) : count(n), mean(m), squares(s) {}
  template <class T>
  explicit moments(T x) : count(1), mean(static_cast<W>(x)), squares(static_cast<double>(0)) {}
};

/// The variance by Chan's combination of moments, symmetric in its operands; within a block of elements by two
/// passes.
struct variance {
  static constexpr char const* name = "var";
  static constexpr bool needs_elements = false;
  template <class T>
  using accumulator = moments<std::conditional_t<is_complex<T>, std::complex<double>, double>>;
  template <class T>
  using result = std::conditional_t<std::is_integral_v<T>, double, real_t<T>>;
  double ddof = 0;

  template <class A>
  static A identity() {
    return {};
  }
  template <class A>
  static A combine(A a, A b) {
    double const n = a.count + b.count, share = n > 0 ? 1 / n : 0;
    double const distance = detail::square_of(b.mean - a.mean);
    return {n, (a.count * a.mean + b.count * b.mean) * share,
            a.squares + b.squares + distance * (a.count * b.count * share)};
  }
  template <class A, class Run>
  static A fold_run(A start, Run run, index_t length) {
    using W = typename A::wide;
    return detail::fold_blocks<W>(start, run, length, [](A a, W const* x, index_t n) {
      auto const count = static_cast<double>(n);
      W const mean = kernel::reduce_run<sum>(W(0), detail::values_run<W>{x}, n) / count;
      struct distances {
        W const* p;
        W mean;
        double operator[](index_t j) const { return detail::square_of(p[j] - mean); }
      };
      return combine(a, A{count, mean, kernel::reduce_run<sum>(0.0, distances{x, mean}, n)});
    });
  }
  /// NaN where an element is infinite: it is the mean, too, and has no distance from it. Where there are not
  /// more than `ddof` elements, the division is by zero.
  template <class R, class A>
  R finish(A const& a) const {
    auto const none = a.mean - a.mean;
    double const r = none == none ? a.squares / std::max(a.count - ddof, 0.0) : NAN;
    return r == r ? static_cast<R>(r) : std::numeric_limits<R>::quiet_NaN();
  }
};

/// The greatest x (where that is finite) and the sum of exp(x - greatest).
struct exponentials {
  double greatest = -std::numeric_limits<double>::infinity();
  double sum = 0;
  exponentials() = default;
  exponentials(double g, double s) : greatest(g), sum(s) {}
  template <class T>
  explicit exponentials(T x)
      : greatest(static_cast<double>(x)),
        sum(std::isfinite(greatest) ? 1.0
            : greatest < 0          ? 0.0
                                    : greatest) {}
  /// What was taken from the exponents.
  double shift() const { return std::isfinite(greatest) ? greatest : 0; }
};

/// log(sum(exp(x))) without overflow.
struct log_sum_exp {
  static constexpr char const* name = "logsumexp";
  static constexpr bool needs_elements = false;
  template <class T>
  using accumulator = exponentials;
  template <class T>
  using result = std::conditional_t<std::is_integral_v<T>, double, T>;

  template <class A>
  static A identity() {
    return {};
  }
  static exponentials combine(exponentials a, exponentials b) {
    // The one with the lesser maximum is scaled: one exponential.
    bool const first = a.greatest > b.greatest || a.greatest != a.greatest;
    exponentials const high = first ? a : b, low = first ? b : a;
    double const scale = math::exp(low.shift() - high.shift());
    return {high.greatest, high.sum + (low.sum == 0 ? 0 : low.sum * scale)};
  }
  template <class Run>
  static exponentials fold_run(exponentials start, Run run, index_t length) {
    return detail::fold_blocks<double>(start, run, length, [](exponentials a, double const* x, index_t n) {
      exponentials block;
      block.greatest = kernel::reduce_run<max>(block.greatest, detail::values_run<double>{x}, n);
      alignas(64) double powers[kernel::stretch];
      double const shift = block.shift();
#pragma omp simd
      for (index_t j = 0; j < n; ++j) powers[j] = math::exp(x[j] - shift);
      block.sum = kernel::reduce_run<monoid::sum>(0.0, detail::values_run<double>{powers}, n);
      return combine(a, block);
    });
  }
  template <class R, class A>
  R finish(A const& a) const {
    double const r = a.shift() + std::log(a.sum);
    return r != r ? std::numeric_limits<R>::quiet_NaN() : static_cast<R>(r);
  }
};

}  // namespace pantile::monoid
