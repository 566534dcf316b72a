#pragma once

#include <pantile/base/types.hpp>

namespace pantile {

/// What this rank has sent and received through a communicator, in payload bytes and messages. Point-to-point
/// and all-to-all traffic is exact; a collective counts what a rank contributes to others and gets from them:
/// bcast n x (ranks - 1) at the root and n elsewhere, reduce and scan n per contributor, allreduce n out and n
/// in, allgather own x (ranks - 1) out and the others' in. What travels beside the payload (counts, lengths,
/// fingerprints) is not counted, nor is what a rank keeps to itself. Copies between ranks of one node that pass
/// no message count as the messages of the plan that they carry out.
struct traffic {
  index_t bytes_sent = 0;
  index_t bytes_received = 0;
  index_t messages_sent = 0;
  index_t messages_received = 0;

  /// What came since an earlier reading; and added up.
  traffic operator-(traffic const& earlier) const noexcept;
  traffic& operator+=(traffic const& more) noexcept;
  bool operator==(traffic const&) const noexcept = default;
};

}  // namespace pantile
