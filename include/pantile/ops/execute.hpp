#pragma once

#include <pantile/comm/communicator.hpp>
#include <pantile/plan/movement.hpp>

#include <cstddef>
#include <source_location>
#include <span>

namespace pantile {

/// A row-major storage of the elements of a box on this rank.
struct source_tile {
  std::byte const* data = nullptr;
  box storage;
};
struct target_tile {
  std::byte* data = nullptr;
  box storage;
};

/// Carries out this rank's part of a movement: the one executor of all data movements. `targets[slot]` receives
/// the parts of that slot. All ranks that the plan joins must call it with plans of the same movement.
///
/// Ranks of one node whose tiles are shared copy straight out of each other's memory; others exchange one
/// message per pair, sent and received in place where a part is contiguous. Either way the communicator counts
/// exactly what the plan predicts. Throws mpi_error.
void execute(movement const& plan, communicator const& comm, source_tile const& source,
             std::span<target_tile const> targets, index_t element_bytes,
             std::source_location where = std::source_location::current());

}  // namespace pantile
