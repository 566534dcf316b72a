#pragma once

/// For the small functions of fused loops: inlined where nothing is optimised, where each would be compiled for
/// every expression and called for every element. Optimisers know better than that what to inline.
#if defined(__GNUC__) && !defined(__OPTIMIZE__)
#define PANTILE_INLINE [[gnu::always_inline]]
#else
#define PANTILE_INLINE
#endif
