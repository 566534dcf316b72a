#include "cases.hpp"

#include <fmt/format.h>

#include <cmath>

namespace judge {

namespace {

template <class F>
auto with_type(dtype type, F f) {
  switch (type) {
    case dtype::boolean:
      return f(bool{});
    case dtype::uint8:
      return f(std::uint8_t{});
    case dtype::int32:
      return f(std::int32_t{});
    case dtype::int64:
      return f(std::int64_t{});
    case dtype::float32:
      return f(float{});
    case dtype::float64:
      return f(double{});
    case dtype::complex64:
      return f(c64{});
    default:
      return f(c128{});
  }
}

template <class T>
T element_at(value const& v, std::size_t i) {
  T x;
  std::memcpy(&x, v.bytes.data() + i * sizeof(T), sizeof(T));
  return x;
}

template <class T>
std::string shown(T x) {
  if constexpr (is_complex<T>)
    return fmt::format("({}, {})", x.real(), x.imag());
  else
    return fmt::format("{}", x);
}

template <class T>
bool exactly(T a, T b) {
  if constexpr (is_complex<T>)
    return exactly(a.real(), b.real()) && exactly(a.imag(), b.imag());
  else if constexpr (std::is_floating_point_v<T>)
    return a != a ? b != b : a == b && std::signbit(a) == std::signbit(b);
  else
    return a == b;
}

/// One unit in the last place at x.
template <class T>
double ulp_at(T x) {
  x = std::abs(x);
  if (!(x <= std::numeric_limits<T>::max())) return 0;
  T const next = std::nextafter(x, std::numeric_limits<T>::infinity());
  if (std::isinf(next)) return static_cast<double>(x - std::nextafter(x, T(0)));
  return static_cast<double>(next - x);
}

template <class T>
double distance(T got, T wanted, double unit) {
  if (got == wanted || (got != got && wanted != wanted)) return 0;
  double const d = std::abs(static_cast<double>(got) - static_cast<double>(wanted));
  return d <= std::numeric_limits<double>::max() ? d / unit : std::numeric_limits<double>::infinity();
}

/// The distance of two numbers in ulps of the wanted one; of complex ones in ulps of the larger part.
template <class T>
double ulps_between(T got, T wanted) {
  if constexpr (is_complex<T>) {
    double const unit = std::max(ulp_at(wanted.real()), ulp_at(wanted.imag()));
    return std::max(distance(got.real(), wanted.real(), unit), distance(got.imag(), wanted.imag(), unit));
  } else if constexpr (std::is_floating_point_v<T>) {
    return distance(got, wanted, ulp_at(wanted));
  } else {
    return got == wanted ? 0 : std::numeric_limits<double>::infinity();
  }
}

template <class T>
bool within(T got, T wanted, double bound) {
  if constexpr (is_complex<T>)
    return within(got.real(), wanted.real(), bound) && within(got.imag(), wanted.imag(), bound);
  else if constexpr (std::is_floating_point_v<T>)
    return got == wanted || (got != got && wanted != wanted) || std::abs(double{got} - double{wanted}) <= bound;
  else
    return got == wanted;
}

}  // namespace

std::string elements(value const& v, std::size_t at_most) {
  return with_type(v.type, [&](auto zero) {
    using T = decltype(zero);
    std::size_t const n = v.bytes.size() / sizeof(T);
    std::string text = "[";
    for (std::size_t i = 0; i < std::min(n, at_most); ++i)
      text += (i > 0 ? ", " : "") + shown(element_at<T>(v, i));
    return text + (n > at_most ? ", ...]" : "]");
  });
}

std::string described(value const& v) {
  std::string text = std::string(dtype_name(v.type)) + "(";
  for (index_t n : v.shape) text += fmt::format("{}, ", n);
  return text + ") " + elements(v);
}

std::string difference(value const& got, test_case const& c, double& worst) {
  value const& wanted = c.expected;
  if (got.type != wanted.type)
    return fmt::format("element type {}, NumPy has {}", dtype_name(got.type), dtype_name(wanted.type));
  if (got.shape != wanted.shape) return "shape of " + described(got) + ", NumPy has " + described(wanted);
  if (c.how == compare::bits && got.bytes == wanted.bytes) return "";
  return with_type(got.type, [&](auto zero) -> std::string {
    using T = decltype(zero);
    std::size_t const n = wanted.bytes.size() / sizeof(T);
    for (std::size_t i = 0; i < n; ++i) {
      T const a = element_at<T>(got, i), b = element_at<T>(wanted, i);
      bool equal = false;
      std::string more;
      switch (c.how) {
        case compare::bits:
          equal = std::memcmp(&a, &b, sizeof(T)) == 0;
          break;
        case compare::exact:
          equal = exactly(a, b);
          break;
        case compare::ulps: {
          double const ulps = ulps_between(a, b);
          worst = std::max(worst, ulps);
          equal = ulps <= c.tolerance;
          more = fmt::format(": {:.3g} ulp", ulps);
          break;
        }
        case compare::bound:
          equal = within(a, b, c.bounds.at(i));
          more = fmt::format(": bound {:.3g}", c.bounds.at(i));
          break;
      }
      if (!equal)
        return fmt::format("element {} of {} is {}, NumPy has {}{}\n  got    {}\n  wanted {}", i, n, shown(a),
                           shown(b), more, described(got), described(wanted));
    }
    return "";
  });
}

}  // namespace judge
