#pragma once

#include <pantile/base/box.hpp>
#include <pantile/tiling/block_cyclic.hpp>
#include <pantile/tiling/tiling.hpp>

#include <limits>
#include <vector>

namespace pantile {

/// One message: the parts of the global index space that travel between this rank and `peer`, in the order in
/// which both sides pack them. `slots[i]` says into which of the reader's wanted boxes part i goes.
struct transfer {
  int peer = 0;
  box storage;  // what the sender stores of the source, halo included
  std::vector<box> parts;
  std::vector<int> slots;
  std::vector<box> storages;  // of each part, where the sender stores several boxes (block_cyclic)
  /// Where part i lies at the sender.
  box const& storage_of(std::size_t i) const noexcept { return storages.empty() ? storage : storages[i]; }
  /// The elements of all parts.
  index_t count() const noexcept;
};

/// What one rank does to move data: a pure function of tilings, without pointers, element types or MPI.
/// Elements that a rank owns itself are in `local` and never travel.
struct movement {
  int rank = 0;
  std::vector<transfer> sends;     // by ascending peer, never this rank
  std::vector<transfer> receives;  // by ascending peer, never this rank
  transfer local;                  // copied inside this rank

  /// What this rank sends and receives: exactly what its communicator will count.
  index_t elements_sent() const noexcept;
  index_t elements_received() const noexcept;
  index_t messages_sent() const noexcept { return static_cast<index_t>(sends.size()); }
  index_t messages_received() const noexcept { return static_cast<index_t>(receives.size()); }
};

/// Every rank of `target` gets its stored box (halo included) from the owners in `source`. The shapes and the
/// numbers of ranks must be equal (tiling_error), `rank` one of them (index_error). Cost: O(messages of this
/// rank) for Cartesian tilings.
movement plan_retile(tiling const& source, tiling const& target, int rank);

/// Rank r gets the boxes wanted[r] (any number, overlapping or not, empty ones allowed; inside the shape) from
/// the owners in `source`. `wanted` is the same on every rank.
movement plan_gather(tiling const& source, std::vector<std::vector<box>> const& wanted, int rank);

/// From a tiling to ScaLAPACK's layout: slot i is the i-th of `target.tiles_in(everything, rank)`. And back:
/// every rank of `target` gets its stored box. The shapes and the numbers of ranks must be equal
/// (tiling_error). Cost: O(blocks) and O(blocks of this rank).
movement plan_retile(tiling const& source, block_cyclic const& target, int rank);
movement plan_retile(block_cyclic const& source, tiling const& target, int rank);

/// Refreshes the halo of `t`: like plan_retile from the owned to the stored boxes, without what a rank owns
/// itself.
movement plan_halo_exchange(tiling const& t, int rank);

/// The buffers of messages that a rank takes for a movement, beside its source and its target
/// (ops/execute.hpp).
inline constexpr index_t most_buffer_bytes = index_t{48} << 20;

/// The communication of a whole movement, by elements.
struct movement_volume {
  index_t elements_total = 0;    // sent by all ranks
  index_t elements_busiest = 0;  // max over ranks of max(sent, received)
  index_t messages_total = 0;
  index_t messages_busiest = 0;
};
/// The volume of plan_retile over all ranks. O(messages of all ranks) for Cartesian tilings. With more ranks
/// than `look_at`, what that many of them, evenly spread, receive, and the totals that follow if the others are
/// like them: O(cuts) for each.
movement_volume retile_volume(tiling const& source, tiling const& target,
                              int look_at = std::numeric_limits<int>::max());

}  // namespace pantile
