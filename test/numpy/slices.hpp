#pragma once

#include "judge.hpp"

namespace judge {

/// call(index or range, ...) with the selectors of a case as C++ types; at least one must be a range.
template <int N, class Call, class... Is>
value with_selectors(arguments const& a, Call const& call, Is... is) {
  if constexpr (sizeof...(Is) == N) {
    if constexpr (pantile::detail::ranges_among < Is... >> 0)
      return call(is...);
    else
      throw not_instantiated{};
  } else {
    selector const& s = a.selectors.at(sizeof...(Is));
    if (s.is_index) return with_selectors<N>(a, call, is..., *s.r.start);
    return with_selectors<N>(a, call, is..., s.r);
  }
}

}  // namespace judge
