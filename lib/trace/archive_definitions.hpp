#pragma once

#include "archive_tables.hpp"
#include "otf2_calls.hpp"

#include <cstdint>
#include <map>

namespace pantile::trace::detail {

/// How many events each location has.
using event_counts = std::map<OTF2_LocationRef, std::uint64_t>;

/// Writes the definitions that all locations share, on the process that leads.
void write_definitions(OTF2_Archive* archive, archive_tables& tables, event_counts const& events);

}  // namespace pantile::trace::detail
