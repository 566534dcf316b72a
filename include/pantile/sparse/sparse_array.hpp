#pragma once

#include <pantile/comm/communicator.hpp>
#include <pantile/sparse/csr.hpp>
#include <pantile/sparse/entry.hpp>
#include <pantile/tiling/tiling.hpp>

#include <array>
#include <memory>
#include <optional>
#include <source_location>
#include <span>
#include <string>
#include <vector>

namespace pantile {

namespace detail {
struct sparse_access;
}

/// A distributed matrix that stores some of its elements, in compressed rows: every rank has consecutive rows,
/// cut anywhere along dimension 0 (`row()`, `weighted(0, ...)`, `cuts({...}, {})`; some ranks may have none),
/// and keeps for each the global columns in ascending order and their values. An element is stored where an
/// entry said so, zero or not. It never changes once made, so copies share it and cost O(1).
template <element T>
class sparse_array {
 public:
  using value_type = T;
  using shape_type = std::array<index_t, 2>;

  /// A 0 x 0 array without ranks; assign to it before use.
  sparse_array() = default;

  /// The array of these entries (collective). Each rank gives any entries, in any order; they travel to the
  /// owners of their rows. Of several entries for one element the last wins, in the order of ranks and of the
  /// position in `entries`. Needs memory for the entries that a rank gives and gets, or for these and the
  /// array; where all ranks give rows of their own only nothing travels. Index: index_t or std::int32_t. Throws
  /// on every rank: index_error where an entry is outside the shape, tiling_error where the rule does not tile
  /// by whole rows or has a halo, shape_error for a bad shape, memory_error.
  template <class Index = index_t>
  static sparse_array from_entries(communicator const& comm, shape_type const& shape, tiling_rule const& rule,
                                   std::vector<sparse_entry<T, Index>> entries,
                                   std::source_location where = std::source_location::current());

  /// For functions that make sparse arrays: takes rows that are already in place, as `detail::csr` describes
  /// them (collective). `tiled` must tile by whole rows.
  sparse_array(communicator const& comm, pantile::tiling const& tiled, detail::csr<T> rows,
               index_t duplicates = 0, std::source_location where = std::source_location::current());

  /// The shape, the extent of dimension d, and which rows each rank has.
  shape_type const& shape() const noexcept { return shape_; }
  index_t extent(int d) const noexcept { return shape_[static_cast<std::size_t>(d)]; }
  pantile::tiling const& tiling() const noexcept { return tiling_; }
  /// Throws tiling_error for a default-constructed array.
  communicator const& comm() const;
  /// False for a default-constructed array.
  bool has_ranks() const noexcept { return comm_.has_value(); }

  /// This rank's rows are first_row() .. first_row() + local_rows().
  index_t first_row() const noexcept { return first_row_; }
  index_t local_rows() const noexcept { return std::ssize(rows_->offsets) - 1; }
  /// Where each local row begins in `columns()` and `values()`, and the end of the last: local_rows() + 1
  /// numbers from 0.
  std::span<index_t const> offsets() const noexcept { return rows_->offsets; }
  /// Global column indices, ascending within a row.
  std::span<index_t const> columns() const noexcept { return rows_->columns; }
  std::span<T const> values() const noexcept {
    return {rows_->values.get(), static_cast<std::size_t>(local_stored())};
  }

  /// Stored elements of this rank.
  index_t local_stored() const noexcept { return rows_->offsets.back(); }
  /// Stored elements of all ranks.
  index_t stored() const noexcept { return stored_; }
  /// Entries of all ranks that `from_entries` dropped for a later one of the same element.
  index_t duplicates() const noexcept { return duplicates_; }

 private:
  friend struct detail::sparse_access;

  shape_type shape_{};
  std::optional<communicator> comm_;
  pantile::tiling tiling_;
  index_t first_row_ = 0;
  index_t stored_ = 0;
  index_t duplicates_ = 0;
  std::shared_ptr<detail::csr<T>> rows_ = std::make_shared<detail::csr<T>>();
};

/// This rank's rows as "[[column: value, ...], [], ...]" followed by the annotation: the tiles of all ranks,
/// this rank and the number of ranks, and how many elements are stored. Long lists are shortened.
template <element T>
std::string to_string(sparse_array<T> const& s);

}  // namespace pantile
