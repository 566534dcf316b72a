#pragma once

#include <pantile/expr/views.hpp>
#include <pantile/ops/gathered.hpp>

#include <utility>
#include <vector>

// Factorisations of matrices that are too large to be gathered: the ranks compute them together, by ScaLAPACK,
// on block-cyclic layouts that are planned and moved like everything else. Operands and results are the
// transposes of the matrices meant, array for array, because ScaLAPACK has columns where arrays have rows;
// transposing back is a loop over each rank's own tile. All functions are collective and throw on every rank.
// What ScaLAPACK sends is its own: neither the communicator nor explain counts it.
namespace pantile::detail {

/// When matrices are gathered, and how large ScaLAPACK's blocks are. The same on every rank; tests change it.
struct together_limits {
  index_t gathered_elements = 256 * 256;
  index_t block = 64;
};
together_limits& together();

/// True for a distributed matrix that is not whole on every rank anyway, and larger than what is gathered.
bool is_together(std::optional<communicator> const& comm, tiling const& tiled);
template <element T>
bool is_together(leaf<T, 2> const& a) {
  return is_together(a.comm, a.comm ? a.stored_tiling : tiling());
}

/// How a matrix is factorised.
enum class factorising : std::uint8_t {
  by_each,       ///< by LAPACK on every rank, which has it whole
  together,      ///< by ScaLAPACK in its layout
  by_rows,       ///< tall: each rank its own rows (ops/tsqr.hpp)
  by_columns,    ///< by LAPACK on every rank, which solves for right-hand sides of its own
  only_by_each,  ///< by LAPACK on every rank: there is no other way
};
/// Tells who listens of the matrix, how it is factorised and why, and what the other ways would move.
void note_way(factorising way, std::optional<communicator> const& comm, tiling const& tiled,
              extents const& shape, index_t element_bytes);
template <element T>
void note_way(factorising way, leaf<T, 2> const& a) {
  if (trace::active)
    note_way(way, a.comm, a.comm ? a.seen_tiling() : tiling(), extents(a.extent), index_t{sizeof(T)});
}
/// The decision between `together` and `by_each`, told to who listens.
template <element T>
bool goes_together(leaf<T, 2> const& a) {
  bool const together = is_together(a);
  note_way(together ? factorising::together : factorising::by_each, a);
  return together;
}

/// An expression, laid out on the ranks of `comm`: as it lies, or by rows where it does not lie on ranks yet.
template <element T, node E>
leaf<T, E::dimensions> laid_out(E const& e, communicator const& comm) {
  constexpr int N = E::dimensions;
  auto const as_t = pantile::apply(functor::cast<T>{}, e.resolve());
  operand_survey const survey = survey_of(as_t);
  tiling const target =
      survey.comm ? natural_tiling(survey) : tiling::row().bind(extents(as_t.shape()), comm.size());
  return leaf<T, N>(evaluated<T, N>(as_t, comm, target));
}
/// The transpose of a matrix.
template <element T, node E>
leaf<T, 2> transposed(E const& a, communicator const& comm) {
  return laid_out<T>(transpose(a), comm);
}

// T: float, double and their complex types. All arguments and results are transposes.

/// Throws linalg_error for elements that are not finite; of the lower triangle alone where that is what counts.
template <class T>
void check_finite_together(char const* operation, leaf<T, 2> const& a, bool triangle,
                           std::source_location where);
/// The lower triangle is read; what is above the diagonal of the result is not set.
template <class T>
leaf<T, 2> cholesky_together(leaf<T, 2> const& a, std::source_location where);
/// L and U in one matrix, and for each of its rows the row of A that it was.
template <class T>
std::pair<leaf<T, 2>, std::vector<index_t>> lu_together(leaf<T, 2> const& a, std::source_location where);
/// Of a square matrix; with `positive` by Cholesky, if that succeeds.
template <class T>
leaf<T, 2> solve_together(leaf<T, 2> const& a, leaf<T, 2> const& b, bool positive, std::source_location where);
template <class T>
leaf<T, 2> invert_together(leaf<T, 2> const& a, std::source_location where);
template <class T>
void find_determinant_together(char const* operation, leaf<T, 2> const& a, T* det, T* sign,
                               real_t<T>* logabsdet, std::source_location where);
/// Q and R: of both only the first min(m, n) columns or rows count; what is below R's diagonal is not set.
template <class T>
std::pair<leaf<T, 2>, leaf<T, 2>> qr_together(leaf<T, 2> const& a, std::source_location where);
/// s is everywhere; u and vh are null where only s is wanted.
template <class T>
leaf<real_t<T>, 1> svd_together(char const* operation, leaf<T, 2> const& a, leaf<T, 2>* u, leaf<T, 2>* vh,
                                std::source_location where);
/// The eigenvalues are everywhere. The lower triangle is read.
template <class T>
leaf<real_t<T>, 1> eigh_together(char const* operation, leaf<T, 2> const& a, leaf<T, 2>* v,
                                 std::source_location where);

}  // namespace pantile::detail
