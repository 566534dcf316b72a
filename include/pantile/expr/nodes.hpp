#pragma once

#include <pantile/array/array.hpp>
#include <pantile/array/local_array.hpp>
#include <pantile/base/checked.hpp>
#include <pantile/base/error.hpp>
#include <pantile/base/pack.hpp>
#include <pantile/expr/fwd.hpp>
#include <pantile/expr/promote.hpp>
#include <pantile/expr/rewrite.hpp>
#include <pantile/expr/site.hpp>
#include <pantile/kernel/convert.hpp>
#include <pantile/tiling/view_map.hpp>

#include <algorithm>
#include <array>
#include <limits>
#include <memory>
#include <optional>
#include <source_location>
#include <tuple>
#include <utility>
#include <vector>

namespace pantile {

namespace detail {
struct fetched;
}

/// An array, or a view of one, as an operand: it shares the storage, so the node stays valid whatever becomes
/// of the array object. Transposing and slicing only change the view.
template <element T, int N>
struct leaf : node_members<leaf<T, N>> {
  using value_type = T;
  static constexpr int dimensions = N;

  shape_t<N> extent{};
  view_map view;
  std::shared_ptr<std::byte> memory;
  std::optional<communicator> comm;  // none: a local array
  tiling stored_tiling;              // of the whole storage, in its own dimension order
  box stored_box;                    // likewise

  leaf() = default;
  // Not inlined: nodes copy their operands at every operator, and compilers would spend their time here.
  [[gnu::noinline]] leaf(leaf const&);
  [[gnu::noinline]] leaf(leaf&&) noexcept;
  [[gnu::noinline]] ~leaf();
  // Not of a temporary: what looks like an assignment to the elements would be none.
  leaf& operator=(leaf const&) & = default;
  leaf& operator=(leaf&&) & noexcept = default;
  [[gnu::noinline]] explicit leaf(array<T, N> const& a)
      : extent(a.shape()),
        view(extents(a.shape())),
        memory(a.memory()),
        comm(a.comm()),
        stored_tiling(a.tiling()),
        stored_box(a.stored_box()) {}
  explicit leaf(local_array<T, N> const& a)
      : extent(a.shape()), view(extents(a.shape())), memory(a.memory()), stored_box(extents(a.shape())) {}
  /// Another view of the storage of `other`.
  template <int M>
  leaf(leaf<T, M> const& other, view_map const& seen)
      : view(seen),
        memory(other.memory),
        comm(other.comm),
        stored_tiling(other.stored_tiling),
        stored_box(other.stored_box) {
    for (int d = 0; d < N; ++d) extent[static_cast<std::size_t>(d)] = seen.shape[d];
  }

