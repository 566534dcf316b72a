#pragma once

#include <pantile/ops/fresh_leaf.hpp>
#include <pantile/ops/together.hpp>

// QR of tall matrices cut by rows, which stay where they are: what travels are n x n matrices, log2(ranks)
// messages up and down. Well-conditioned ones by Cholesky factorisations of Gram matrices, at the speed of
// matrix products (CholeskyQR2: Fukaya, Nakatsukasa, Yanagisawa, Yamamoto 2014); others by a binary tree of the
// ranks, with Householder reflections throughout (TSQR: Demmel, Grigori, Hoemmen, Langou 2012).
namespace pantile::detail {

/// True for a matrix with so many rows for each column that a tree of triangles pays.
bool is_tall(index_t m, index_t n, int ranks);
template <element T>
bool is_tall(leaf<T, 2> const& a) {
  return is_together(a) && is_tall(a.extent[0], a.extent[1], a.comm->size());
}

/// A = Q R, m >= n. The rows of `q`, which is A before, are cut and its columns are not. r is n x n, row-major,
/// the same on every rank. q becomes Q, or nothing that counts where that is not wanted. Collective.
template <class T>
void tree_qr(leaf<T, 2> const& q, T* r, bool wants_q, std::source_location where);
/// The same of `a`, which stays as it is, by Gram matrices: `q` is tiled alike (or the same), or null where Q
/// is not wanted. False on every rank, and nothing done, where A is or may be too ill-conditioned for that. (A
/// rehearsal takes A for a well-conditioned one.)
template <class T>
bool cholesky_qr(leaf<T, 2> const& a, leaf<T, 2> const* q, T* r, std::source_location where);

/// The same for any tall matrix: Q by rows, where it is wanted, and R. Throws linalg_error for elements that
/// are not finite: Gram matrices show them.
template <element T>
std::pair<leaf<T, 2>, leaf<T, 2>> tall_qr(char const* operation, leaf<T, 2> const& a, bool wants_q,
                                          std::source_location where) {
  note_way(factorising::by_rows, a);
  communicator const& comm = *a.comm;
  index_t const n = a.extent[1];
  bool const by_rows = a.stored_tiling.is_cartesian() && a.stored_tiling.grid().size() == 1 &&
                       a.stored_tiling.grid_axis_of(0) == 0 && !a.stored_tiling.has_halo() && a.is_whole();
  tiling const rows = by_rows ? a.stored_tiling : tiling::row().bind(extents(a.extent), comm.size());
  auto const copy = [&] {
    return leaf<T, 2>(evaluated<T, 2>(pantile::apply(functor::cast<T>{}, a), comm, rows));
  };
  leaf<T, 2> const source = by_rows ? a : copy();
  leaf<T, 2> q = source;
  if (by_rows && wants_q) q = fresh_leaf<T, 2>(a.extent, comm, rows);
  auto r = replicated_leaf<T, 2>({n, n}, a.comm);
  if (!cholesky_qr(source, wants_q ? &q : nullptr, elements_of(r), where)) {
    if (by_rows) {
      q = {};  // before there is another
      q = copy();
    }
    check_finite_together(operation, q, false, where);
    tree_qr(q, elements_of(r), wants_q, where);
  }
  return {q, r};
}

}  // namespace pantile::detail
