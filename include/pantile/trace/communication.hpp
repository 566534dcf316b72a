#pragma once

#include <pantile/base/types.hpp>

#include <cstdint>
#include <span>

namespace pantile::trace {

/// What a call of a communicator is. A message under way begins with `send_begun` or `receive_begun` and ends
/// with `send_done` or `receive_done`, or is given up.
enum class communication_kind : std::uint16_t {
  barrier,
  bcast,
  allreduce,
  reduce,
  scan,
  exclusive_scan,
  allgather,
  alltoall,
  collective_begun,  ///< one that does not block
  collective_done,
  send_begun,
  send_done,
  receive_begun,
  receive_done,
  given_up
};

/// A collective or a message, as one rank sees it.
struct communication {
  communication_kind kind = communication_kind::barrier;
  /// Of the collective that does not block; otherwise the same as `kind`.
  communication_kind blocking = communication_kind::barrier;
  int communicator = 0;                ///< its number in this process, in the order in which they were made
  int ordinal = 0;                     ///< among those of this process that have the same ranks
  std::span<int const> world_ranks{};  ///< of the communicator
  int peer = -1;                       ///< the other rank of a message, the root of a collective; -1: none
  int tag = 0;                         ///< of a message
  index_t bytes_sent = 0;              ///< as `traffic` counts them
  index_t bytes_received = 0;
  std::uint64_t request = 0;  ///< of what is under way: the same number when it begins and when it ends
};

}  // namespace pantile::trace
