#pragma once

#include <complex>
#include <concepts>
#include <cstdint>
#include <string_view>
#include <type_traits>

namespace pantile {

/// Global and local indices, extents and counts. Signed, 64 bits everywhere: no count is ever narrowed
/// silently.
using index_t = std::int64_t;

/// The largest number of dimensions an array can have.
inline constexpr int max_dimensions = 4;

/// Element types of arrays. The order is the wire order of `dtype` values in fingerprints and files.
enum class dtype : std::uint8_t { boolean, uint8, int32, int64, float32, float64, complex64, complex128 };

namespace detail {
template <class T>
struct dtype_traits;  // not an element type of Pantile
template <>
struct dtype_traits<bool> {
  static constexpr auto value = dtype::boolean;
};
template <>
struct dtype_traits<std::uint8_t> {
  static constexpr auto value = dtype::uint8;
};
template <>
struct dtype_traits<std::int32_t> {
  static constexpr auto value = dtype::int32;
};
template <>
struct dtype_traits<std::int64_t> {
  static constexpr auto value = dtype::int64;
};
template <>
struct dtype_traits<float> {
  static constexpr auto value = dtype::float32;
};
template <>
struct dtype_traits<double> {
  static constexpr auto value = dtype::float64;
};
template <>
struct dtype_traits<std::complex<float>> {
  static constexpr auto value = dtype::complex64;
};
template <>
struct dtype_traits<std::complex<double>> {
  static constexpr auto value = dtype::complex128;
};
}  // namespace detail

/// A type that an array may hold: bool, uint8, int32, int64, float, double and the two complex types.
template <class T>
concept element = requires {
  detail::dtype_traits<T>::value;
};

/// The dtype of an element type.
template <element T>
inline constexpr dtype dtype_of = detail::dtype_traits<T>::value;

/// The NumPy name of an element type ("float64", "bool", ...).
constexpr std::string_view dtype_name(dtype type) {
  constexpr std::string_view names[] = {"bool",    "uint8",   "int32",     "int64",
                                        "float32", "float64", "complex64", "complex128"};
  return names[static_cast<int>(type)];
}

/// The size of an element in bytes.
constexpr int element_bytes(dtype type) {
  constexpr int sizes[] = {1, 1, 4, 8, 4, 8, 8, 16};
  return sizes[static_cast<int>(type)];
}

/// True for the complex types.
template <class T>
inline constexpr bool is_complex = false;
template <class T>
inline constexpr bool is_complex<std::complex<T>> = true;

/// The conjugate of a complex number; a real one itself.
template <class T>
constexpr T conjugate(T x) {
  if constexpr (is_complex<T>)
    return std::conj(x);
  else
    return x;
}

/// Element types by kind; bool is an integer here.
template <class T>
concept complex_element = element<T> && is_complex<T>;
template <class T>
concept floating_element = element<T> && std::floating_point<T>;
template <class T>
concept integer_element = element<T> && std::integral<T>;

/// The real type under a complex one; other types are themselves.
template <class T>
struct real_of {
  using type = T;
};
template <class T>
struct real_of<std::complex<T>> {
  using type = T;
};
/// The same as a type.
template <class T>
using real_t = typename real_of<T>::type;

}  // namespace pantile
