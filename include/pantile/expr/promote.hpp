#pragma once

#include <pantile/base/types.hpp>

#include <type_traits>

// Element types of results, as NumPy has them.
//
// | operands                        | result                                      |
// |---------------------------------|---------------------------------------------|
// | equal types                     | that type                                   |
// | bool and T                      | T                                           |
// | two integer types               | the wider one                               |
// | uint8 and float                 | float                                       |
// | int32 or int64 and float        | double                                      |
// | any integer or float and double | double                                      |
// | complex<A> and B                | complex<result of A and B>                  |
// | array of T and a C++ number     | T where the number is of T's kind or a lower |
// |                                 | one (bool < integer < floating < complex);  |
// |                                 | otherwise as above with int64, double or    |
// |                                 | complex<double>; float arrays stay single   |
namespace pantile {

namespace detail {

template <class T>
inline constexpr int kind_of = is_complex<T>                 ? 3
                               : std::is_floating_point_v<T> ? 2
                               : std::is_same_v<T, bool>     ? 0
                                                             : 1;

template <class A, class B>
struct promote {
  static constexpr auto choose() {
    if constexpr (std::is_same_v<A, B>)
      return std::type_identity<A>{};
    else if constexpr (is_complex<A> || is_complex<B>) {
      return std::type_identity<std::complex<typename promote<real_t<A>, real_t<B>>::type>>{};
    } else if constexpr (kind_of<A> == 0)
      return std::type_identity<B>{};
    else if constexpr (kind_of<B> == 0)
      return std::type_identity<A>{};
    else if constexpr (kind_of<A> == kind_of<B>)
      return std::type_identity<std::conditional_t<(sizeof(A) > sizeof(B)), A, B>>{};
    else if constexpr (sizeof(A) == 1 || sizeof(B) == 1)
      return std::type_identity<std::conditional_t<kind_of<A> == 2, A, B>>{};
    else
      return std::type_identity<double>{};
  }
  using type = typename decltype(choose())::type;
};

}  // namespace detail

/// The element type of the result where A and B meet.
template <class A, class B>
using promote_t = typename detail::promote<A, B>::type;

namespace detail {

template <class... Ts>
struct promote_all;
template <class T>
struct promote_all<T> {
  using type = T;
};
template <class A, class B, class... Rest>
struct promote_all<A, B, Rest...> {
  using type = typename promote_all<promote_t<A, B>, Rest...>::type;
};

/// The element type that the C++ number S takes beside arrays whose promoted type is T.
template <class S, class T>
struct weak {
  static constexpr auto choose() {
    constexpr bool single = std::is_same_v<real_t<T>, float>;
    if constexpr (kind_of<S> <= kind_of<T>)
      return std::type_identity<T>{};
    else if constexpr (kind_of<S> == 3)
      return std::type_identity<std::complex<std::conditional_t<single, float, double>>>{};
    else if constexpr (kind_of<S> == 2)
      return std::type_identity<double>{};
    else
      return std::type_identity<index_t>{};
  }
  using type = typename decltype(choose())::type;
};

}  // namespace detail

/// That of several types; and the type that a C++ number of type S takes beside arrays of T.
template <class... Ts>
using promote_all_t = typename detail::promote_all<Ts...>::type;
template <class S, class T>
using weak_t = typename detail::weak<S, T>::type;

/// The type in which functions of real arguments such as exp compute: integers become double.
template <class T>
using floating_t = std::conditional_t<std::is_integral_v<T>, double, T>;

}  // namespace pantile
