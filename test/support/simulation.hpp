#pragma once

#include <pantile/plan/movement.hpp>

#include <string>
#include <support/tilings.hpp>
#include <vector>

namespace support {

/// What one rank asks for, and what all ranks' plans for it say.
using wishes = std::vector<std::vector<box>>;

inline wishes stored_boxes(tiling const& t) {
  wishes all;
  for (int r = 0; r < t.ranks(); ++r) all.push_back({t.stored_box(r)});
  return all;
}

/// Elements of the global array, each its own row-major place; what is not known is -1.
inline std::vector<index_t> tile_of(tiling const& t, int rank) {
  box const stored = t.stored_box(rank), whole(t.shape());
  std::vector<index_t> tile(static_cast<std::size_t>(stored.count()), -1);
  for_each_index(t.box_of(rank),
                 [&](auto const& i) { tile[place_in(stored, i)] = static_cast<index_t>(place_in(whole, i)); });
  return tile;
}

/// What is wrong with plans[r].sends and receives as a whole: each message must be known to both sides in the
/// same words, peers must ascend, and nobody writes to himself. Empty where nothing is.
inline std::string mismatch(std::vector<pantile::movement> const& plans, tiling const& source) {
  std::size_t sent = 0, received = 0;
  for (std::size_t r = 0; r < plans.size(); ++r) {
    auto const& plan = plans[r];
    std::string const me = "rank " + std::to_string(r) + ": ";
    if (plan.rank != static_cast<int>(r) || plan.local.peer != plan.rank) return me + "wrong rank";
    for (auto const* list : {&plan.sends, &plan.receives})
      for (std::size_t k = 0; k < list->size(); ++k) {
        auto const& t = (*list)[k];
        if (t.peer == plan.rank) return me + "a message to itself";
        if (k > 0 && (*list)[k - 1].peer >= t.peer) return me + "peers do not ascend";
        if (t.parts.empty() || t.parts.size() != t.slots.size()) return me + "parts and slots";
        for (box const& part : t.parts)
          if (part.empty()) return me + "an empty part";
      }
    sent += plan.sends.size();
    received += plan.receives.size();
    for (auto const& in : plan.receives) {
      if (in.storage != source.stored_box(in.peer)) return me + "the storage of the peer";
      auto const& theirs = plans[static_cast<std::size_t>(in.peer)].sends;
      auto const out =
          std::find_if(theirs.begin(), theirs.end(), [&](auto const& t) { return t.peer == plan.rank; });
      if (out == theirs.end()) return me + "waits for a message that nobody sends";
      if (out->parts != in.parts || out->slots != in.slots) return me + "the two sides pack differently";
    }
  }
  return sent == received ? "" : "messages that nobody receives";
}

/// Carries out the plans in this process and says what is wrong with the answer. `have_own`: the elements that
/// a rank owns are in its target already (a halo exchange).
inline std::string wrong_answer(std::vector<pantile::movement> const& plans, tiling const& source,
                                wishes const& wanted, bool have_own = false) {
  box const whole(source.shape());
  std::vector<std::vector<index_t>> tiles;
  for (int r = 0; r < source.ranks(); ++r) tiles.push_back(tile_of(source, r));
  for (std::size_t r = 0; r < plans.size(); ++r) {
    int const rank = static_cast<int>(r);
    std::vector<std::vector<index_t>> target, writes;
    for (box const& b : wanted[r]) {
      target.emplace_back(static_cast<std::size_t>(b.count()), -2);
      writes.emplace_back(static_cast<std::size_t>(b.count()), 0);
    }
    auto take = [&](int from, pantile::transfer const& t) {
      box const storage = source.stored_box(from);
      for (std::size_t i = 0; i < t.parts.size(); ++i) {
        auto const slot = static_cast<std::size_t>(t.slots[i]);
        if (!source.box_of(from).contains(t.parts[i]) || !wanted[r][slot].contains(t.parts[i])) return false;
        for_each_index(t.parts[i], [&](auto const& at) {
          std::size_t const place = place_in(wanted[r][slot], at);
          target[slot][place] = tiles[static_cast<std::size_t>(from)][place_in(storage, at)];
          ++writes[slot][place];
        });
      }
      return true;
    };
    bool ok = take(rank, plans[r].local);
    for (auto const& t : plans[r].receives) {
      ok = ok && take(t.peer, t);
      for (box const& part : t.parts)  // what a rank owns itself never travels
        ok = ok && intersect(part, source.box_of(rank)).empty();
    }
    if (!ok) return "rank " + std::to_string(r) + ": a part that is not wanted, not owned or its own";
    for (std::size_t slot = 0; slot < wanted[r].size(); ++slot) {
      std::size_t place = 0;
      for_each_index(wanted[r][slot], [&](auto const& at) {
        pantile::box one;
        one.dimensions = whole.dimensions;
        one.lo = one.hi = at;
        for (auto& h : one.hi) ++h;
        bool const own = have_own && source.box_of(rank).contains(one);
        ok = ok && writes[slot][place] == (own ? 0 : 1);
        ok = ok && (own || target[slot][place] == static_cast<index_t>(place_in(whole, at)));
        ++place;
      });
    }
    if (!ok) return "rank " + std::to_string(r) + ": an element not written exactly once with its value";
  }
  return "";
}

}  // namespace support
