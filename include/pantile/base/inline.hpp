#pragma once

/// For the small functions of fused loops: inlined without optimisation, too, where each would otherwise be
/// compiled for every expression and called for every element.
#if defined(__GNUC__)
#define PANTILE_INLINE [[gnu::always_inline]]
#else
#define PANTILE_INLINE
#endif
