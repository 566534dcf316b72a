// Included on purpose without a guard: each header of elementwise functions includes this, defines its
// functions and includes undefine_macros.hpp at its end.
//
// PANTILE_UNARY(name, result): the functor and the function `name`; `result` is an expression of x, of type T.
// PANTILE_BINARY(name, result): of a and b, of types A and B; R is the promoted type.
// PANTILE_UNARY_FUNCTION(name), PANTILE_BINARY_FUNCTION(name): the function of a functor that is there.
// PANTILE_UNARY_OPERATOR(symbol, name), PANTILE_OPERATOR(symbol, name): the operator of one or two operands.
// PANTILE_ASSIGNING_OPERATOR(symbol, name): that operator of two operands, and `a symbol= b`. The target keeps
// its shape, its tiling and its element type; b is broadcast to it. As NumPy: shape_error where b does not
// broadcast to the target's shape; a result of a higher kind than the target's elements (int += double) does
// not compile. Right where b reads the target; one fused loop, one update of the array.
#include <pantile/expr/assignable_view.hpp>
#include <pantile/expr/nodes.hpp>

#define PANTILE_APPLY_ONE(function, name)      \
  template <array_operand E>                   \
  auto function(E const& e) {                  \
    return pantile::apply(functor::name{}, e); \
  }
#define PANTILE_APPLY_TWO(function, name)                                                    \
  template <operand E1, operand E2>                                                          \
  requires(array_operand<E1> || array_operand<E2>) auto function(E1 const& a, E2 const& b) { \
    return pantile::apply(functor::name{}, a, b);                                            \
  }

#define PANTILE_UNARY_FUNCTION(name) PANTILE_APPLY_ONE(name, name)
#define PANTILE_BINARY_FUNCTION(name) PANTILE_APPLY_TWO(name, name)
#define PANTILE_UNARY_OPERATOR(symbol, name) PANTILE_APPLY_ONE(operator symbol, name)
#define PANTILE_OPERATOR(symbol, name) PANTILE_APPLY_TWO(operator symbol, name)

#define PANTILE_UNARY(name, result) \
  namespace functor {               \
  struct name {                     \
    template <class T>              \
    auto operator()(T x) const {    \
      return result;                \
    }                               \
  };                                \
  }                                 \
  PANTILE_UNARY_FUNCTION(name)

#define PANTILE_BINARY(name, result)              \
  namespace functor {                             \
  struct name {                                   \
    template <class A, class B>                   \
    auto operator()(A a, B b) const {             \
      using R [[maybe_unused]] = promote_t<A, B>; \
      return result;                              \
    }                                             \
  };                                              \
  }                                               \
  PANTILE_BINARY_FUNCTION(name)

#define PANTILE_ASSIGNING_OPERATOR(symbol, name)     \
  PANTILE_OPERATOR(symbol, name)                     \
  template <assignment_target A, operand E>          \
  auto& operator symbol##=(A&& target, E const& e) { \
    detail::update(functor::name{}, target, e);      \
    return target;                                   \
  }
