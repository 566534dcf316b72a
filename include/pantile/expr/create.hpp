#pragma once

#include <pantile/expr/functions.hpp>
#include <pantile/expr/views.hpp>
#include <pantile/trace/recorder.hpp>

#include <array>
#include <source_location>
#include <tuple>

// Arrays that are formulas of their indices: symbols that store nothing and mix into any expression. They have
// no ranks of their own: `distribute(comm, arange<double>(n), tiling::row())` makes an array of one,
// `local_array<double, 1> x = arange<double>(n)` a local array. (`identity`: expr/structured.hpp.)
namespace pantile {

namespace functor {

/// start + i * step.
template <class T, class A>
struct arithmetic_sequence {
  A start, step;
  T operator()(shape_t<1> const& index) const {
    if constexpr (std::is_integral_v<A>)  // wrapping: what lies outside of T was refused
      return kernel::convert<T>(static_cast<A>(wrapping(start) + wrapping(index[0]) * wrapping(step)));
    else
      return kernel::convert<T>(start + static_cast<A>(index[0]) * step);
  }
};
/// start + i * step, and exactly `stop` at `last`.
template <class T, class A>
struct even_spacing {
  A start, stop, step;
  index_t last;
  T operator()(shape_t<1> const& index) const {
    A const i(static_cast<real_t<A>>(index[0]));
    return static_cast<T>(index[0] == last ? stop : start + i * step);
  }
};
template <class T>
struct diagonal_ones {
  index_t k;
  T operator()(shape_t<2> const& index) const { return index[1] - index[0] == k ? T(1) : T(0); }
};
template <class T>
struct lower_ones {
  index_t k;
  T operator()(shape_t<2> const& index) const { return index[1] - index[0] <= k ? T(1) : T(0); }
};
template <class T, int N>
struct index_along {
  std::size_t axis;
  T operator()(shape_t<N> const& index) const { return kernel::convert<T>(index[axis]); }
};
template <class T, int N>
struct constant_element {
  T value;
  T constant() const { return value; }
  T operator()(shape_t<N> const&) const { return value; }
};

template <class T, int N>
struct zero_element {
  T constant() const { return T(0); }
  T operator()(shape_t<N> const&) const { return T(0); }
};

}  // namespace functor

namespace detail {

/// How many numbers start, start + step, ... lie before stop. Throws domain_error for a step of 0 and for
/// numbers that are not finite; `last` receives the last one.
index_t arange_count(index_t start, index_t stop, index_t step, index_t* last, std::source_location where);
index_t arange_count(double start, double stop, double step, std::source_location where);
/// Throws domain_error unless the numbers from `first` to `last` are all within low..high.
void check_arange_fits(index_t first, index_t last, index_t low, index_t high, dtype type,
                       std::source_location where);
/// Throws shape_error for a negative extent.
void check_extent(char const* operation, index_t n, std::source_location where);

template <class N>
concept real_number = std::is_arithmetic_v<N> && !std::is_same_v<N, bool>;

}  // namespace detail

/// start, start + step, ... before stop, as numpy.arange. Integer arguments are exact; with floating ones T is
/// floating (or complex), and rounding decides whether a number next to `stop` is still among them: linspace
/// says how many. Throws domain_error for a step of 0 and numbers that T cannot hold.
template <element T, detail::real_number A, detail::real_number B, detail::real_number C = int>
requires(!std::is_same_v<T, bool> &&
         (!std::is_integral_v<T> ||
          (std::integral<A> && std::integral<B> &&
           std::integral<C>))) auto arange(A start, B stop, C step = C(1),
                                           std::source_location where = std::source_location::current()) {
  if constexpr (std::integral<A> && std::integral<B> && std::integral<C>) {
    auto const from = static_cast<index_t>(start), by = static_cast<index_t>(step);
    index_t last = from;
    index_t const n = detail::arange_count(from, static_cast<index_t>(stop), by, &last, where);
    if constexpr (std::is_integral_v<T>)
      if (n > 0)
        detail::check_arange_fits(from, last, std::numeric_limits<T>::min(), std::numeric_limits<T>::max(),
                                  dtype_of<T>, where);
    return generator_node<functor::arithmetic_sequence<T, index_t>, 1>({from, by}, {n});
  } else {
    auto const from = static_cast<double>(start), by = static_cast<double>(step);
    index_t const n = detail::arange_count(from, static_cast<double>(stop), by, where);
    return generator_node<functor::arithmetic_sequence<T, double>, 1>({from, by}, {n});
  }
}
/// 0, 1, ... before stop.
template <element T, detail::real_number B>
auto arange(B stop, std::source_location where = std::source_location::current()) {
  return arange<T>(B(0), stop, 1, where);
}

/// n evenly spaced numbers from start to stop, as numpy.linspace: `stop` is the last one, or, without
/// `endpoint`, the one that would follow. Computed in double precision. Throws shape_error for a negative n.
template <element T>
requires(!std::is_integral_v<T>) auto linspace(std::type_identity_t<T> start, std::type_identity_t<T> stop,
                                               index_t n, bool endpoint = true,
                                               std::source_location where = std::source_location::current()) {
  detail::check_extent("linspace", n, where);
  using A = std::conditional_t<is_complex<T>, std::complex<double>, double>;
  index_t const steps = endpoint ? n - 1 : n;
  A const from(start), to(stop), step = steps > 0 ? (to - from) / static_cast<double>(steps) : A(0);
  return generator_node<functor::even_spacing<T, A>, 1>({from, to, step, endpoint && n > 1 ? n - 1 : -1}, {n});
}

/// The matrix with ones where column - row = k, as numpy.eye. Throws shape_error for negative extents.
template <element T>
auto eye(index_t rows, index_t columns, index_t k = 0,
         std::source_location where = std::source_location::current()) {
  detail::check_extent("eye", rows, where);
  detail::check_extent("eye", columns, where);
  return generator_node<functor::diagonal_ones<T>, 2>({k}, {rows, columns});
}
template <element T>
auto eye(index_t n, std::source_location where = std::source_location::current()) {
  return eye<T>(n, n, 0, where);
}
/// The matrix with ones where column - row <= k, as numpy.tri.
template <element T>
auto tri(index_t rows, index_t columns, index_t k = 0,
         std::source_location where = std::source_location::current()) {
  detail::check_extent("tri", rows, where);
  detail::check_extent("tri", columns, where);
  return generator_node<functor::lower_ones<T>, 2>({k}, {rows, columns});
}

namespace detail {
template <array_operand E>
auto lower_mask(E const& e, index_t k) {
  constexpr std::size_t N = dimensions_of<E>;
  shape_t<dimensions_of<E>> const shape = as_node(e).shape();
  return tri<bool>(shape[N - 2], shape[N - 1], k);
}
}  // namespace detail

/// The lower triangle of a matrix (of the last two dimensions): elements with column - row > k become 0. An
/// elementwise function: nothing is stored, nothing communicated.
template <array_operand E>
requires(dimensions_of<E> >= 2) auto tril(E const& e, index_t k = 0) {
  return where(detail::lower_mask(e, k), e, value_of<E>(0));
}
/// The upper triangle: elements with column - row < k become 0.
template <array_operand E>
requires(dimensions_of<E> >= 2) auto triu(E const& e, index_t k = 0) {
  return where(detail::lower_mask(e, k - 1), value_of<E>(0), e);
}

/// For every dimension the array of the index along it: `auto [i, j] = indices({3, 4})`.
template <element T = index_t, std::size_t N>
auto indices(std::array<index_t, N> const& shape) {
  using grid = generator_node<functor::index_along<T, static_cast<int>(N)>, static_cast<int>(N)>;
  return [&]<std::size_t... D>(std::index_sequence<D...>) { return std::array<grid, N>{grid({D}, shape)...}; }
  (std::make_index_sequence<N>{});
}
template <element T = index_t, std::size_t N>
auto indices(index_t const (&shape)[N]) {
  return indices<T>(std::to_array(shape));
}

/// How meshgrid orders the dimensions: `xy` exchanges the first two, as NumPy does unless told otherwise.
enum class indexing { xy, ij };

namespace detail {

/// A vector along dimension d of a shape, the same along all others.
template <int N, array_operand V>
auto along_dimension(V const& v, shape_t<N> const& shape, int d) {
  auto const& n = as_node(v);
  view_map view = view_of(n);
  for (int k = 0; k < d; ++k) view = view.inserted(0, 1);
  for (int k = d + 1; k < N; ++k) view = view.inserted(k, 1);
  return seen_as<N>(n, broadcast_view(view, extents(shape), std::source_location::current()));
}

template <array_operand... Vs>
auto grid_of(indexing order, Vs const&... vs) {
  constexpr int N = sizeof...(Vs);
  auto const place = [&](int d) { return order == indexing::xy && N > 1 && d < 2 ? 1 - d : d; };
  shape_t<N> shape{};
  int next = 0;
  ((shape[static_cast<std::size_t>(place(next++))] = as_node(vs).shape()[0]), ...);
  return [&]<int... D>(std::integer_sequence<int, D...>) {
    return std::tuple(along_dimension<N>(vs, shape, place(D))...);
  }
  (std::make_integer_sequence<int, N>{});
}

template <class V>
concept vector_operand = array_operand<V> && dimensions_of<V>
== 1;

}  // namespace detail

/// The grid that one to four vectors span, as numpy.meshgrid: a tuple of arrays that are the vectors,
/// broadcast; nothing is copied. `auto [X, Y] = meshgrid(x, y)`: both of shape (|y|, |x|), X(i, j) = x(j), Y(i,
/// j) = y(i); `ij`: shape (|x|, |y|), X(i, j) = x(i). Further vectors are further dimensions in both.
template <detail::vector_operand X>
auto meshgrid(X const& x, indexing order = indexing::xy) {
  return detail::grid_of(order, x);
}
template <detail::vector_operand X, detail::vector_operand Y>
auto meshgrid(X const& x, Y const& y, indexing order = indexing::xy) {
  return detail::grid_of(order, x, y);
}
template <detail::vector_operand X, detail::vector_operand Y, detail::vector_operand Z>
auto meshgrid(X const& x, Y const& y, Z const& z, indexing order = indexing::xy) {
  return detail::grid_of(order, x, y, z);
}
template <detail::vector_operand X, detail::vector_operand Y, detail::vector_operand Z,
          detail::vector_operand W>
auto meshgrid(X const& x, Y const& y, Z const& z, W const& w, indexing order = indexing::xy) {
  return detail::grid_of(order, x, y, z, w);
}

/// An array with the shape and tiling of `a`, its elements not set; of another element type:
/// `empty_like<int>(a)`. No communication, but all ranks call it.
template <element U, element T, int N>
array<U, N> empty_like(array<T, N> const& a) {
  return array<U, N>(a.comm(), a.shape(), detail::agreed_tiling{a.tiling()});
}
template <element U, element T, int N>
local_array<U, N> empty_like(local_array<T, N> const& a) {
  return local_array<U, N>(a.shape());
}
/// With one value everywhere (the halo too), 0 or 1.
template <element U, class A>
requires detail::is_array<A>
auto full_like(A const& a, std::type_identity_t<U> value) {
  auto result = empty_like<U>(a);
  if (trace::rehearsing()) return result;
  if constexpr (requires { a.comm(); })
    std::fill_n(result.data(), result.stored_box().count(), value);
  else
    std::fill_n(result.data(), result.count(), value);
  return result;
}
template <element U, class A>
requires detail::is_array<A>
auto zeros_like(A const& a) { return full_like<U>(a, U(0)); }
template <element U, class A>
requires detail::is_array<A>
auto ones_like(A const& a) { return full_like<U>(a, U(1)); }

/// Of the same element type.
template <class A>
requires detail::is_array<A>
auto empty_like(A const& a) { return empty_like<typename A::value_type>(a); }
template <class A>
requires detail::is_array<A>
auto full_like(A const& a, typename A::value_type value) { return full_like<typename A::value_type>(a, value); }
template <class A>
requires detail::is_array<A>
auto zeros_like(A const& a) { return zeros_like<typename A::value_type>(a); }
template <class A>
requires detail::is_array<A>
auto ones_like(A const& a) { return ones_like<typename A::value_type>(a); }

/// One value everywhere, as a symbol: `full<double>({3, 4}, 2.5)`. (With a communicator: array/array.hpp.)
template <element T, std::size_t N>
auto full(index_t const (&shape)[N], std::type_identity_t<T> value) {
  return generator_node<functor::constant_element<T, static_cast<int>(N)>, static_cast<int>(N)>(
      {value}, std::to_array(shape));
}
template <element T, std::size_t N>
auto zeros(index_t const (&shape)[N]) {
  constexpr int D = static_cast<int>(N);
  return generator_node<functor::zero_element<T, D>, D>({}, std::to_array(shape));
}
template <element T, std::size_t N>
auto ones(index_t const (&shape)[N]) {
  return full<T>(shape, T(1));
}

namespace detail {

/// A + zeros is A, seen in the shape of the sum. Only for arrays: in a fused loop adding nothing costs nothing.
template <class T, class Z>
concept takes_zeros = std::is_same_v<promote_t<T, Z>, T>;
template <class Z, int M>
using zeros_node = generator_node<functor::zero_element<Z, M>, M>;
struct zeros_rule {
  static constexpr char const* name = "A + zeros is A";
  template <class T, int N, class Z, int M>
  static auto apply(leaf<T, N> const& a, zeros_node<Z, M> const& zeros) {
    return broadcast_to(a, broadcast_shape<std::max(N, M)>(a, zeros));
  }
  template <class T, int N, class Z, int M>
  static auto apply(zeros_node<Z, M> const& zeros, leaf<T, N> const& a) {
    return apply(a, zeros);
  }
};

}  // namespace detail

template <class T, int N, class Z, int M>
requires detail::takes_zeros<T, Z>
struct map_rule<functor::add, leaf<T, N>, detail::zeros_node<Z, M>> : detail::zeros_rule {
};
template <class T, int N, class Z, int M>
requires detail::takes_zeros<T, Z>
struct map_rule<functor::add, detail::zeros_node<Z, M>, leaf<T, N>> : detail::zeros_rule {
};
template <class T, int N, class Z, int M>
requires(detail::takes_zeros<T, Z> && !std::is_same_v<T, bool>)  // bool has no difference
    struct map_rule<functor::subtract, leaf<T, N>, detail::zeros_node<Z, M>> : detail::zeros_rule {
};

}  // namespace pantile
