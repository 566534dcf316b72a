#pragma once

#include <pantile/comm/communicator.hpp>
#include <pantile/plan/machine.hpp>

namespace pantile::detail {

/// What the ranks of a communicator can do: as one node where they all read each other's tiles, otherwise as
/// nodes of a network. Out of the file that PANTILE_MACHINE names, where it names one: the same on every rank.
/// Throws io_error, on every rank, where rank 0 could not read it.
machine machine_of(communicator const& comm);
/// The same of the first so many ranks: those that are not there would be in other nodes.
machine machine_of(communicator const& comm, int ranks);

}  // namespace pantile::detail
