#pragma once

#include <pantile/base/box.hpp>
#include <pantile/base/extents.hpp>
#include <pantile/tiling/rule.hpp>

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <source_location>
#include <string>
#include <vector>

namespace pantile {

/// Which box of a global index space each rank owns. A value, the same on every rank: it holds no rank, no
/// communicator and no data, and copies in O(1).
///
/// A *Cartesian* tiling is a process grid over the ranks (row-major), each grid axis either cutting one
/// dimension or replicating; it costs O(sum of cuts), whatever the number of ranks. A *custom* tiling lists one
/// box per rank. Boxes may be empty and may overlap (replicas); together they always cover the index space.
///
/// Worked example: shape (10, 6) on 4 ranks. `row()` cuts dimension 0 at 0 3 6 8 10 (the first 10 mod 4 tiles
/// are one longer); `block()` makes a 2 x 2 grid with cuts 0 5 10 and 0 3 6, rank 1 owning [0, 5) x [3, 6).
class tiling {
 public:
  /// Named rules; `bind` them to a shape and a number of ranks, or hand them to any function that makes an
  /// array.
  static tiling_rule row() { return tiling_rule::row(); }
  static tiling_rule column() { return tiling_rule::column(); }
  static tiling_rule page() { return tiling_rule::page(); }
  static tiling_rule axis(int dimension) { return tiling_rule::axis(dimension); }
  static tiling_rule block() { return tiling_rule::block(); }
  static tiling_rule block(int p, int q) { return tiling_rule::block(p, q); }
  static tiling_rule replicated() { return tiling_rule::replicated(); }
  static tiling_rule cuts(std::vector<std::vector<index_t>> boundaries) {
    return tiling_rule::cuts(std::move(boundaries));
  }
  static tiling_rule weighted(int axis, std::vector<double> weights) {
    return tiling_rule::weighted(axis, std::move(weights));
  }
  static tiling_rule custom(std::vector<box> boxes) { return tiling_rule::custom(std::move(boxes)); }

  /// One axis of the process grid: how many ranks lie along it and the dimension that it cuts, -1 where it
  /// replicates.
  struct grid_axis {
    int ranks = 1;
    int dimension = -1;
    bool operator==(grid_axis const&) const = default;
  };

  /// Nothing: shape () on one rank.
  tiling();
  /// A Cartesian tiling from its parts: `boundaries[d]` are the cuts of dimension d, from 0 to its extent;
  /// `halos[d]` the widening, not negative (missing entries: 0). Throws tiling_error where grid, cuts, halos
  /// and shape do not fit each other.
  static tiling cartesian(extents const& shape, std::vector<grid_axis> grid,
                          std::vector<std::vector<index_t>> boundaries, std::vector<index_t> halos = {},
                          std::source_location where = std::source_location::current());
  /// One box per rank; throws tiling_error where a box leaves the shape or elements are left without an owner.
  static tiling from_boxes(extents const& shape, std::vector<box> boxes, std::vector<index_t> halos = {},
                           std::source_location where = std::source_location::current());

  /// The index space and the number of ranks.
  extents const& shape() const noexcept;
  int ranks() const noexcept;
  /// The box that `rank` owns. O(dimensions).
  box box_of(int rank) const;
  /// The owned box widened by the halo and clipped to the shape; an empty tile stays empty. O(dimensions).
  box stored_box(int rank) const;
  /// How far tiles are widened along dimension d, and whether any are.
  index_t halo(int d) const noexcept;
  bool has_halo() const noexcept;
  /// The same tiling without (or with other) halos.
  tiling with_halos(std::vector<index_t> const& halos,
                    std::source_location where = std::source_location::current()) const;

  /// The ranks whose own boxes meet `b`, ascending. O(cuts searched + answer) for Cartesian tilings.
  std::vector<int> owners(box const& b) const;
  /// The ranks whose stored boxes meet `b`, ascending.
  std::vector<int> holders(box const& b) const;

  /// A part of a box and the rank that provides it.
  struct piece {
    int rank;
    box part;
  };
  /// Splits `wanted` into disjoint pieces and says from which rank `reader` takes each: from itself where it
  /// owns the elements, otherwise from one owner, spread over replicas. The same split on every rank that asks.
  std::vector<piece> providers(box const& wanted, int reader) const;
  /// The pieces of `providers(wanted, reader)` that `owner` provides, without building the others where
  /// possible.
  std::vector<box> provided_by(int owner, box const& wanted, int reader) const;

  /// True for a process grid, false for a list of boxes.
  bool is_cartesian() const noexcept;
  /// True where the box of every rank is the whole index space.
  bool is_replicated() const noexcept;
  /// True where no element has two owners.
  bool is_disjoint() const noexcept;
  /// The process grid of a Cartesian tiling, without axes of one rank; empty for custom tilings and single
  /// ranks.
  std::vector<grid_axis> const& grid() const noexcept;
  /// Which grid axis cuts dimension d, -1 for none (Cartesian tilings).
  int grid_axis_of(int d) const noexcept;
  /// The place of `rank` along each grid axis.
  std::vector<int> coordinates(int rank) const;
  /// The boundaries of dimension d (Cartesian tilings); {0, n} where it is not cut.
  std::vector<index_t> const& boundaries(int d) const noexcept;

  /// This Cartesian tiling for an array without dimension `axis` (or, with `keep`, with extent 1 there): the
  /// cuts of the other dimensions stay, the ranks along `axis` become replicas. Halos are dropped. Throws
  /// tiling_error for custom tilings and where there is no such dimension.
  tiling reduced(int axis, bool keep) const;
  /// The tiling of the array whose dimension d is this one's dimension `axes[d]`; throws tiling_error where
  /// `axes` does not name every dimension once.
  tiling permuted(std::vector<int> const& axes) const;

  /// True where every rank owns the same box in both, whatever the halos.
  bool owns_alike(tiling const& other) const;
  /// Equal where every rank has the same box and the same halo.
  bool operator==(tiling const& other) const;
  /// Equal for equal tilings.
  std::uint64_t hash() const noexcept;
  /// A hash of every box and halo as this tiling is written down, for ranks to compare: O(sum of cuts) for
  /// Cartesian tilings, O(ranks) for custom ones.
  std::uint64_t fingerprint() const noexcept;

  struct data;

 private:
  explicit tiling(std::shared_ptr<data const> d);
  std::shared_ptr<data const> data_;
};

/// "row(4 ranks): (10, 6) cut at 0 3 6 8 10 | -"-like text; long lists of cuts are shortened.
std::string to_string(tiling const& t);

}  // namespace pantile

template <>
struct std::hash<pantile::tiling> {
  std::size_t operator()(pantile::tiling const& t) const noexcept { return t.hash(); }
};
