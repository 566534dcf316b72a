#pragma once

#include <pantile/base/types.hpp>
#include <pantile/expr/nodes.hpp>

#include <cstdint>
#include <limits>

// Element types as values: what they can hold, and what becomes of them in expressions.
namespace pantile {

/// The kinds of element types, as the array API has them; `integral` is both kinds of integers, `numeric`
/// everything but bool.
enum class dtype_kind : std::uint8_t {
  boolean,
  signed_integer,
  unsigned_integer,
  integral,
  real_floating,
  complex_floating,
  numeric
};
/// True where an element type is of this kind.
bool isdtype(dtype type, dtype_kind kind) noexcept;

/// The element type of the result where operands of these types meet: the table in expr/promote.hpp.
dtype result_type(dtype a, dtype b) noexcept;
/// The element type of the result where these operands meet; C++ numbers among them take that of the arrays
/// where it holds their kind.
template <operand... Es>
requires(array_operand<Es> || ...) dtype result_type(Es const&... es) {
  using T = detail::arrays_type_t<Es...>;
  return dtype_of<promote_all_t<typename decltype(detail::operand_node<T>(es))::value_type...>>;
}

/// True where promotion leads from one type to the other, so that it holds what the one holds (integers beyond
/// 2^53 are rounded in double, as in NumPy). Assignments and `cast` convert other types as well.
bool can_cast(dtype from, dtype to) noexcept;
/// The same for the elements of an operand.
template <array_operand E>
bool can_cast(E const&, dtype to) {
  return can_cast(dtype_of<value_of<E>>, to);
}

/// The limits of a floating type; of a complex one those of its parts.
template <class R>
struct finfo_result {
  int bits;           ///< of a number
  R eps;              ///< the distance from 1 to the next larger number
  R max;              ///< the largest finite number
  R min;              ///< the least finite number, -max
  R smallest_normal;  ///< the least positive number of full precision
};
/// What the floating type T can hold.
template <element T>
requires(!std::is_integral_v<T>) constexpr finfo_result<real_t<T>> finfo() {
  using limits = std::numeric_limits<real_t<T>>;
  return {8 * static_cast<int>(sizeof(real_t<T>)), limits::epsilon(), limits::max(), limits::lowest(),
          limits::min()};
}

/// The limits of an integer type.
template <class T>
struct iinfo_result {
  int bits;  ///< of a number
  T max;     ///< the largest number
  T min;     ///< the least one
};
/// What the integer type T can hold.
template <integer_element T>
requires(!std::is_same_v<T, bool>) constexpr iinfo_result<T> iinfo() {
  using limits = std::numeric_limits<T>;
  return {8 * static_cast<int>(sizeof(T)), limits::max(), limits::min()};
}

}  // namespace pantile
