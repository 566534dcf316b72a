#pragma once

#include <pantile/base/box.hpp>
#include <pantile/base/extents.hpp>

#include <memory>
#include <optional>
#include <source_location>
#include <string>
#include <vector>

namespace pantile {

class tiling;

/// How to tile an array whose shape and number of ranks come later: what a user writes as `tiling::row()`.
///
/// `row`, `column` and `page` cut the dimensions that go by these names: the last but one, the last and the
/// last but two; a vector's only dimension is both its row and its column dimension. `axis(d)` cuts dimension d
/// (negative: from the end). `block()` cuts the last two dimensions by the most nearly square grid p x q with p
/// <= q of all ranks; a vector is cut along its only dimension.
class tiling_rule {
 public:
  /// As the class says.
  static tiling_rule row();
  static tiling_rule column();
  static tiling_rule page();
  static tiling_rule axis(int dimension);
  static tiling_rule block();
  static tiling_rule block(int p, int q);
  static tiling_rule replicated();
  /// Boundaries of every dimension, from 0 to its extent, ascending (equal neighbours are empty tiles); an
  /// empty list leaves the dimension whole. The product of the numbers of tiles must be the number of ranks
  /// (with no list at all: one).
  static tiling_rule cuts(std::vector<std::vector<index_t>> boundaries);
  /// Consecutive tiles along `axis` whose sums of weights are as even as quantiles make them: no tile weighs
  /// more than total / ranks + the heaviest element. Weights: one per index, finite, not negative.
  static tiling_rule weighted(int axis, std::vector<double> weights);
  /// One box per rank; they may overlap but leave no hole.
  static tiling_rule custom(std::vector<box> boxes);

  /// Exactly this tiling; binding to another shape or number of ranks is an error.
  tiling_rule(tiling const& exact);  // NOLINT(google-explicit-constructor): a tiling is a rule

  /// Widens every tile by `width` elements into its neighbours along the dimensions that are cut.
  tiling_rule halo(index_t width) const;
  /// One width per dimension.
  tiling_rule halo(std::vector<index_t> widths) const;

  /// The tiling of `shape` over `ranks`. Throws tiling_error where the rule does not fit the shape or the
  /// ranks.
  tiling bind(extents const& shape, int ranks,
              std::source_location where = std::source_location::current()) const;

  /// "row()", "block(2, 3).halo(1)".
  std::string name() const;

 private:
  enum class kind { row, column, page, axis, block, grid, replicated, cuts, weighted, custom, exact };
  explicit tiling_rule(kind k) : kind_(k) {}
  tiling bind_kind(extents const& shape, int ranks, std::source_location where) const;

  kind kind_;
  int p_ = 0;  // axis number, or the grid's first extent
  int q_ = 0;
  std::shared_ptr<std::vector<std::vector<index_t>> const> boundaries_;
  std::shared_ptr<std::vector<double> const> weights_;
  std::shared_ptr<std::vector<box> const> boxes_;
  std::shared_ptr<tiling const> exact_;
  std::vector<index_t> halos_;  // empty: none; one entry: all dimensions that are cut
};

/// The cuts of n elements into `parts` consecutive pieces, the first n mod parts of them one longer.
std::vector<index_t> even_cuts(index_t n, int parts);

/// The cuts along which consecutive weights are balanced, as `tiling_rule::weighted` does it.
std::vector<index_t> weighted_cuts(std::vector<double> const& weights, int parts,
                                   std::source_location where = std::source_location::current());

/// The divisors p <= q of `ranks` with p x q = ranks that are nearest to each other.
std::pair<int, int> nearly_square(int ranks);

}  // namespace pantile
