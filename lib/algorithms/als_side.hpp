#pragma once

#include "../ops/row_gather.hpp"
#include "als_columns.hpp"
#include "als_rows.hpp"

#include <pantile/algorithms/als.hpp>
#include <pantile/kernel/als.hpp>
#include <pantile/sparse/sparse_array.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <source_location>
#include <span>
#include <string>
#include <vector>

namespace pantile::detail {

/// The users or the items of a factorisation: this rank's ratings and factors, and the factors of other ranks
/// that the other side needs here. All functions are collective.
template <class T>
class als_side {
 public:
  /// `ratings` has this side as its rows; `name` and `ids` are what messages call them. Where nobody else has
  /// these ratings, and none ever will, the memory of their columns is given back while they are read.
  als_side(std::string name, std::span<std::int64_t const> ids, sparse_array<T> ratings, als_columns layout,
           std::source_location where, bool nobody_else = false);

  /// Takes the weights of the squares of factors, where they differ from row to row, and the mean of explicit
  /// ratings. Throws linalg_error where these are fewer than a row's unknowns, and no weight makes up for it.
  void prepare(als_options const& options, double mean);
  /// Plans how factors of this side travel to where `reader` needs them: for each side once, before it starts.
  void serve(als_side& reader, als_options const& options);
  /// Takes the initial factors, rows x factors in any tiling, random ones where there are none; and the initial
  /// biases, rows x 1, zeros where there are none.
  void start(std::optional<array<T, 2>> const& initial, std::optional<array<T, 2>> const& biases,
             std::uint64_t seed);
  /// Brings the factors to the ranks that need them and computes their Gram matrix: before the other side uses
  /// them.
  void share();
  /// Replaces the factors by those that minimise the objective with the other side fixed, or nearly so; where
  /// they travel in chunks, they begin to.
  void solve(als_side const& fixed, als_options const& options);

  /// What the stored ratings add to the objective (see kernel::als_observed_loss), over all ranks.
  double observed_loss(als_side const& other, als_options const& options) const;
  /// The squares of this side's factors and biases, each by its weight, over all ranks.
  double penalty(als_options const& options) const;
  /// Y'Y over all ranks, factors x factors.
  std::span<T const> gram() const { return gram_; }
  /// The factors as an array of rows x factors.
  array<T, 2> factors() const { return columns_from(layout_.first_factor(), layout_.factors); }
  /// The biases as an array of rows x 1, where there are any.
  std::optional<array<T, 2>> biases() const;

 private:
  communicator const& comm() const { return ratings_.comm(); }
  index_t leading() const { return kernel::als_leading_dimension<T>(layout_.count()); }
  index_t own_rows() const { return ratings_.local_rows(); }
  /// Own rows, and after them those that came here; leading() apart.
  T* tile() const { return reinterpret_cast<T*>(gather_->tile()); }
  std::vector<index_t> chunk_cuts(als_options const& options, index_t chunks) const;
  index_t solve_rows(index_t first, index_t last, T const* base, als_side const& fixed,
                     als_options const& options) const;
  kernel::csr_view<T> view() const;
  kernel::als_weights<T> weights(als_options const& options) const;
  array<T, 2> columns_from(index_t first, index_t count) const;
  array<T, 2> in_rows(array<T, 2> const& given, char const* what, index_t columns) const;
  tiling_rule rows() const { return tiling::cuts({ratings_.tiling().boundaries(0), {}}); }
  void check_solvable() const;
  void take_columns(als_named_rows const& named);
  std::string called(index_t row) const;

  std::string name_;
  std::span<std::int64_t const> ids_;
  sparse_array<T> ratings_;
  bool nobody_else_;
  als_columns layout_;
  std::source_location where_;
  std::vector<std::int32_t> columns_;   // of ratings_: the rows of the other side's tile
  std::vector<T> diagonal_;             // of own rows, the weights of squares; empty where all have lambda
  bool with_gram_ = true;               // explicit feedback has no use for it
  double mean_ = 0;                     // of explicit ratings
  std::unique_ptr<row_gather> gather_;  // has the factors: what is beyond the layout in a row is zero
  std::vector<T> gram_;
};

}  // namespace pantile::detail
