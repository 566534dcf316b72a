#pragma once

#include "archive.hpp"

#include <mpi.h>

namespace pantile::trace::detail {

/// The ranks of a communicator write an archive together; rank 0 leads.
archive_group group_of(MPI_Comm comm);

}  // namespace pantile::trace::detail
