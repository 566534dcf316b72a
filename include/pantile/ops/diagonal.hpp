#pragma once

#include <pantile/expr/rewrite.hpp>
#include <pantile/expr/structured.hpp>
#include <pantile/kernel/diagonal.hpp>
#include <pantile/ops/assign_view.hpp>
#include <pantile/ops/deferred.hpp>

#include <cstdlib>
#include <source_location>

// Diagonals: of a matrix as a vector, and the matrix of a vector, which is a symbol.
namespace pantile {

namespace detail {

/// Where the k-th diagonal of a matrix lies: element t is (row + t, column + t).
struct diagonal_place {
  index_t row, column, length;
  diagonal_place(index_t rows, index_t columns, index_t k);
  /// The elements of the diagonal within a box of the matrix, as a box of one dimension.
  box part_in(box const& b) const;
  /// The diagonal's part of the matrix, as a box: only meant for parts of the diagonal.
  box around(box const& part) const;
  /// Who has which part of the diagonal where the matrix is tiled so: what a rank owns, it keeps.
  tiling tiling_in(tiling const& matrix) const;
};

/// The extent of the matrix with n elements on its k-th diagonal. Throws shape_error where it cannot be
/// counted.
index_t diag_extent(index_t n, index_t k, std::source_location where);

}  // namespace detail

/// The square matrix with a vector on its k-th diagonal; never stored. `Main`: k = 0, so that products with it
/// only scale.
template <node E, bool Main>
struct diag_node : node_members<diag_node<E, Main>> {
  using value_type = typename E::value_type;
  static constexpr int dimensions = 2;

  E vector;
  index_t k;
  shape_t<2> extent;

  diag_node(E const& v, index_t which, index_t n) : vector(v), k(which), extent{n, n} {}
  shape_t<2> const& shape() const { return extent; }
  /// The same matrix of a vector that is an array.
  auto resolve() const {
    auto const v = detail::carried_out<value_type>(vector);
    return diag_node<std::remove_cvref_t<decltype(v)>, Main>(v, k, extent[0]);
  }
  void survey(operand_survey& s) const {
    vector.survey(s);
    if (s.values) s.compare_number(dtype_of<index_t>, reinterpret_cast<std::byte const*>(&k));
  }
  /// Each rank gets the elements of the vector that lie on the diagonal of its part: collective where the
  /// vector is distributed.
  template <int M>
  auto bind(evaluation_site<M> const& site) const {
    bool const stretched = extent[0] == 1 && (site.shape[M - 2] != 1 || site.shape[M - 1] != 1);
    detail::diagonal_place const place(extent[0], extent[1], k);
    auto wanted_for = [&](box const& region) {
      if (region.empty()) return box(extents{0});
      if (stretched) return box(extents{1});
      box matrix{extents(extent)};
      for (std::size_t d = 0; d < 2; ++d) {
        matrix.lo[d] = region.lo[M - 2 + d];
        matrix.hi[d] = region.hi[M - 2 + d];
      }
      return place.part_in(matrix);
    };
    detail::fetched here{vector.memory, vector.stored_box};
    if (vector.comm) {
      std::vector<box> wanted(static_cast<std::size_t>(vector.comm->size()));
      for (std::size_t r = 0; r < wanted.size(); ++r)
        wanted[r] = vector.view.stored_box(wanted_for(site.target.box_of(static_cast<int>(r))));
      here = detail::fetch(*vector.comm, vector.stored_tiling, vector.memory, vector.stored_box, wanted,
                           sizeof(value_type));
    }
    box const part = wanted_for(site.region);
    index_t stride = 0;
    index_t const offset = detail::strides_of(vector.view, part, here.storage, &stride);
    kernel::strides_t<M> origin{};
    for (std::size_t d = 0; d < M; ++d) origin[d] = site.region.lo[d];
    site.keep.push_back(here.memory);
    auto const* values = reinterpret_cast<value_type const*>(here.memory.get()) + offset;
    if (site.checked)
      for (index_t i = 0; i < part.count(); ++i) site.note_values(values + i * stride, 1);
    return kernel::bound_diagonal<value_type, M>(values, stride, part.lo[0], part.hi[0], k, origin, stretched);
  }
};

namespace detail {

/// What is copied between a diagonal, tiled as `tiling_in` says, and its matrix: this rank's part, and where it
/// begins in the matrix's memory and how far its elements lie apart there, in elements.
struct diagonal_run {
  index_t from, along, count;
};
template <element T>
diagonal_run run_of(diagonal_place const& place, leaf<T, 2> const& matrix, box const& mine) {
  if (mine.empty()) return {0, 0, 0};
  index_t strides[2] = {};
  index_t const from = strides_of(matrix.view, place.around(mine), matrix.stored_box, strides);
  return {from, strides[0] + strides[1], mine.extent(0)};
}

template <node E>
auto diagonal_of(E const& matrix, diagonal_place const& place) {
  using T = typename E::value_type;
  return deferred<T, 1>(
      "diagonal", shape_t<1>{place.length},
      [place](E const& operand) {
        auto const carried = carried_out<T>(operand);
        tiling const target = carried.comm ? place.tiling_in(carried.seen_tiling()) : tiling();
        auto const result = fresh_leaf<T, 1>(shape_t<1>{place.length}, carried.comm, target);
        box const mine = carried.comm ? target.box_of(carried.comm->rank()) : box(extents{place.length});
        auto const run = run_of(place, carried, mine);
        index_t const unit = 1;
        kernel::copy_strided(carried.memory.get() + run.from * index_t{sizeof(T)}, &run.along,
                             result.memory.get() + (mine.lo[0] - result.stored_box.lo[0]) * index_t{sizeof(T)},
                             &unit, &run.count, 1, sizeof(T));
        return result;
      },
      matrix);
}

}  // namespace detail

/// The diagonal of a matrix that can be assigned to: as assignable_view. `Read` is the node that it is as an
/// operand.
template <class Read, class Array>
class assignable_diagonal : public Read {
 public:
  using element_type = typename Array::value_type;

