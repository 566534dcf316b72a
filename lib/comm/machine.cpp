#include "node.hpp"
#include "state.hpp"

#include <pantile/comm/environment.hpp>
#include <pantile/comm/machine.hpp>

#include <algorithm>

namespace pantile::detail {

namespace {

machines const& known_machines() {
  static machines const known = [] {
    auto const path = environment::agreed_variable("PANTILE_MACHINE");
    if (!path) return machines();
    auto const text = environment::agreed_file("PANTILE_MACHINE");
    if (!text) throw io_error("rank 0 cannot read " + *path + ", the file of PANTILE_MACHINE", std::string());
    return machines_from_text(*text, *path);
  }();
  return known;
}

}  // namespace

machine const& communicator_state::able_to() const {
  if (!ability)
    ability =
        std::all_of(world_ranks.begin(), world_ranks.end(),
                    [&](int r) { return r == world_ranks[static_cast<std::size_t>(rank)] || node_memory(r); })
            ? known_machines().node
            : known_machines().network;
  return *ability;
}

machine machine_of(communicator const& comm) { return machine_of(comm, comm.size()); }

machine machine_of(communicator const& comm, int ranks) {
  if (ranks == comm.size()) return comm.state_->able_to();
  if (ranks > comm.size()) return known_machines().network;
  for (int r = 1; r < ranks; ++r)
    if (!comm.are_near(0, r)) return known_machines().network;
  return known_machines().node;
}

}  // namespace pantile::detail
