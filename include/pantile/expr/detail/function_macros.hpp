// Included on purpose without a guard: each header of elementwise functions includes this, defines its
// functions and undefines both macros at its end.
//
// PANTILE_UNARY(name, result): the functor and the function `name`; `result` is an expression of x, of type T.
// PANTILE_BINARY(name, result): of a and b, of types A and B; R is the promoted type.
#include <pantile/expr/nodes.hpp>

#define PANTILE_UNARY(name, result)            \
  namespace functor {                          \
  struct name {                                \
    template <class T>                         \
    auto operator()(T x) const {               \
      return result;                           \
    }                                          \
  };                                           \
  }                                            \
  template <array_operand E>                   \
  auto name(E const& e) {                      \
    return pantile::apply(functor::name{}, e); \
  }

#define PANTILE_BINARY(name, result)                                                     \
  namespace functor {                                                                    \
  struct name {                                                                          \
    template <class A, class B>                                                          \
    auto operator()(A a, B b) const {                                                    \
      using R [[maybe_unused]] = promote_t<A, B>;                                        \
      return result;                                                                     \
    }                                                                                    \
  };                                                                                     \
  }                                                                                      \
  template <operand E1, operand E2>                                                      \
  requires(array_operand<E1> || array_operand<E2>) auto name(E1 const& a, E2 const& b) { \
    return pantile::apply(functor::name{}, a, b);                                        \
  }

// PANTILE_OPERATOR(symbol, functor): the operator of two operands.
#define PANTILE_OPERATOR(symbol, name)                                                              \
  template <operand E1, operand E2>                                                                 \
  requires(array_operand<E1> || array_operand<E2>) auto operator symbol(E1 const& a, E2 const& b) { \
    return pantile::apply(functor::name{}, a, b);                                                   \
  }
