#pragma once

#include <pantile/comm/communicator.hpp>

#include <mpi.h>

#include <source_location>

// For programs that use MPI themselves: the only public header that includes mpi.h. A pantile::environment (or
// pantile::run) joins an MPI that runs already and leaves it running.
namespace pantile {

/// The ranks of a communicator that the user made and keeps (collective over it): Pantile works on a duplicate,
/// so that no message of the one meets the other. Needs a pantile::environment. Throws mpi_error for
/// MPI_COMM_NULL and for intercommunicators.
communicator wrap(MPI_Comm comm, std::source_location where = std::source_location::current());

/// Pantile's own duplicate, for calls that Pantile does not have. Its errors are returned, not fatal; it must
/// not be freed, and tags from 30,000 on are Pantile's.
MPI_Comm handle_of(communicator const& comm);

}  // namespace pantile
