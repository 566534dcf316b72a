#pragma once

#include <pantile/comm/communicator.hpp>
#include <pantile/ops/pending.hpp>
#include <pantile/plan/movement.hpp>

#include <cstddef>
#include <memory>
#include <source_location>
#include <span>
#include <vector>

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
/// the parts of that slot. All ranks of the communicator call it, in the same order, with plans of the same
/// movement.
///
/// Ranks of one node whose tiles are shared copy straight out of each other's memory; others exchange one
/// message per pair (in pieces of 8 MiB, which count as one), sent and received in place where a part is
/// contiguous. Buffers take at most most_buffer_bytes. Either way the communicator counts exactly what the plan
/// predicts. The bytes are told to the region that is open, the seconds are not: it may do more than this (see
/// movement_seconds). Throws mpi_error.
void execute(movement const& plan, communicator const& comm, source_tile const& source,
             std::span<target_tile const> targets, index_t element_bytes,
             std::source_location where = std::source_location::current());

namespace detail {

/// How long this rank's part of a movement takes by the figures of machine_of: for trace::predicted, in a
/// region that does nothing else. Readers copy out of the tiles of others, who do nothing for it; messages are
/// sent and received.
double movement_seconds(movement const& plan, communicator const& comm, index_t element_bytes);

/// A movement that was started and not waited for. It goes by messages alone: reading a neighbour's tile would
/// need an answer from its readers, and ranks that finish several movements in different orders would wait for
/// each other's. `source` must stay as it is until `finish`; `keep` keeps it and the targets alive. What it
/// counts is what `execute` counts.
class movement_under_way : public work_under_way {
 public:
  using memories = std::vector<std::shared_ptr<std::byte>>;
  movement_under_way(movement plan, communicator const& comm, source_tile const& source,
                     std::vector<target_tile> targets, index_t element_bytes, memories keep,
                     std::source_location where);
  ~movement_under_way() override;
  movement_under_way(movement_under_way const&) = delete;
  movement_under_way& operator=(movement_under_way const&) = delete;

  bool ready() const override;
  void finish() override;

 private:
  struct parts;
  std::unique_ptr<parts> parts_;
};

}  // namespace detail
}  // namespace pantile
