#pragma once

#include <pantile/base/types.hpp>
#include <pantile/trace/communication.hpp>

#include <string>

namespace pantile {

/// What a rank can do, for predictions. The defaults are those of a core of 2020 on a network of 10 Gbit/s.
struct machine {
  double flops_per_second = 3e10;   ///< of a product of doubles
  double bytes_per_second = 1.2e9;  ///< sent or received by a rank
  double seconds_per_message = 2e-6;
  bool shared_memory = false;  ///< the ranks read each other's tiles: nothing is packed

  /// How long a rank takes to send, or to receive, so many bytes in so many messages.
  double seconds(index_t bytes, index_t messages) const {
    return static_cast<double>(bytes) / bytes_per_second + static_cast<double>(messages) * seconds_per_message;
  }
};

/// Ranks of one node, which read each other's tiles, and ranks of several.
struct machines {
  machine node{3e10, 5e9, 1e-6, true};
  machine network;
};

/// How long a rank is in a collective of so many ranks that all come at once: trees of messages, except where
/// everyone has something for everyone (R. Thakur, R. Rabenseifner, W. Gropp: Optimization of collective
/// communication operations in MPICH, 2005). `bytes`: of the vector that is sent on or reduced; of what a rank
/// receives, or sends where that is more, in an allgather and an alltoall.
double collective_seconds(machine const& on, trace::communication_kind kind, int ranks, index_t bytes);

/// What the text of a file says that `pantile-bench calibrate` wrote; `path` is named in errors. Throws
/// io_error for any other text.
machines machines_from_text(std::string const& text, std::string const& path);

}  // namespace pantile
