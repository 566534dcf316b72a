#pragma once

#include <pantile/expr/functions.hpp>
#include <pantile/expr/rewrite.hpp>
#include <pantile/expr/views.hpp>
#include <pantile/ops/reduce.hpp>

#include <source_location>

// Products of matrices and vectors, of a (m x k) and b (k x n). The tiling of the result follows from those of
// the operands (product_tiling): rows cut as a's, columns cut as b's, replicated after a sum over a cut inner
// dimension (a large one in rows), the grid of a block. How it is computed is planned (plan/product.hpp): the
// grid of ranks that is fastest for these shapes, tilings, number of ranks and memory budget; half the work
// where a = transpose(b) and the whole result is computed on a rank (Gram matrix).
//
// transpose(a) is not carried out: its rows are a's columns, and BLAS reads it as it lies.
namespace pantile {

namespace detail {

/// A vector or matrix operand of a product, without its element type: which stored dimension is the outer one
/// (m or n; -1 for a vector) and which the inner one (k).
struct factor {
  std::shared_ptr<std::byte> memory;
  box stored;
  tiling tiled;
  std::optional<communicator> comm;
  int outer = -1;
  int inner = 0;
  index_t outer_extent = 1;
  index_t inner_extent = 0;
};

/// The product of two factors, row-major over `storage`, with the tiling of the result.
struct product {
  std::shared_ptr<std::byte> memory;
  box storage;
  std::optional<communicator> comm;
  tiling tiled;
};

/// What becomes alpha times a product plus beta times itself: row-major over `storage`.
template <class T>
struct product_target {
  std::shared_ptr<std::byte> memory;
  box storage;
  std::optional<communicator> comm;
  tiling tiled;
  T alpha, beta;
};

/// Carries out a product in the `way`-th best of the ways that there are (plan/product.hpp). With `into`, the
/// result has that tiling; where each rank can compute it there it is done, and no memory returned, otherwise
/// it is left to the caller.
template <class T>
product multiply_factors(factor const& a, factor const& b, std::source_location where, std::size_t way = 0,
                         product_target<T> const* into = nullptr);

template <element T, int N>
factor factor_of(leaf<T, N> const& l, bool left) {
  factor f{l.memory, l.stored_box, l.stored_tiling, l.comm, -1, 0, 1, 0};
  if constexpr (N == 1) {
    f.inner_extent = l.extent[0];
  } else {
    std::size_t const outer = left ? 0 : 1;
    f.outer = l.view.axis[outer];
    f.inner = l.view.axis[1 - outer];
    f.outer_extent = l.extent[outer];
    f.inner_extent = l.extent[1 - outer];
  }
  return f;
}

/// A product as an operand.
template <element T, int N>
leaf<T, N> leaf_of(product made, shape_t<N> const& shape) {
  leaf<T, N> result;
  result.extent = shape;
  result.view = view_map(extents(shape));
  result.memory = std::move(made.memory);
  result.stored_box = made.storage;
  result.comm = std::move(made.comm);
  result.stored_tiling = std::move(made.tiled);
  return result;
}

/// An operand as an array of elements T: no copy where it is one already, of a view that `readable` accepts.
template <element T, node E>
auto carried_out(E const& e, bool (*readable)(view_map const&)) {
  auto const resolved = e.resolve();
  constexpr int N = E::dimensions;
  if constexpr (std::is_same_v<std::remove_cvref_t<decltype(resolved)>, leaf<T, N>>) {
    if (readable(resolved.view)) return leaf<T, N>(resolved);
  }
  auto const as_t = pantile::apply(functor::cast<T>{}, resolved);
  if (survey_of(as_t).comm) return leaf<T, N>(array<T, N>(as_t));
  return leaf<T, N>(local_array<T, N>(as_t));
}
/// The same, whole and in any order of its dimensions.
template <element T, node E>
auto carried_out(E const& e) {
  return carried_out<T>(e, [](view_map const& view) { return view.is_permutation(); });
}

}  // namespace detail

template <element T>
struct row_product;

/// The product of a matrix with a matrix or vector, or of a vector with a matrix.
template <node A, node B>
struct dot_node : node_members<dot_node<A, B>> {
  using value_type = detail::product_t<typename A::value_type, typename B::value_type>;
  static constexpr int dimensions = A::dimensions + B::dimensions - 2;

  A a;
  B b;
  std::source_location where;
  shape_t<dimensions> extent{};

  dot_node(A const& left, B const& right, std::source_location at) : a(left), b(right), where(at) {
    detail::check_inner(a.shape()[A::dimensions - 1], b.shape()[0], at);
    std::size_t out = 0;
    if constexpr (A::dimensions == 2) extent[out++] = a.shape()[0];
    if constexpr (B::dimensions == 2) extent[out++] = b.shape()[1];
  }
  shape_t<dimensions> const& shape() const { return extent; }

  /// Carries out the product (collective).
  leaf<value_type, dimensions> resolve() const {
    auto const left = detail::carried_out<value_type>(a);
    auto const right = detail::carried_out<value_type>(b);
    detail::check_operands(left.comm ? left.comm : right.comm, {"dot", where}, left, right);
    return detail::leaf_of<value_type, dimensions>(
        detail::multiply_factors<value_type>(detail::factor_of(left, true), detail::factor_of(right, false),
                                             where),
        extent);
  }
  /// The same for a loop that reads it (ops/row_product.hpp).
  auto resolve_in_loop() const requires(
      std::is_same_v<A, leaf<value_type, 2>>&& std::is_same_v<B, A>&& std::is_floating_point_v<value_type>) {
    return row_product<value_type>(*this);
  }
};

template <node E, int N>
leaf<typename view_node<E, N>::value_type, N> view_node<E, N>::resolve() const {
  auto const whole = detail::carried_out<value_type>(operand);
  leaf<value_type, N> const seen(whole, whole.view.seen_through(view));
  return seen.resolve();
}

}  // namespace pantile
