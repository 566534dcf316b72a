#pragma once

#include <pantile/ops/take.hpp>
#include <pantile/plan/index_gather.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <source_location>
#include <span>
#include <vector>

// What taking and scattering by index arrays share.
namespace pantile::detail {

/// The index array, which must live as long, as this rank sees it: its own part where it is distributed, all of
/// it otherwise; negative indices counted from the end. Throws index_error on every rank where an index is out
/// of range, divergence_error where local indices differ (collective where `comm` is given).
struct chosen_indices {
  bool distributed;
  bool computed = false;  // by a statement that is only rehearsed: nobody knows them
  index_t first = 0;      // the place of the first of `values`
  std::span<index_t const> values;

  chosen_indices(stored_array const& stored, std::optional<communicator> const& comm, index_t extent, int axis,
                 std::source_location where);
  /// Those at places [lo, hi), which this rank must have.
  std::span<index_t const> between(index_t lo, index_t hi) const;
  /// Others instead, in range.
  void replace(std::span<index_t const> indices, index_t extent);

  chosen_indices(chosen_indices const&) = delete;
  chosen_indices& operator=(chosen_indices const&) = delete;

 private:
  std::vector<index_t> own_;  // where they are not the array's
};

/// Asks the owners for the indices of plan_index_gather; returns those that each rank asks this one for
/// (collective).
std::vector<std::vector<index_t>> ask_owners(communicator const& comm, std::vector<index_share> const& shares,
                                             std::source_location where);

/// The first n bytes of a tile.
std::span<std::byte> bytes_in(std::shared_ptr<std::byte> const& memory, index_t n);
/// 0, 1, ..., n - 1.
std::vector<index_t> counting(index_t n);
/// The box with another stretch along the axis.
box with_axis(box part, int axis, index_t lo, index_t hi);
/// The tiling of an array that is cut along the axis as a vector is, and nowhere else.
tiling tiling_along(tiling const& indices, extents const& shape, int axis);

}  // namespace pantile::detail
