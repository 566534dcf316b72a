#pragma once

#include <pantile/base/box.hpp>
#include <pantile/tiling/tiling.hpp>

#include <span>
#include <vector>

namespace pantile {

/// What travels between two ranks where elements are taken by indices along an axis: the indices, ascending and
/// each once, and the boxes of the source in which these indices are taken, in the order in which both sides
/// pack them.
struct index_share {
  int peer = 0;
  std::vector<index_t> indices;
  std::vector<box> parts;
  /// The elements that travel.
  index_t count(int axis) const;
};

/// Those of ascending indices that a box has along the axis.
std::span<index_t const> indices_within(std::span<index_t const> ascending, box const& part, int axis);

/// From whom `reader` takes the elements with these indices (ascending, each once) along the axis and those of
/// `beside` along the other dimensions; along the axis `beside` is the whole extent. Each owner, `reader`
/// itself among them, once, by ascending rank; who has nothing to give is left out.
std::vector<index_share> plan_index_gather(tiling const& source, box const& beside, int axis,
                                           std::span<index_t const> indices, int reader);

/// What `owner` provides for a reader that asks it for these indices: the parts of plan_index_gather, as the
/// owner sees them.
index_share provided_indices(tiling const& source, int owner, box const& beside, int axis,
                             std::vector<index_t> indices, int reader);

/// Rows that are gathered again and again travel in messages of at most so many of them, 8 MiB or one row.
index_t row_message_rows(index_t row_bytes);
/// In how many messages so many rows go from one rank to another.
index_t row_messages(index_t rows, index_t row_bytes);

}  // namespace pantile
