#pragma once

#include <pantile/plan/product.hpp>
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

/// How many tiles along one dimension a part of it meets, in tilings that live as long as this.
class tile_counts {
 public:
  index_t met(std::vector<index_t> const& cuts, index_t lo, index_t hi) {
    auto const first = beyond(cuts, lo), last = std::clamp(beyond(cuts, hi - 1), first, cuts.end() - 1);
    constexpr auto few = 16;
    if (last - first >= few) {
      auto const& filled = filled_of(cuts);
      return filled[static_cast<std::size_t>(last - cuts.begin())] -
             filled[static_cast<std::size_t>(first - cuts.begin() - 1)];
    }
    index_t tiles = 0;
    for (auto end = first; end <= last; ++end) tiles += *end > *(end - 1);
    return tiles;
  }

 private:
  using cut = std::vector<index_t>::const_iterator;

  /// The first cut after an index; where the cuts are even, as they mostly are, it is known where that is.
  static cut beyond(std::vector<index_t> const& cuts, index_t index) {
    index_t const parts = std::ssize(cuts) - 1, shorter = cuts.back() / parts, longer = cuts.back() % parts;
    index_t tile = index / (shorter + 1);
    if (tile >= longer && shorter > 0) tile = longer + (index - longer * (shorter + 1)) / shorter;
    auto const after = cuts.begin() + std::min(tile + 1, parts);
    return *(after - 1) <= index && index < *after ? after : std::upper_bound(cuts.begin(), cuts.end(), index);
  }

  /// Of the first i tiles, how many are not empty: looks through the cuts of a million ranks once.
  std::vector<int> const& filled_of(std::vector<index_t> const& cuts) {
    auto& filled = filled_[&cuts];
    if (filled.empty()) {
      filled.resize(cuts.size());
      for (std::size_t i = 1; i < cuts.size(); ++i) filled[i] = filled[i - 1] + (cuts[i] > cuts[i - 1]);
    }
    return filled;
  }

  std::map<std::vector<index_t> const*, std::vector<int>> filled_;
};

/// What a rank receives of a box, without asking who sends which part of it.
inline volume received_of(tiling const& source, box const& wanted, int reader, tile_counts& tiles) {
  if (wanted.empty()) return {};
  index_t const held = reader < source.ranks() ? intersect(wanted, source.box_of(reader)).count() : 0;
  index_t owners = 1;
  for (std::size_t d = 0; d < static_cast<std::size_t>(wanted.dimensions); ++d)
    owners *= tiles.met(source.boundaries(static_cast<int>(d)), wanted.lo[d], wanted.hi[d]);
  return {wanted.count() - held, owners - (held > 0)};
}

/// How many ranks own each element of a Cartesian tiling.
inline index_t owners_of_each(tiling const& t) {
  index_t owners = 1;
  for (auto const& axis : t.grid())
    if (axis.dimension < 0) owners *= axis.ranks;
  return owners;
}

/// What a rank sends where every rank takes its box of a target, without asking each of them; nothing where
/// that cannot be told so: replicas, halos, custom tilings.
inline volume sent_of(tiling const& source, tiling const& target, int sender, tile_counts& tiles) {
  if (!source.is_cartesian() || !source.is_disjoint() || !target.is_cartesian() || target.has_halo()) return {};
  box const own = source.box_of(sender);
  if (own.empty()) return {};
  index_t const replicas = owners_of_each(target);
  index_t readers = 1;
  for (int d = 0; d < own.dimensions; ++d)
    readers *= tiles.met(target.boundaries(d), own.lo[static_cast<std::size_t>(d)],
                         own.hi[static_cast<std::size_t>(d)]);
  index_t const kept = intersect(own, target.box_of(sender)).count();
  return {own.count() * replicas - kept, readers * replicas - (kept > 0)};
}

/// What the ranks of a movement send each other: of every rank, or only what the readers that are looked at
/// receive.
class traffic_of_ranks {
 public:
  traffic_of_ranks(int ranks, bool all) : sent_(all ? static_cast<std::size_t>(ranks) : 0) {}

  /// The reader takes a box out of a tiling.
  volume take(tiling const& source, box const& wanted, int reader, tile_counts& tiles) {
    if (sent_.empty() && source.is_cartesian()) return received_of(source, wanted, reader, tiles);
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

/// What the cost of a schedule rests on whatever its panels: known by asking all ranks, once.
struct schedule_layout {
  schedule_layout(product_problem const& p, product_schedule const& s);
  bool in_place, a_here, b_here;   // C is computed where it lies; the operands are read there
  tiling partial;                  // of the parts of C, over the ranks that take part
  std::array<index_t, 2> parts{};  // of m and n that are not empty
};

/// The cost of a schedule, as the public `cost_of`; `tiles` serves all schedules of a problem. Where a rank
/// takes more than `most_memory`, that is all that the cost tells.
product_cost cost_of(product_problem const& p, product_schedule const& s, schedule_layout const& layout,
                     machine const& on, int look_at, tile_counts& tiles,
                     index_t most_memory = std::numeric_limits<index_t>::max());

}  // namespace pantile::detail
