#pragma once

#include "judge.hpp"

namespace judge {

template <element T, int N>
array<T, N> array_of(operand_data const& o) {
  leaf<T, N> const l = leaf_of<T, N>(o);
  array<T, N> a(*l.comm, l.extent, pantile::detail::agreed_tiling{o.tiled});
  std::copy_n(l.data(), o.stored.count(), a.data());
  return a;
}

/// The target of an assignment, on its way: the first operand's elements in a new array.
template <class Types, class Dims, class F>
operation assigning(F f) {
  return [f](arguments const& a) {
    return with_leaf(a.operands.at(0), Types{}, Dims{}, [&](auto const& x) {
      using T = typename std::remove_cvref_t<decltype(x)>::value_type;
      constexpr int N = dimensions_of<decltype(x)>;
      auto const checked = [&](auto target) {
        try {
          f(target, a);
        } catch (error const&) {
          value const now = result_of(target);
          if (now.bytes != a.operands[0].whole.bytes) throw broken{"a failed assignment changed its target"};
          throw;
        }
        if constexpr (requires { target.comm(); }) {  // what is stored, halo included, is what is gathered
          value const now = result_of(target);
          auto const& stored = target.stored_box();
          leaf<T, N> const whole(local_array<T, N>{leaf<T, N>(target)});
          auto from = row_major_strides(target.shape());
          auto to = row_major_strides(pantile::detail::extents_of<N>(stored));
          index_t const n = stored.count();
          for (index_t i = 0; i < n; ++i) {
            index_t rest = i, at = 0;
            for (std::size_t d = 0; d < N; ++d) {
              at += (rest / to[d] + stored.lo[d]) * from[d];
              rest %= to[d];
            }
            if (std::memcmp(target.data() + i, whole.data() + at, sizeof(T)) != 0)
              throw broken{"a tile or its halo does not hold what the others hold"};
          }
          return now;
        } else {
          return result_of(target);
        }
      };
      if (a.operands[0].where == place::local) return checked(local_array<T, N>(x));
      return checked(array_of<T, N>(a.operands[0]));
    });
  };
}

}  // namespace judge
