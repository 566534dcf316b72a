#pragma once

#include <pantile/comm/communicator.hpp>
#include <pantile/comm/environment.hpp>

namespace support {

inline pantile::communicator const& world() { return pantile::environment::world(); }

/// True on one rank, the next one each time: what every rank would judge alike costs most of a test on many
/// ranks.
inline bool my_turn() {
  static int turn = 0;
  return turn++ % world().size() == world().rank();
}

}  // namespace support
