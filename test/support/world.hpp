#pragma once

#include <pantile/comm/communicator.hpp>
#include <pantile/comm/environment.hpp>

namespace support {

inline pantile::communicator const& world() { return pantile::environment::world(); }

}  // namespace support