  assignable_diagonal(Read const& read, Array& target, view_map const& matrix,
                      detail::diagonal_place const& place)
      : Read(read), target_(&target), matrix_(matrix), place_(place) {}
  assignable_diagonal(assignable_diagonal const&) = default;

  template <operand E>
  assignable_diagonal& operator=(E const& e) {
    assign(detail::operand_node<element_type>(e));
    return *this;
  }
  assignable_diagonal& operator=(assignable_diagonal const& other) {
    assign(other.now());
    return *this;
  }
  /// The diagonal of what the array holds now.
  Read now() const { return detail::diagonal_of(detail::seen_now<2>(*target_, matrix_), place_); }

 private:
  template <node E>
  void assign(E const& expression) {
    static_assert(E::dimensions <= 1, "the expression has more dimensions than a diagonal");
    auto const matrix = detail::seen_now<2>(*target_, matrix_);
    detail::assign_part(*target_, extents{place_.length}, expression, [&](auto const& resolved) {
      tiling const cut = matrix.comm ? place_.tiling_in(matrix.seen_tiling()) : tiling();
      auto const site = detail::site_at<1>(shape_t<1>{place_.length}, matrix.comm, cut);
      auto const elements = detail::elements_for<element_type>(resolved, site);
      auto const run = detail::run_of(place_, matrix, site.region);
      index_t const unit = 1;
      kernel::copy_strided(elements.get(), &unit,
                           matrix.memory.get() + run.from * index_t{sizeof(element_type)}, &run.along,
                           &run.count, 1, sizeof(element_type));
    });
  }

