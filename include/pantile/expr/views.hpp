#pragma once

#include <pantile/expr/assignable_view.hpp>
#include <pantile/expr/nodes.hpp>

#include <source_location>
#include <utility>
#include <vector>

// Views: an array seen with other strides. Transposing, slicing, dropping and adding dimensions move nothing
// and copy nothing. Views of an array that is not const, and views of these, can be assigned to:
// `flip(row(A, 2), 0) = e`, `transpose(A) += 1`; see assignable_view. A view of an expression that is no array
// is a view of the array that the expression is carried out into.
namespace pantile {

/// Several axes: `sum(A, axes{0, -1})`, `squeeze(A, axes{0, 2})`, in any order; negative ones count from the
/// end.
template <int K>
struct axes {
  std::array<int, static_cast<std::size_t>(K)> which{};  ///< as they were given
  /// The axes.
  template <std::integral... Is>
  requires(sizeof...(Is) == K) constexpr axes(Is... is) : which{static_cast<int>(is)...} {}
};
template <std::integral... Is>
axes(Is...) -> axes<static_cast<int>(sizeof...(Is))>;

/// A view of an expression; of what `view.stored` says is its shape.
template <node E, int N>
struct view_node : node_members<view_node<E, N>> {
  using value_type = typename E::value_type;
  static constexpr int dimensions = N;

  E operand;
  view_map view;
  shape_t<N> extent{};

  view_node(E const& e, view_map const& seen) : operand(e), view(seen) {
    for (int d = 0; d < N; ++d) extent[static_cast<std::size_t>(d)] = seen.shape[d];
  }
  shape_t<N> const& shape() const { return extent; }
  leaf<value_type, N> resolve() const;  // ops/dot.hpp
};

namespace detail {

template <element T, int N>
view_map const& view_of(leaf<T, N> const& l) {
  return l.view;
}
template <node E, int N>
view_map const& view_of(view_node<E, N> const& v) {
  return v.view;
}
template <node E>
view_map view_of(E const& e) {
  return view_map(extents(e.shape()));
}

/// What `e` is a view of, seen otherwise.
template <int N, element T, int M>
leaf<T, N> seen_as(leaf<T, M> const& l, view_map const& view) {
  return leaf<T, N>(l, view);
}
template <int N, node E, int M>
view_node<E, N> seen_as(view_node<E, M> const& v, view_map const& view) {
  return view_node<E, N>(v.operand, view);
}
template <int N, node E>
view_node<E, N> seen_as(E const& e, view_map const& view) {
  return view_node<E, N>(e, view);
}

/// `e`, an array or a view of it, seen otherwise: a view that can be assigned to where `e` can.
template <int N, class E>
auto seen(E&& e, view_map const& view) {
  using Operand = std::remove_cvref_t<E>;
  if constexpr (is_target_array<E>)
    return assignable_view<Operand, N>(e, view);
  else if constexpr (is_assignable_view<Operand>)
    return assignable_view<std::remove_reference_t<decltype(e.array())>, N>(e.array(), view);
  else
    return seen_as<N>(as_node(e), view);
}

/// Throws index_error unless `order` names every axis once; negative axes count from the end.
void check_permutation(int* order, int dimensions, std::source_location where);
/// A number in 0..dimensions-1; negative axes count from the end. Throws index_error.
int normalised_axis(int axis, int dimensions, std::source_location where);
/// Marks the axes; throws index_error for one that does not exist or is named twice.
void mark_axes(int const* which, int count, bool* marked, int dimensions, std::source_location where);
/// Throws shape_error unless dimension d has the extent 1.
void check_squeezable(extents const& shape, int d, std::source_location where);
/// The view stretched to a shape as NumPy broadcasts; throws shape_error.
view_map broadcast_view(view_map const& view, extents const& shape, std::source_location where);

template <int N>
constexpr std::array<int, static_cast<std::size_t>(N)> reversed_axes() {
  std::array<int, static_cast<std::size_t>(N)> axes{};
  for (int d = 0; d < N; ++d) axes[static_cast<std::size_t>(d)] = N - 1 - d;
  return axes;
}

/// One index or range per dimension, applied to a view from the first dimension on.
class slicer {
 public:
  slicer(view_map const& view, std::source_location where) : view_(view), where_(where) {}
  void take(range const& r) {
    view_ = view_.sliced(d_, pantile::resolve(r, view_.shape[d_], where_));
    ++d_;
    ++given_;
  }
  void take(index_t i) { view_ = view_.dropped(d_, resolve_index(i, view_.shape[d_], given_++, where_)); }
  view_map const& view() const { return view_; }

