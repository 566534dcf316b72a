#pragma once

#include <pantile/ops/deferred.hpp>
#include <pantile/ops/dot.hpp>

#include <optional>
#include <source_location>

// Products of pages of matrices. Operands are read as they lie, transposed or sliced; a rank that lacks some of
// one fetches it.
namespace pantile {

namespace detail {

/// Where the pages of a batched product are computed: in the cuts of a, or of b, where these leave the inner
/// dimension whole; otherwise along the first dimension of pages that is as long as there are ranks, or the
/// longest with the rows.
tiling batch_tiling(operand_survey const& a, operand_survey const& b, extents const& shape, int ranks);

/// An operand of a batched product, without its element type: a view of an array.
struct page_operand {
  std::shared_ptr<std::byte> memory;
  box storage;
  view_map view;
  std::optional<communicator> comm;
  tiling tiled;
};
/// True where BLAS reads each page of a view as it lies.
bool has_readable_pages(view_map const& view);

/// The products of all pages of two operands, broadcast to `shape` and computed in the tiling `target`
/// (collective where they are distributed).
template <class T>
product multiply_pages(page_operand const& a, page_operand const& b, extents const& shape, tiling const& target,
                       std::source_location where);

template <element T, node E>
leaf<T, E::dimensions> pages_of(E const& e) {
  return carried_out<T>(e, has_readable_pages);
}
template <element T, int N>
page_operand page_operand_of(leaf<T, N> const& l) {
  return {l.memory, l.stored_box, l.view, l.comm, l.stored_tiling};
}

}  // namespace detail

/// The product of matrices as numpy.matmul has it: `dot` for vectors and matrices; with operands of three or
/// four dimensions one product per page (leading dimensions, broadcast), where a matrix or a single page is
/// used for all pages. A node. Computed in the cuts of the first operand where these leave its columns whole,
/// else in those of the second where these leave its rows whole, else cut by pages (by rows where there are
/// fewer pages than ranks); each rank fetches what it lacks. Throws shape_error where shapes do not fit,
/// memory_error where a rank's part of the result and what it fetches exceed the memory budget
/// (PANTILE_MEMORY_BUDGET).
template <array_operand A, array_operand B>
auto matmul(A const& a, B const& b, std::source_location where = std::source_location::current()) {
  constexpr int NA = dimensions_of<A>, NB = dimensions_of<B>;
  if constexpr (NA <= 2 && NB <= 2) {
    return dot(a, b, where);
  } else if constexpr (NA == 1) {
    return squeeze(matmul(expand_dims(a, 0), b, where), NB - 2, where);
  } else if constexpr (NB == 1) {
    return squeeze(matmul(a, expand_dims(b, 1), where), NA - 1, where);
  } else if constexpr (NA < NB) {
    return matmul(expand_dims(a, 0), b, where);
  } else if constexpr (NB < NA) {
    return matmul(a, expand_dims(b, 0), where);
  } else {
    constexpr int N = NA, pages = N - 2;
    using T = detail::product_t<value_of<A>, value_of<B>>;
    auto const sa = as_node(a).shape(), sb = as_node(b).shape();
    detail::check_inner(sa[N - 1], sb[N - 2], where);
    shape_t<N> shape = sa;
    shape[N - 1] = sb[N - 1];
    detail::broadcast_into(shape.data(), pages, sb.data(), pages);
    return detail::deferred<T, N>(
        "matmul", shape,
        [shape, where](auto const& left, auto const& right) {
          auto const x = detail::pages_of<T>(left), y = detail::pages_of<T>(right);
          auto const& comm = x.comm ? x.comm : y.comm;
          operand_survey const of_x = detail::survey_of(x), of_y = detail::survey_of(y);
          if (comm) detail::check_communicator(of_y, *comm);
          detail::check_operands(comm, {"matmul", where}, x, y);
          tiling const target =
              comm ? detail::batch_tiling(of_x, of_y, extents(shape), comm->size()) : tiling();
          return detail::leaf_of<T, N>(
              detail::multiply_pages<T>(detail::page_operand_of(x), detail::page_operand_of(y), extents(shape),
                                        target, where),
              shape);
        },
        as_node(a), as_node(b));
  }
}

}  // namespace pantile
