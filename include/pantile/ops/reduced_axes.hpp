#pragma once

#include <pantile/base/box.hpp>
#include <pantile/expr/views.hpp>

#include <array>
#include <concepts>
#include <source_location>
#include <utility>

// Which axes a reduction takes away.
namespace pantile {

struct keepdims_t {};
/// The axes that are reduced stay, with extent 1, so that the result broadcasts against the operand.
inline constexpr keepdims_t keepdims{};

namespace detail {

/// K of N axes that a reduction takes away, or with Keep leaves at extent 1.
template <int N, int K, bool Keep>
struct reduced_axes {
  static constexpr int dimensions = Keep ? N : N - K;
  static constexpr bool gives_scalar = K == N && !Keep;
  std::array<bool, static_cast<std::size_t>(N)> reduced{};

  /// The first reduced axis.
  int first() const {
    for (int d = 0; d < N; ++d)
      if (reduced[static_cast<std::size_t>(d)]) return d;
    return 0;
  }
  /// How many elements of an array are reduced to one.
  index_t count(shape_t<N> const& shape) const {
    index_t n = 1;
    for (std::size_t d = 0; d < N; ++d)
      if (reduced[d]) n *= shape[d];
    return n;
  }
  /// The part of the result that the elements of `region` are reduced to.
  box part_of(box const& region) const {
    box part;
    for (std::size_t d = 0; d < N; ++d) {
      if (reduced[d] && !Keep) continue;
      auto const out = static_cast<std::size_t>(part.dimensions++);
      part.lo[out] = reduced[d] ? 0 : region.lo[d];
      part.hi[out] = reduced[d] ? 1 : region.hi[d];
    }
    return part;
  }
  shape_t<dimensions> shape_of(shape_t<N> const& full) const {
    shape_t<dimensions> shape{};
    std::size_t out = 0;
    for (std::size_t d = 0; d < N; ++d) {
      if (!reduced[d])
        shape[out++] = full[d];
      else if constexpr (Keep)
        shape[out++] = 1;
    }
    return shape;
  }
};

template <class H>
inline constexpr int axes_in = is_index<H> ? 1 : 0;
template <int K>
inline constexpr int axes_in<axes<K>> = K;

template <int N>
constexpr auto all_axes() {
  reduced_axes<N, N, false> r;
  r.reduced.fill(true);
  return r;
}

}  // namespace detail

/// Which axes a reduction goes over: an int, or `axes{...}`.
template <class H>
concept axis_choice = detail::axes_in<H> >
0;

namespace detail {

template <int N, bool Keep, axis_choice H>
auto chosen_axes(H const& how, std::source_location where) {
  constexpr int K = axes_in<H>;
  static_assert(K <= N, "more axes than the operand has dimensions");
  reduced_axes<N, K, Keep> r;
  if constexpr (is_index<H>) {
    int const axis = std::in_range<int>(how) ? static_cast<int>(how) : N;
    mark_axes(&axis, 1, r.reduced.data(), N, where);
  } else {
    mark_axes(how.which.data(), K, r.reduced.data(), N, where);
  }
  return r;
}
template <int N, bool Keep>
auto chosen_axes(keepdims_t, std::source_location) {
  reduced_axes<N, N, true> r;
  r.reduced.fill(true);
  return r;
}

}  // namespace detail
}  // namespace pantile
