#pragma once

#include "trace_model.hpp"

#include <string>

namespace pantile::apps {

/// A model as the page and other programs read it: compact JSON. Times are nanoseconds since the beginning,
/// those of `profile` seconds.
std::string to_json(trace_model& m, std::string const& sources);

}  // namespace pantile::apps