  shape_t<N> const& shape() const noexcept { return extent; }
  T const* data() const noexcept { return reinterpret_cast<T const*>(memory.get()); }
  /// True where this is an array, not a view of one.
  bool is_whole() const noexcept { return view.is_whole(); }
  /// The tiling of the view.
  tiling seen_tiling() const { return view.seen_tiling(stored_tiling); }
  leaf const& resolve() const {
    if (view.taken_back) trace::note("rewritten", [] { return "transpose(transpose(A)) is A"; });
    if (trace::looking()) trace::check_known(memory.get());
    return *this;
  }
  void survey(operand_survey& s) const {
    if (comm) s.consider(*comm, seen_tiling(), extents(extent).count() * index_t{sizeof(T)});
    if (s.values) s.compare_view(view, dtype_of<T>, comm ? nullptr : memory.get(), stored_box);
  }
  // In ops/bind.hpp:
  /// The elements that this rank's part of the site reads (collective).
  template <int M>
  detail::fetched elements_for(evaluation_site<M> const& site) const;
  template <int M>
  auto bind(evaluation_site<M> const& site) const;
};

template <element T, int N>
leaf<T, N>::leaf(leaf const&) = default;
template <element T, int N>
leaf<T, N>::leaf(leaf&&) noexcept = default;
template <element T, int N>
leaf<T, N>::~leaf() = default;

/// A C++ number.
template <element T>
struct scalar_node : node_base {
  using value_type = T;
  static constexpr int dimensions = 0;
  T value;
  explicit scalar_node(T v) : value(v) {}
  shape_t<0> shape() const { return {}; }
  scalar_node const& resolve() const { return *this; }
  void survey(operand_survey& s) const {
    if (s.values) s.compare_number(dtype_of<T>, reinterpret_cast<std::byte const*>(&value));
  }
  template <int M>
  auto bind(evaluation_site<M> const& site) const;
};

namespace detail {
/// A hash of a function object's members, where they are plain values and the compiler can leave out the gaps
/// between them. (GCC 12 does not call every closure of plain values trivially copyable.)
template <class F>
std::uint64_t print_of([[maybe_unused]] F f) {
#if __has_builtin(__builtin_clear_padding)
  if constexpr (std::is_trivially_copy_constructible_v<F> && std::is_trivially_destructible_v<F>) {
    __builtin_clear_padding(&f);
    return hash_bytes(&f, sizeof f);
  }
#endif
  return 0;
}
}  // namespace detail

/// Elements computed from their global index: f(index) with an std::array of N numbers.
template <class F, int N>
struct generator_node : node_members<generator_node<F, N>> {
  using value_type = decltype(std::declval<F>()(shape_t<N>{}));
  static constexpr int dimensions = N;
  F f;
  shape_t<N> extent;
  generator_node(F function, shape_t<N> const& s) : f(function), extent(s) {}
  shape_t<N> const& shape() const { return extent; }
  generator_node const& resolve() const { return *this; }
  void survey(operand_survey& s) const {
    if (s.values) s.compare_formula(detail::print_of(f), extents(extent));
  }
  template <int M>
  auto bind(evaluation_site<M> const& site) const;
};

namespace detail {

/// NumPy's broadcasting: dimensions are aligned at the end; 1 stretches. Throws shape_error.
void broadcast_into(index_t* shape, int dimensions, index_t const* other, int other_dimensions);

template <int N, class... Es>
shape_t<N> broadcast_shape(Es const&... es) {
  shape_t<N> shape;
  shape.fill(1);
  (broadcast_into(shape.data(), N, es.shape().data(), Es::dimensions), ...);
  return shape;
}

}  // namespace detail

template <class F, class... Es>
struct map_node;

namespace detail {
/// What a loop that reads each element once can compute inside (ops/row_product.hpp).
template <class E>
concept resolves_in_loop = requires(E const& e) {
  e.resolve_in_loop();
};
/// An expression resolved for one such loop.
template <node E>
PANTILE_INLINE inline decltype(auto) resolved_in_loop(E const& e) {
  if constexpr (resolves_in_loop<E>)
    return e.resolve_in_loop();
  else
    return e.resolve();
}

/// What an elementwise function does with each of its operands.
template <class Indices, class F, class... Es>
struct map_of;
template <std::size_t... I, class F, class... Es>
struct map_of<std::index_sequence<I...>, F, Es...> {
  F f;
  pack<Es...> operands;

  // Braces where a node is made: operands are resolved in the same order on every rank.

  /// The same function of what `visit` makes of the operands, from left to right.
  template <class Visit>
  auto visited(Visit const& visit) const {
    return map_node<F, std::remove_cvref_t<decltype(visit(get<I>(operands)))>...>{f,
                                                                                  visit(get<I>(operands))...};
  }
  /// The same function of operands that are arrays: products and reductions below are carried out. Itself where
  /// there are none.
  decltype(auto) resolve() const {
    using Self = map_node<F, Es...>;
    if constexpr ((std::is_same_v<decltype(get<I>(operands).resolve()), Es const&> && ...)) {
      (static_cast<void>(get<I>(operands).resolve()), ...);  // leaves may have something to tell
      return static_cast<Self const&>(*this);
    } else {
      return map_node<F, std::remove_cvref_t<decltype(get<I>(operands).resolve())>...>{
          f, get<I>(operands).resolve()...};
    }
  }
  auto resolve_in_loop() const requires(resolves_in_loop<Es> || ...) {
    return map_node<F, std::remove_cvref_t<decltype(resolved_in_loop(get<I>(operands)))>...>{
        f, resolved_in_loop(get<I>(operands))...};
  }
  PANTILE_INLINE void survey(operand_survey& s) const { (get<I>(operands).survey(s), ...); }
  template <int M>
  auto bind(evaluation_site<M> const& site) const;
};
}  // namespace detail

/// An elementwise function of its operands, with broadcasting.
template <class F, class... Es>
struct map_node : node_members<map_node<F, Es...>>, detail::map_of<std::index_sequence_for<Es...>, F, Es...> {
  static constexpr int dimensions = std::max({Es::dimensions...});
  using value_type =
      std::remove_cvref_t<decltype(std::declval<F const&>()(std::declval<typename Es::value_type>()...))>;

  shape_t<dimensions> extent;

