#include "rank_traffic.hpp"

#include <pantile/base/error.hpp>
#include <pantile/plan/movement.hpp>

#include <map>
#include <numeric>

namespace pantile {

namespace {

void add(transfer& t, box const& part, int slot) {
  t.parts.push_back(part);
  t.slots.push_back(slot);
}

index_t total(std::vector<transfer> const& transfers) {
  return std::accumulate(transfers.begin(), transfers.end(), index_t{0},
                         [](index_t sum, transfer const& t) { return sum + t.count(); });
}

/// Sorts what `rank` takes for its wanted boxes by the rank that provides it.
void plan_receives(movement& plan, tiling const& source, std::vector<box> const& wanted) {
  std::map<int, transfer> by_peer;
  for (std::size_t slot = 0; slot < wanted.size(); ++slot)
    for (auto const& piece : source.providers(wanted[slot], plan.rank))
      add(piece.rank == plan.rank ? plan.local : by_peer[piece.rank], piece.part, static_cast<int>(slot));
  plan.local.peer = plan.rank;
  for (auto& [peer, t] : by_peer) {
    t.peer = peer;
    t.storage = source.stored_box(peer);
    plan.receives.push_back(std::move(t));
  }
}

/// What `rank` provides for the wanted boxes of another rank.
void plan_sends_to(movement& plan, tiling const& source, std::vector<box> const& wanted, int reader) {
  transfer t;
  t.peer = reader;
  t.storage = source.stored_box(plan.rank);
  for (std::size_t slot = 0; slot < wanted.size(); ++slot)
    for (auto const& part : source.provided_by(plan.rank, wanted[slot], reader))
      add(t, part, static_cast<int>(slot));
  if (!t.parts.empty()) plan.sends.push_back(std::move(t));
}

void check_rank(char const* operation, tiling const& source, int rank) {
  if (rank < 0 || rank >= source.ranks())
    throw index_error(std::string(operation) + ": there is no rank " + std::to_string(rank) + " among " +
                      std::to_string(source.ranks()));
}

void check_same_space(tiling const& source, tiling const& target) {
  if (source.shape() != target.shape() || source.ranks() != target.ranks())
    throw tiling_error("retile: the source tiles " + to_string(source.shape()) + " over " +
                       std::to_string(source.ranks()) + " ranks, the target " + to_string(target.shape()) +
                       " over " + std::to_string(target.ranks()) + "; both must be equal");
}

}  // namespace

index_t transfer::count() const noexcept {
  return std::accumulate(parts.begin(), parts.end(), index_t{0},
                         [](index_t sum, box const& b) { return sum + b.count(); });
}

index_t movement::elements_sent() const noexcept { return total(sends); }
index_t movement::elements_received() const noexcept { return total(receives); }

movement plan_retile(tiling const& source, tiling const& target, int rank) {
  check_same_space(source, target);
  check_rank("retile", source, rank);
  movement plan;
  plan.rank = rank;
  plan_receives(plan, source, {target.stored_box(rank)});
  for (int reader : target.holders(source.box_of(rank)))
    if (reader != rank) plan_sends_to(plan, source, {target.stored_box(reader)}, reader);
  return plan;
}

movement plan_gather(tiling const& source, std::vector<std::vector<box>> const& wanted, int rank) {
  if (wanted.size() != static_cast<std::size_t>(source.ranks()))
    throw tiling_error("gather: got wanted boxes for " + std::to_string(wanted.size()) + " ranks of " +
                       std::to_string(source.ranks()));
  check_rank("gather", source, rank);
  box const whole(source.shape());
  for (auto const& boxes : wanted)
    for (auto const& b : boxes)
      if (b.dimensions != whole.dimensions || !whole.contains(b))
        throw index_error("gather: the box " + to_string(b) + " is not inside the shape " +
                          to_string(source.shape()));
  movement plan;
  plan.rank = rank;
  plan_receives(plan, source, wanted[static_cast<std::size_t>(rank)]);
  for (int reader = 0; reader < source.ranks(); ++reader)
    if (reader != rank) plan_sends_to(plan, source, wanted[static_cast<std::size_t>(reader)], reader);
  return plan;
}

namespace {

void check_same_space(tiling const& t, block_cyclic const& c) {
  auto const [m, n] = c.shape();
  if (t.shape() != extents{m, n} || t.ranks() != c.ranks())
    throw tiling_error("retile: the tiling is of " + to_string(t.shape()) + " over " +
                       std::to_string(t.ranks()) + " ranks, the block-cyclic layout of (" + std::to_string(m) +
                       ", " + std::to_string(n) + ") over " + std::to_string(c.ranks()) +
                       "; both must be equal");
}

void add(transfer& t, block_cyclic::tile const& from) {
  add(t, from.part, 0);
  t.storage = from.storage;
  t.storages.push_back(from.storage);
}

}  // namespace

movement plan_retile(tiling const& source, block_cyclic const& target, int rank) {
  check_same_space(source, target);
  std::vector<std::vector<box>> wanted(static_cast<std::size_t>(target.ranks()));
  for (int r = 0; r < target.ranks(); ++r)
    for (auto const& t : target.tiles_in(box(source.shape()), r))
      wanted[static_cast<std::size_t>(r)].push_back(t.part);
  return plan_gather(source, wanted, rank);
}

movement plan_retile(block_cyclic const& source, tiling const& target, int rank) {
  check_same_space(target, source);
  check_rank("retile", target, rank);
  movement plan;
  plan.rank = plan.local.peer = rank;
  std::map<int, transfer> by_peer;
  for (auto const& t : source.tiles_in(target.stored_box(rank)))
    add(t.rank == rank ? plan.local : by_peer[t.rank], t);
  for (auto& [peer, t] : by_peer) {
    t.peer = peer;
    plan.receives.push_back(std::move(t));
  }
  for (int reader = 0; reader < target.ranks(); ++reader) {
    if (reader == rank) continue;
    transfer out;
    out.peer = reader;
    for (auto const& t : source.tiles_in(target.stored_box(reader), rank)) add(out, t);
    if (!out.parts.empty()) plan.sends.push_back(std::move(out));
  }
  return plan;
}

movement plan_halo_exchange(tiling const& t, int rank) {
  movement plan = plan_retile(t, t, rank);
  plan.local.parts.clear();
  plan.local.slots.clear();
  return plan;
}

movement_volume retile_volume(tiling const& source, tiling const& target, int look_at) {
  check_same_space(source, target);
  int const ranks = source.ranks(), looked = std::min(ranks, look_at);
  detail::traffic_of_ranks traffic(ranks, looked == ranks);
  detail::tile_counts tiles;
  auto const looked_at = [&](int i) { return static_cast<int>(static_cast<index_t>(i) * ranks / looked); };
  movement_volume volume;
  for (int i = 0; i < looked; ++i) {
    int const reader = looked_at(i);
    auto const received = traffic.take(source, target.stored_box(reader), reader, tiles);
    volume.elements_total += received.elements;
    volume.messages_total += received.messages;
    volume.elements_busiest = std::max(volume.elements_busiest, received.elements);
    volume.messages_busiest = std::max(volume.messages_busiest, received.messages);
  }
  for (int i = 0; i < looked; ++i) {
    int const sender = looked_at(i);
    auto const sent = looked == ranks ? traffic.sent(sender) : detail::sent_of(source, target, sender, tiles);
    volume.elements_busiest = std::max(volume.elements_busiest, sent.elements);
    volume.messages_busiest = std::max(volume.messages_busiest, sent.messages);
  }
  volume.elements_total =
      volume.elements_total / looked * ranks + volume.elements_total % looked * ranks / looked;
  volume.messages_total =
      volume.messages_total / looked * ranks + volume.messages_total % looked * ranks / looked;
  return volume;
}

}  // namespace pantile