  Array* target_;
  view_map matrix_;
  detail::diagonal_place place_;
};
template <class Read, class Array>
Read as_node(assignable_diagonal<Read, Array> const& d) {
  return d.now();
}
namespace detail {
template <class Read, class Array>
inline constexpr bool is_target_part<assignable_diagonal<Read, Array>> = true;
}

/// The vector of the elements (i, i + k) of a matrix (k < 0: (i - k, i)), as numpy.diagonal. Without
/// communication: every rank keeps what it owns, so that the tiling is custom and ranks off the diagonal have
/// nothing. Empty where the matrix has no such diagonal. Of an array that is not const, or a view of one that
/// can be assigned to, it can be assigned to: `diagonal(A) = v`, `diagonal(A, 1) += 1`.
template <array_operand E>
requires(dimensions_of<E> == 2) auto diagonal(E&& e, index_t k = 0) {
  auto const n = node_of<E>(as_node(e));
  detail::diagonal_place const place(n.shape()[0], n.shape()[1], k);
  auto const read = detail::diagonal_of(n, place);
  if constexpr (detail::is_target_array<E>)
    return assignable_diagonal(read, e, n.view, place);
  else if constexpr (detail::is_assignable_view<std::remove_cvref_t<E>>)
    return assignable_diagonal(read, e.array(), n.view, place);
  else
    return read;
}

/// The square matrix with a vector v on its main diagonal, as a symbol: no n x n memory is taken. Used
/// elementwise, each rank asks for the elements that meet its tile; `dot(diag(v), B)` multiplies row i of B by
/// v[i], `dot(A, diag(v))` column j of A by v[j], both fused with what is around them.
template <array_operand E>
requires(dimensions_of<E> == 1) auto diag(E const& e) {
  auto const v = node_of<E>(as_node(e));
  return diag_node<node_of<E>, true>(v, 0, v.shape()[0]);
}
/// With v on the k-th diagonal: extent |v| + |k|, as numpy.diag; products with it are carried out.
template <array_operand E>
requires(dimensions_of<E> == 1) auto diag(E const& e, index_t k,
                                          std::source_location where = std::source_location::current()) {
  auto const v = node_of<E>(as_node(e));
  return diag_node<node_of<E>, false>(v, k, detail::diag_extent(v.shape()[0], k, where));
}
/// The k-th diagonal of a matrix (see `diagonal`).
template <array_operand E>
requires(dimensions_of<E> == 2) auto diag(E const& e, index_t k = 0) { return diagonal(e, k); }

namespace detail {

template <class V>
inline constexpr int symbol_rank<diag_node<V, true>> = 2;

/// a * b with the element type of a product.
template <array_operand A, array_operand B>
auto scaled_by(A const& a, B const& b) {
  if constexpr (std::is_same_v<promote_t<value_of<A>, value_of<B>>, bool>)
    return cast<index_t>(a) * b;
  else
    return a * b;
}

}  // namespace detail

template <class V, bool Main>
struct transpose_rule<diag_node<V, Main>> {
  static constexpr char const* name = "transpose(diag(v, k)) is diag(v, -k)";
  static auto apply(diag_node<V, Main> const& a) { return diag_node<V, Main>(a.vector, -a.k, a.extent[0]); }
};
template <node V, node B>
requires(detail::symbol_rank<B> <= 2) struct dot_rule<diag_node<V, true>, B> {
  static constexpr char const* name = "dot(diag(v), B) scales the rows of B";
  static auto apply(diag_node<V, true> const& a, B const& b, std::source_location where) {
    detail::check_inner(a.shape()[1], b.shape()[0], where);
    if constexpr (B::dimensions == 1)
      return detail::scaled_by(a.vector, b);
    else
      return detail::scaled_by(expand_dims(a.vector, 1), b);
  }
};
template <node A, node V>
requires(detail::symbol_rank<A> < 2) struct dot_rule<A, diag_node<V, true>> {
  static constexpr char const* name = "dot(A, diag(v)) scales the columns of A";
  static auto apply(A const& a, diag_node<V, true> const& b, std::source_location where) {
    detail::check_inner(a.shape()[A::dimensions - 1], b.shape()[0], where);
    return detail::scaled_by(a, b.vector);
  }
};
template <node V, node W>
struct dot_rule<diag_node<V, true>, diag_node<W, true>> {
  static constexpr char const* name = "dot(diag(v), diag(w)) is diag(v * w)";
  static auto apply(diag_node<V, true> const& a, diag_node<W, true> const& b, std::source_location where) {
    detail::check_inner(a.shape()[1], b.shape()[0], where);
    return diag(detail::scaled_by(a.vector, b.vector));
  }
};
/// diag(v) + identity(n) is diag(v + 1).
template <node A, node V, class T>
requires(detail::symbol_rank<A> ==
         0) struct dot_rule<A, map_node<functor::add, diag_node<V, true>, detail::identity_node<T>>> {
  static constexpr char const* name = "dot(A, diag(v) + identity(n)) is dot(A, diag(v + 1))";
  using sum_type = map_node<functor::add, diag_node<V, true>, detail::identity_node<T>>;
  static auto apply(A const& a, sum_type const& b, std::source_location where) {
    return dot(a, diag(detail::get<0>(b.operands).vector + T(1)), where);
  }
};

}  // namespace pantile
