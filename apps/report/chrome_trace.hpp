#pragma once

#include <string>

namespace pantile::apps {

/// Writes all events of an archive as Chrome's trace events, which Perfetto and speedscope read: regions with
/// what is said of them, messages as flows, metrics as counters. Gives the number of events that were read.
long long write_chrome_trace(std::string const& archive, std::string const& file);

}  // namespace pantile::apps
