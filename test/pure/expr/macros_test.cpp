// The macros that declare functions stay with the headers that use them.
#include <pantile/pantile.hpp>

#include <catch2/catch.hpp>

#if defined(PANTILE_APPLY_ONE) || defined(PANTILE_APPLY_TWO) || defined(PANTILE_UNARY_FUNCTION) ||      \
    defined(PANTILE_BINARY_FUNCTION) || defined(PANTILE_UNARY_OPERATOR) || defined(PANTILE_OPERATOR) || \
    defined(PANTILE_ASSIGNING_OPERATOR) || defined(PANTILE_UNARY) || defined(PANTILE_BINARY)
#error "a header of expr/ does not end with expr/detail/undefine_macros.hpp"
#endif

TEST_CASE("users do not see the macros of the headers") { SUCCEED("it compiles"); }
