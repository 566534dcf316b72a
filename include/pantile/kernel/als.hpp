#pragma once

#include <pantile/base/types.hpp>

#include <cstdint>
#include <optional>

/// Rank-local kernels of alternating least squares. Implicit feedback: Y. Hu, Y. Koren, C. Volinsky,
/// "Collaborative Filtering for Implicit Feedback Datasets", ICDM 2008, section 4, with the confidence of a
/// rating r being 1 + alpha * r; explicit feedback: see als_weights. Factors are dense row-major matrices: one
/// row of k numbers per user or item, rows `ld >= k` elements apart; only the first k elements of a row are
/// read or written, and no alignment is needed (als_leading_dimension gives the fastest one). All functions are
/// instantiated for float and double and run on the OpenMP threads of the caller.
namespace pantile::kernel {

/// Sparse rows. Row u holds the entries offsets[u] .. offsets[u + 1] of `columns` and `values`; offsets[0] need
/// not be zero, so that a slice of the rows of a larger matrix is a view too.
template <class T>
struct csr_view {
  index_t rows;
  const index_t* offsets;
  const std::int32_t* columns;
  const T* values;
};

/// What ratings weigh. The square of the error of a rating r != 0 weighs 1 + alpha r, that of a pair without
/// one `unobserved`.
template <class T>
struct als_weights {
  T alpha;                      ///< of ratings
  T unobserved = 1;             ///< of pairs without a rating
  const T* diagonal = nullptr;  ///< what is added to the diagonal of each row's matrix; nothing without it

  /// Explicit feedback: the products of factors predict the ratings themselves. Every stored entry is a rating,
  /// zeros too, and weighs 1; pairs without one weigh nothing. In the systems of rows the matrix takes y_e y_e'
  /// and the right side target_e y_e; alpha and `unobserved` are not looked at.
  bool explicit_feedback = false;
  T mean = 0;                        ///< what is taken off every rating
  std::optional<index_t> bias = {};  ///< where, from y_e, the number stands that is taken off, too

  /// What the unknowns of a row are to predict of an explicit rating r, beside the factors y.
  T target(T r, const T* y) const { return bias ? r - mean - y[*bias] : r - mean; }
};

/// Gram matrix out = Y' Y of the n x k matrix y with leading dimension ld; out is k x k, row-major, both
/// triangles. Short runs of rows are summed in T, these sums in double. The order of summation depends on n and
/// k only, so the result is the same for every number of threads.
/// Throws std::bad_alloc.
template <class T>
void gram(const T* y, index_t n, index_t k, index_t ld, T* out);

/// Solves one half of an ALS iteration. For every row u of `ratings`, over its entries e with r_e != 0,
///   (base + diagonal_u I + sum_e (1 - w + alpha r_e) y_e y_e') x_u = sum_e (1 + alpha r_e) y_e,
/// by Cholesky factorisation; y_e is row columns[e] of y (leading dimension ldy), x_u row u of x (leading
/// dimension ldx), w the weight of pairs without a rating. `base` is w Y'Y, and lambda I where all rows share
/// it, k x k row-major; its upper triangle is read. A row without ratings gives x_u = 0. With explicit feedback
/// the sums are those of als_weights.
/// Returns -1, or the smallest u whose matrix is not positive definite or whose solution is not finite; x is
/// then to be discarded. The result is the same, bit for bit, for every number of threads.
/// Throws std::bad_alloc.
template <class T>
index_t als_solve(csr_view<T> ratings, als_weights<T> weights, const T* base, const T* y, index_t k,
                  index_t ldy, T* x, index_t ldx);

/// Improves x by so many steps of conjugate gradients for the systems of als_solve, from the x that is there:
/// G. Takacs, I. Pilaszy, D. Tikk, "Applications of the Conjugate Gradient Method for Implicit Feedback
/// Collaborative Filtering", RecSys 2011. A step costs 4 k flops for each rating of a row and 2 k^2 for the
/// row; all ratings of a row are gathered once, if they fit in a second-level cache. Arguments and result are
/// those of als_solve, for rows whose x is not finite, before or after, or whose matrix is seen not to be
/// positive definite: a few steps need not notice.
template <class T>
index_t als_conjugate_gradients(csr_view<T> ratings, als_weights<T> weights, const T* base, const T* y,
                                index_t k, index_t ldy, T* x, index_t ldx, index_t steps);

/// Improves x by one round of subspace block coordinate descent for the systems of als_solve, from the x that
/// is there: S. Rendle, W. Krichene, L. Zhang, Y. Koren, "iALS++: Speeding up Matrix Factorization with
/// Subspace Optimization", 2021 (arXiv 2110.14044). Blocks of `block` factors in a row (fewer in the last one)
/// are set to their best values in turn, the others being fixed; predictions of the ratings of the row are kept
/// up to date between blocks. One block of all k factors is als_solve. A factor costs about block + 6 flops for
/// each rating of a row; blocks that fill vectors (64 bytes, or what the processor has) waste nothing.
/// Arguments and result are those of als_solve; the rows that it returns are those of which a block's matrix is
/// not positive definite or a step not finite. Wants 1 <= block.
template <class T>
index_t als_subspace(csr_view<T> ratings, als_weights<T> weights, const T* base, const T* y, index_t k,
                     index_t ldy, T* x, index_t ldx, index_t block);

/// What the observed entries add to the loss, beyond w times the sum of the squares of all predictions:
///   sum over r_ui != 0 of (1 + alpha r_ui) (1 - s)^2 - w s^2,  s = x_u . y_i,
/// where w is the weight of pairs without a rating, x_u is row u of x and i the column of the entry. With
/// explicit feedback the sum over all entries of (r_ui - mean - s)^2, whatever `bias` says. Evaluated
/// in double, the same for every number of threads. Throws std::bad_alloc.
template <class T>
double als_observed_loss(csr_view<T> ratings, als_weights<T> weights, const T* x, index_t ldx, const T* y,
                         index_t ldy, index_t k);

/// Cost of a row with nnz ratings in als_solve, for load balancing: the flops of the rank update plus those of
/// the solve, the latter weighted by how much slower they run.
double als_row_cost(index_t nnz, index_t k);
/// The same for als_conjugate_gradients.
double als_row_cost(index_t nnz, index_t k, index_t steps);
/// The same for als_subspace.
double als_subspace_row_cost(index_t nnz, index_t k, index_t block);

/// Smallest leading dimension >= k for which every row of a 64-byte aligned matrix starts on a cache line.
template <class T>
constexpr index_t als_leading_dimension(index_t k) {
  constexpr index_t line = 64 / static_cast<index_t>(sizeof(T));
  return (k + line - 1) / line * line;
}

}  // namespace pantile::kernel