 private:
  view_map view_;
  std::source_location where_;
  int d_ = 0, given_ = 0;
};

/// The line of the first of these ranges that knows one.
template <class... Is>
std::source_location line_of(Is const&... is) {
  std::source_location where{};
  auto const look = [&](auto const& i) {
    if constexpr (requires { i.where; })
      if (where.line() == 0) where = i.where;
  };
  (look(is), ...);
  return where;
}

}  // namespace detail

/// The part of an operand that indices and ranges choose, one per dimension, as NumPy's basic slicing has it:
/// `slice(e, range(0, 10, 2), every)`, `slice(e, -1, range(5, {}, -1))`. No communication. For arrays:
/// `A(range(0, 10, 2), every)`. Throws index_error, which names the line of a range.
template <array_operand E, slice_argument... Is>
requires(sizeof...(Is) == dimensions_of<E> && detail::ranges_among<Is...> > 0) auto slice(E&& e, Is... is) {
  detail::slicer s(detail::view_of(as_node(e)), detail::line_of(is...));
  (s.take(is), ...);
  return detail::seen<detail::ranges_among<Is...>>(std::forward<E>(e), s.view());
}

/// Dimension d of the result is dimension axes[d] of the operand. No communication.
template <array_operand E>
auto transpose(E&& e, std::array<int, static_cast<std::size_t>(dimensions_of<E>)> axes,
               std::source_location where = std::source_location::current()) {
  detail::check_permutation(axes.data(), dimensions_of<E>, where);
  return detail::seen<dimensions_of<E>>(std::forward<E>(e), detail::view_of(as_node(e)).permuted(axes.data()));
}
/// With the dimensions in reverse order. Transposed symbols stay symbols (expr/rewrite.hpp).
template <array_operand E>
auto transpose(E&& e) {
  using Symbol = detail::plain_t<node_of<E>>;
  if constexpr (detail::has_transpose_rule<Symbol>) {
    node_of<E> const n = as_node(e);
    return detail::named_after(
        detail::named<transpose_rule<Symbol>>(transpose_rule<Symbol>::apply(detail::plain(n))), n);
  } else {
    return transpose(std::forward<E>(e), detail::reversed_axes<dimensions_of<E>>());
  }
}
/// With two dimensions exchanged.
template <array_operand E>
auto swapaxes(E&& e, int first, int second, std::source_location where = std::source_location::current()) {
  std::array<int, static_cast<std::size_t>(dimensions_of<E>)> axes{};
  for (std::size_t d = 0; d < axes.size(); ++d) axes[d] = static_cast<int>(d);
  std::swap(axes[static_cast<std::size_t>(detail::normalised_axis(first, dimensions_of<E>, where))],
            axes[static_cast<std::size_t>(detail::normalised_axis(second, dimensions_of<E>, where))]);
  return transpose(std::forward<E>(e), axes, where);
}
/// With dimension `from` moved to place `to`, the others in their order.
template <array_operand E>
auto moveaxis(E&& e, int from, int to, std::source_location where = std::source_location::current()) {
  constexpr int N = dimensions_of<E>;
  int const source = detail::normalised_axis(from, N, where), target = detail::normalised_axis(to, N, where);
  std::array<int, static_cast<std::size_t>(N)> axes{};
  for (int d = 0, next = 0; d < N; ++d) {
    if (next == source) ++next;
    axes[static_cast<std::size_t>(d)] = d == target ? source : next++;
  }
  return transpose(std::forward<E>(e), axes, where);
}

/// With the last two dimensions exchanged: the transpose of a matrix, or of each page.
template <array_operand E>
requires(dimensions_of<E> >= 2) auto matrix_transpose(E&& e) { return swapaxes(std::forward<E>(e), -2, -1); }

namespace detail {
/// Dimension d at index i.
template <array_operand E>
auto at_index(E&& e, int d, index_t i, std::source_location where) {
  view_map const view = view_of(as_node(e));
  return seen<dimensions_of<E> - 1>(std::forward<E>(e),
                                    view.dropped(d, resolve_index(i, view.shape[d], d, where)));
}
}  // namespace detail

/// Row i of a matrix; the last dimension but one at index i: of an array of three dimensions a matrix, row i of
/// every page. A vector: see `slice`.
template <array_operand E>
requires(dimensions_of<E> >= 2) auto row(E&& e, index_t i,
                                         std::source_location where = std::source_location::current()) {
  return detail::at_index(std::forward<E>(e), dimensions_of<E> - 2, i, where);
}
/// Column j of a matrix; the last dimension at index j.
template <array_operand E>
requires(dimensions_of<E> >= 2) auto column(E&& e, index_t j,
                                            std::source_location where = std::source_location::current()) {
  return detail::at_index(std::forward<E>(e), dimensions_of<E> - 1, j, where);
}
/// Page k of an array of three dimensions; the last dimension but two at index k.
template <array_operand E>
requires(dimensions_of<E> >= 3) auto page(E&& e, index_t k,
                                          std::source_location where = std::source_location::current()) {
  return detail::at_index(std::forward<E>(e), dimensions_of<E> - 3, k, where);
}

/// The views at index 0, 1, ... along `axis`, which they do not have: a std::vector of them. Of an expression
/// each one carries it out anew: assign it first.
template <array_operand E>
requires(dimensions_of<E> >= 2) auto unstack(E const& e, int axis = 0,
                                             std::source_location where = std::source_location::current()) {
  auto const& n = as_node(e);
  int const a = detail::normalised_axis(axis, dimensions_of<E>, where);
  std::vector<decltype(detail::at_index(n, a, 0, where))> parts;
  for (index_t i = 0; i < n.shape()[static_cast<std::size_t>(a)]; ++i)
    parts.push_back(detail::at_index(n, a, i, where));
  return parts;
}

/// A new dimension of extent 1 that stands at `axis` of the result.
template <array_operand E>
requires(dimensions_of<E> <
         max_dimensions) auto expand_dims(E&& e, int axis,
                                          std::source_location where = std::source_location::current()) {
  int const a = detail::normalised_axis(axis, dimensions_of<E> + 1, where);
  return detail::seen<dimensions_of<E> + 1>(std::forward<E>(e), detail::view_of(as_node(e)).inserted(a, 1));
}
/// Without dimension `axis`, whose extent must be 1 (shape_error).
template <array_operand E>
requires(dimensions_of<E> >= 2) auto squeeze(E&& e, int axis,
                                             std::source_location where = std::source_location::current()) {
  int const a = detail::normalised_axis(axis, dimensions_of<E>, where);
  view_map const view = detail::view_of(as_node(e));
  detail::check_squeezable(view.shape, a, where);
  return detail::seen<dimensions_of<E> - 1>(std::forward<E>(e), view.dropped(a, 0));
}
/// Without several: `squeeze(e, axes{0, 2})`. They are named, unlike NumPy's squeeze(e): how many dimensions an
/// array has is known when the program is compiled, and extents are not.
template <array_operand E, int K>
requires(dimensions_of<E> > K) auto squeeze(E&& e, axes<K> which,
                                            std::source_location where = std::source_location::current()) {
  constexpr int N = dimensions_of<E>;
  std::array<bool, static_cast<std::size_t>(N)> goes{};
  detail::mark_axes(which.which.data(), K, goes.data(), N, where);
  view_map view = detail::view_of(as_node(e));
  for (int d = N - 1; d >= 0; --d) {
    if (!goes[static_cast<std::size_t>(d)]) continue;
    detail::check_squeezable(view.shape, d, where);
    view = view.dropped(d, 0);
  }
  return detail::seen<N - K>(std::forward<E>(e), view);
}

/// With the order of the indices along `axis` reversed.
template <array_operand E>
auto flip(E&& e, int axis, std::source_location where = std::source_location::current()) {
  int const a = detail::normalised_axis(axis, dimensions_of<E>, where);
  view_map const view = detail::view_of(as_node(e));
  return detail::seen<dimensions_of<E>>(
      std::forward<E>(e), view.sliced(a, pantile::resolve(range({}, {}, -1), view.shape[a], where)));
}
/// Along all dimensions.
template <array_operand E>
auto flip(E&& e, std::source_location where = std::source_location::current()) {
  view_map view = detail::view_of(as_node(e));
  for (int d = 0; d < dimensions_of<E>; ++d)
    view = view.sliced(d, pantile::resolve(range({}, {}, -1), view.shape[d], where));
  return detail::seen<dimensions_of<E>>(std::forward<E>(e), view);
}

/// Stretched to a shape as NumPy broadcasts: nothing is copied. Throws shape_error.
template <std::size_t N, array_operand E>
requires(N >=
         dimensions_of<E>) auto broadcast_to(E const& e, std::array<index_t, N> const& shape,
                                             std::source_location where = std::source_location::current()) {
  auto const& n = as_node(e);
  return detail::seen_as<static_cast<int>(N)>(
      n, detail::broadcast_view(detail::view_of(n), extents(shape, where), where));
}
template <std::size_t N, array_operand E>
requires(N >=
         dimensions_of<E>) auto broadcast_to(E const& e, index_t const (&shape)[N],
                                             std::source_location where = std::source_location::current()) {
  return broadcast_to(e, std::to_array(shape), where);
}

}  // namespace pantile
