#pragma once

#include "options.hpp"
#include "report.hpp"

#include <pantile/algorithms/split_ratings.hpp>

namespace pantile::apps {

/// Says what an iteration would cost each rank, and writes it where --json asks for it (collective).
template <element T>
void dry_run(communicator const& comm, als_command const& command, als_data const& data,
             sparse_array<T> const& rated, ratings_split<T> const& split);

}  // namespace pantile::apps
