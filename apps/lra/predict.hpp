#pragma once

#include "options.hpp"

namespace pantile::apps {

/// Carries out pantile-lra predict (collective). The exit code.
int predict(communicator const& comm, lra_prediction const& asked);

}  // namespace pantile::apps
