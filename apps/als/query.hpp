#pragma once

#include "options.hpp"

#include <pantile/comm/communicator.hpp>

namespace pantile::apps {

/// Answers a question to a model that is there (collective).
void answer(communicator const& comm, als_query const& query);

}  // namespace pantile::apps
