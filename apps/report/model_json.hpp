#pragma once

#include "trace_model.hpp"

#include <string>

namespace pantile::apps {

/// A model as the page and other programs read it: compact JSON, of at most about `most_bytes`; what fills it
/// most is left out first, the shortest executions. Times are nanoseconds since the beginning, those of
/// `profile` seconds.
std::string to_json(trace_model& m, std::string const& sources, std::size_t most_bytes);

}  // namespace pantile::apps
