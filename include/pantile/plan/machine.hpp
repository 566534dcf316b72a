#pragma once

namespace pantile {

/// What a rank can do, for predictions. The defaults are those of a core of 2020 on a network of 10 Gbit/s.
struct machine {
  double flops_per_second = 3e10;   ///< of a product of doubles
  double bytes_per_second = 1.2e9;  ///< sent or received by a rank
  double seconds_per_message = 2e-6;
  bool shared_memory = false;  ///< the ranks read each other's tiles: nothing is packed
};

/// Ranks of one node, which read each other's tiles, and ranks of several.
struct machines {
  machine node{3e10, 5e9, 1e-6, true};
  machine network;
};

}  // namespace pantile
