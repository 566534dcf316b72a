#pragma once

#include "arena.hpp"

#include <pantile/base/types.hpp>

#include <mpi.h>

#include <cstddef>
#include <vector>

namespace pantile::detail {

/// Bytes of memory in this machine.
index_t physical_memory() noexcept;

/// The arena that the other ranks of this node read; nullptr where this rank is alone on its node or memory
/// cannot be shared.
arena* shared_arena() noexcept;

/// Shares this rank's arena with the other ranks of its node and maps theirs (collective over MPI_COMM_WORLD).
/// Failing to share is not an error: the ranks concerned use messages. PANTILE_SHARED_MEMORY=0 switches it off.
void share_node_memory();
void unshare_node_memory() noexcept;

/// Where the shared memory of a rank of MPI_COMM_WORLD is mapped here; nullptr where it is not. Mutual: a rank
/// reads this one's memory exactly if this one can read its.
std::byte const* node_memory(int world_rank) noexcept;

/// The ranks of this node, this one included, that may run on a core on which this one may run.
int ranks_on_these_cores() noexcept;

}  // namespace pantile::detail