  PANTILE_INLINE map_node(F function, Es const&... es)
      : detail::map_of<std::index_sequence_for<Es...>, F, Es...>{function, {{es}...}},
        extent(detail::broadcast_shape<dimensions>(es...)) {}

  PANTILE_INLINE shape_t<dimensions> const& shape() const noexcept { return extent; }
};

/// An operand as a node: arrays become leaves that share their memory, nodes are themselves.
template <element T, int N>
leaf<T, N> as_node(array<T, N> const& a) {
  return leaf<T, N>(a);
}
template <element T, int N>
leaf<T, N> as_node(local_array<T, N> const& a) {
  return leaf<T, N>(a);
}
template <node E>
E const& as_node(E const& e) {
  return e;
}

/// The node type of an operand; the element type and number of dimensions of what it describes.
template <array_operand E>
using node_of = std::remove_cvref_t<decltype(as_node(std::declval<E const&>()))>;
template <array_operand E>
using value_of = typename node_of<E>::value_type;
template <array_operand E>
inline constexpr int dimensions_of = node_of<E>::dimensions;

namespace detail {

template <class T, class... Es>
struct arrays_type {
  using type = T;
};
template <class T, class E, class... Es>
struct arrays_type<T, E, Es...> : arrays_type<T, Es...> {};
template <class T, array_operand E, class... Es>
struct arrays_type<T, E, Es...> : arrays_type<promote_t<T, value_of<E>>, Es...> {};
template <array_operand E, class... Es>
struct arrays_type<void, E, Es...> : arrays_type<value_of<E>, Es...> {};

/// The promoted element type of those operands that are arrays.
template <class... Es>
using arrays_type_t = typename arrays_type<void, std::remove_cvref_t<Es>...>::type;

/// Throws domain_error for a number that elements of this type cannot hold.
template <element S, class E>
S fitting(E e) {
  if (!std::in_range<S>(e))
    throw domain_error("the number " + std::to_string(e) + " does not fit beside elements of type " +
                           std::string(dtype_name(dtype_of<S>)),
                       std::string());
  return static_cast<S>(e);
}

template <class T, class E>
PANTILE_INLINE inline auto operand_node(E const& e) {
  if constexpr (array_operand<E>)
    return node_of<E>(as_node(e));
  else {
    using S = weak_t<std::remove_cvref_t<E>, T>;
    if constexpr (std::is_integral_v<S> && !std::is_same_v<S, bool>)
      return scalar_node<S>(fitting<S>(+e));
    else
      return scalar_node<S>(kernel::convert<S>(e));
  }
}

template <class F, node... Es>
PANTILE_INLINE inline auto applied(F f, Es const&... es) {
  using rule = map_rule<F, plain_t<Es>...>;
  if constexpr (has_map_rule<F, plain_t<Es>...>)
    return named_after(named<rule>(rule::apply(plain(es)...)), es...);
  else
    return map_node<F, Es...>(f, es...);
}

}  // namespace detail

/// The node of an elementwise function: every function of the language is one call of this. F is a stateless
/// functor (or any callable) of element values; C++ numbers among the operands take the element type of the
/// arrays where that can hold their kind (see expr/promote.hpp); an integer that does not fit there is a
/// domain_error.
template <class F, operand... Es>
requires(array_operand<Es> || ...) auto apply(F f, Es const&... es) {
  using T = detail::arrays_type_t<Es...>;
  return detail::applied(f, detail::operand_node<T>(es)...);
}

namespace detail {
/// A function of the user, which may throw.
template <class F>
struct user_function {
  F f;
  template <class... Ts>
  static constexpr bool may_throw = !std::is_nothrow_invocable_v<F const&, Ts...>;
  template <class... Ts>
  static constexpr bool may_fail = may_throw<Ts...>;
  template <class... Ts>
  requires std::is_invocable_v<F const&, Ts...>
  auto operator()(Ts... values) const noexcept(std::is_nothrow_invocable_v<F const&, Ts...>) {
    return f(values...);
  }
};
}  // namespace detail

/// Any callable of element values, applied to every element: `map([](double x) { return x * x; }, A)`. The
/// callable is copied and called by several threads. An exception of it is thrown on every rank, and the
/// statement leaves the arrays as they were; where it is noexcept, that costs nothing.
template <class F, operand... Es>
requires(array_operand<Es> || ...) auto map(F f, Es const&... es) {
  return pantile::apply(detail::user_function<F>{f}, es...);
}

}  // namespace pantile
