// Included on purpose without a guard: the end of what function_macros.hpp begins.
#undef PANTILE_APPLY_ONE
#undef PANTILE_APPLY_TWO
#undef PANTILE_UNARY_FUNCTION
#undef PANTILE_BINARY_FUNCTION
#undef PANTILE_UNARY_OPERATOR
#undef PANTILE_OPERATOR
#undef PANTILE_ASSIGNING_OPERATOR
#undef PANTILE_UNARY
#undef PANTILE_BINARY
