#pragma once

#include <pantile/tiling/tiling.hpp>

#include <algorithm>
#include <map>
#include <vector>

// What the ranks of movements send and receive, counted without building the movements.
namespace pantile::detail {

/// Elements and messages, of one direction.
struct volume {
  index_t elements = 0, messages = 0;
};

/// How many tiles along one dimension a part of it meets.
inline index_t tiles_met(std::vector<index_t> const& cuts, index_t lo, index_t hi) {
  index_t tiles = 0;
  for (auto end = std::upper_bound(cuts.begin(), cuts.end(), lo); end != cuts.end(); ++end) {
    if (*end > *(end - 1)) ++tiles;
    if (*end >= hi) break;
  }
  return tiles;
}

/// What a rank receives of a box, without asking who sends which part of it.
inline volume received_of(tiling const& source, box const& wanted, int reader) {
  if (wanted.empty()) return {};
  index_t const held = reader < source.ranks() ? intersect(wanted, source.box_of(reader)).count() : 0;
  index_t owners = 1;
  for (std::size_t d = 0; d < static_cast<std::size_t>(wanted.dimensions); ++d)
    owners *= tiles_met(source.boundaries(static_cast<int>(d)), wanted.lo[d], wanted.hi[d]);
  return {wanted.count() - held, owners - (held > 0)};
}

/// What the ranks of a movement send each other: of every rank, or only what the readers that are looked at
/// receive.
class traffic_of_ranks {
 public:
  traffic_of_ranks(int ranks, bool all) : sent_(all ? static_cast<std::size_t>(ranks) : 0) {}

  /// The reader takes a box out of a tiling.
  volume take(tiling const& source, box const& wanted, int reader) {
    if (sent_.empty() && source.is_cartesian()) return received_of(source, wanted, reader);
    volume received;
    std::map<int, index_t> peers;
    for (auto const& piece : source.providers(wanted, reader))
      if (piece.rank != reader) peers[piece.rank] += piece.part.count();
    for (auto const& [peer, count] : peers) {
      received.elements += count;
      ++received.messages;
      if (sent_.empty()) continue;
      sent_[static_cast<std::size_t>(peer)].elements += count;
      ++sent_[static_cast<std::size_t>(peer)].messages;
    }
    return received;
  }
  volume sent(int rank) const { return sent_.empty() ? volume{} : sent_[static_cast<std::size_t>(rank)]; }

 private:
  std::vector<volume> sent_;
};

inline volume& operator+=(volume& a, volume const& b) {
  a.elements += b.elements;
  a.messages += b.messages;
  return a;
}

}  // namespace pantile::detail
