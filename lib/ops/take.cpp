#include "index_set.hpp"
#include "indexed_exchange.hpp"

#include <pantile/kernel/indexed.hpp>
#include <pantile/kernel/parallel.hpp>
#include <pantile/ops/rearrange.hpp>
#include <pantile/ops/take.hpp>
#include <pantile/plan/index_gather.hpp>
#include <pantile/trace/recorder.hpp>

#include <algorithm>
#include <numeric>

namespace pantile::detail {

namespace {

bool cuts(tiling const& t, int axis) { return !t.is_cartesian() || t.grid_axis_of(axis) >= 0; }

int longest_beside(extents const& shape, int axis) {
  int longest = axis == 0 ? 1 : 0;
  for (int d = 0; d < shape.dimensions(); ++d)
    if (d != axis && shape[d] > shape[longest]) longest = d;
  return longest;
}

}  // namespace

tiling with_whole_lines(tiling const& t, int axis) {
  if (!cuts(t, axis)) return t;
  return tiling::axis(longest_beside(t.shape(), axis)).bind(t.shape(), t.ranks());
}

bool shares_lines(tiling const& t, int axis, index_t bytes) {
  constexpr index_t little = 1 << 20, short_line = 1 << 18;  // which costs no more to bring than to share
  index_t const lines = t.shape()[axis] == 0 ? 0 : t.shape().count() / t.shape()[axis];
  return bytes > little && bytes / std::max<index_t>(lines, 1) > short_line && t.ranks() > 1 && cuts(t, axis) &&
         t.shape()[longest_beside(t.shape(), axis)] < t.ranks();
}

namespace {

extents taken_shape(extents const& shape, int axis, index_t n) {
  std::vector<index_t> sizes;
  for (int d = 0; d < shape.dimensions(); ++d) sizes.push_back(d == axis ? n : shape[d]);
  return extents(sizes.data(), shape.dimensions());
}

/// kernel::move_indexed on all threads: no two elements go to the same place.
void move_on_threads(std::byte const* source, box const& source_storage, stored_array const& result,
                     box const& beside, int axis, std::span<index_t const> from, std::span<index_t const> to,
                     index_t element_bytes) {
  index_t const n = std::ssize(from), width = n == 0 ? 0 : beside.count() / beside.extent(axis);
  kernel::parallel_ranges(n, n * width, [&](index_t begin, index_t end, int) {
    auto const first = static_cast<std::size_t>(begin), count = static_cast<std::size_t>(end - begin);
    kernel::move_indexed(source, source_storage, result.memory.get(), result.storage, beside, axis,
                         from.subspan(first, count), to.subspan(first, count), element_bytes);
  });
}

/// Indices, and the places where their elements go, sorted by the stretch of the axis in which they lie; within
/// a stretch in their order.
class stretches {
 public:
  /// Every index lies between two of the cuts.
  stretches(std::span<index_t const> indices, index_t first_place, std::vector<index_t> cuts)
      : cuts_(std::move(cuts)), indices_(indices.size()), places_(indices.size()) {
    std::sort(cuts_.begin(), cuts_.end());
    cuts_.erase(std::unique(cuts_.begin(), cuts_.end()), cuts_.end());
    starts_.assign(cuts_.size() + 1, 0);
    for (index_t i : indices) ++starts_[number_of(i) + 1];
    std::partial_sum(starts_.begin(), starts_.end(), starts_.begin());
    auto next = starts_;
    for (index_t i : indices) {
      auto const place = static_cast<std::size_t>(next[number_of(i)]++);
      indices_[place] = i;
      places_[place] = first_place++;
    }
  }

  /// What lies between two of the cuts.
  struct part {
    std::span<index_t const> indices, places;
  };
  part between(index_t lo, index_t hi) const {
    auto const start = [&](index_t cut) {
      auto const number = std::lower_bound(cuts_.begin(), cuts_.end(), cut) - cuts_.begin();
      return static_cast<std::size_t>(starts_[static_cast<std::size_t>(number)]);
    };
    std::size_t const first = start(lo), count = start(hi) - first;
    return {std::span(indices_).subspan(first, count), std::span(places_).subspan(first, count)};
  }

 private:
  std::size_t number_of(index_t i) const {
    std::size_t number = 0;
    if (cuts_.size() > 8)
      return static_cast<std::size_t>(std::upper_bound(cuts_.begin(), cuts_.end(), i) - cuts_.begin() - 1);
    for (std::size_t c = 1; c + 1 < cuts_.size(); ++c) number += i >= cuts_[c];  // no branch to foresee
    return number;
  }

  std::vector<index_t> cuts_, starts_, indices_, places_;
};

/// Along the axis everything, where there is anything to take; beside it what the part has.
box all_along(box const& part, int axis, index_t extent) {
  return with_axis(part, axis, 0, part.extent(axis) == 0 ? 0 : extent);
}

/// True where each rank owns all that it may take: the same answer on every rank.
bool at_hand(stored_array const& source, stored_array const& result, int axis) {
  for (int r = 0; r < source.comm->size(); ++r)
    if (!source.tiled.box_of(r).contains(all_along(result.tiled.box_of(r), axis, source.shape[axis])))
      return false;
  return true;
}

/// One gather by indices between the ranks: see take_elements.
class index_gather {
 public:
  index_gather(communicator const& comm, stored_array const& source, stored_array const& result, int axis,
               chosen_indices const& chosen, index_t element_bytes, std::source_location where)
      : comm_(comm),
        source_(source),
        result_(result),
        axis_(axis),
        chosen_(chosen),
        bytes_(element_bytes),
        where_(where),
        extent_(source.shape[axis]) {}

  void run() {
    if (chosen_.distributed || chosen_.computed)
      trace::needs_elements("take");  // who asks for what is not known
    int const me = comm_.rank();
    box const mine = result_.tiled.box_of(me);
    auto const indices = wanted_by(mine);
    index_set const asked(indices, extent_);
    auto const shares = plan_index_gather(source_.tiled, beside(mine), axis_, asked.ascending(), me);
    auto const received = exchange(shares);
    std::byte const* data = received.get();

    auto const a = static_cast<std::size_t>(axis_);
    std::vector<index_t> cuts;
    for (index_share const& s : shares)
      for (box const& part : s.parts) cuts.insert(cuts.end(), {part.lo[a], part.hi[a]});
    stretches const sorted(indices, result_.storage.lo[a], std::move(cuts));
    for (index_share const& s : shares)
      for (box const& part : s.parts) {
        auto const here = sorted.between(part.lo[a], part.hi[a]);
        if (s.peer == me) {
          move_on_threads(source_.memory.get(), source_.storage, result_, part, axis_, here.indices,
                          here.places, bytes_);
          continue;
        }
        auto const own = indices_within(s.indices, part, axis_);
        box const packed = with_axis(part, axis_, 0, std::ssize(own));
        auto from = asked.places(here.indices);
        index_t const first = asked.place(own.front());
        for (index_t& place : from) place -= first;
        move_on_threads(data, packed, result_, part, axis_, from, here.places, bytes_);
        data += packed.count() * bytes_;
      }
  }

 private:
  /// What is asked of the source beside the axis.
  box beside(box const& part) const { return all_along(part, axis_, extent_); }
  std::span<index_t const> wanted_by(box const& part) const {
    if (part.empty()) return {};
    auto const a = static_cast<std::size_t>(axis_);
    return chosen_.between(part.lo[a], part.hi[a]);
  }
  /// The indices that each rank asks this one for.
  std::vector<std::vector<index_t>> requests_of_others(std::vector<index_share> const& shares) const {
    if (chosen_.distributed) return ask_owners(comm_, shares, where_);
    std::vector<std::vector<index_t>> requests(static_cast<std::size_t>(comm_.size()));
    for (int reader = 0; reader < comm_.size(); ++reader) {
      if (reader == comm_.rank()) continue;
      index_set const indices(wanted_by(result_.tiled.box_of(reader)), extent_);
      requests[static_cast<std::size_t>(reader)].assign(indices.ascending().begin(), indices.ascending().end());
    }
    return requests;
  }

  /// Asks for indices, gives what is asked for; returns what came, by ascending rank.
  std::shared_ptr<std::byte> exchange(std::vector<index_share> const& shares) const {
    int const me = comm_.rank();
    std::vector<index_t> given(static_cast<std::size_t>(comm_.size())), came(given.size());
    std::vector<index_share> answers;
    auto requests = requests_of_others(shares);
    for (int reader = 0; reader < comm_.size(); ++reader) {
      auto& indices = requests[static_cast<std::size_t>(reader)];
      if (indices.empty()) continue;
      answers.push_back(provided_indices(source_.tiled, me, beside(result_.tiled.box_of(reader)), axis_,
                                         std::move(indices), reader));
      given[static_cast<std::size_t>(reader)] = answers.back().count(axis_) * bytes_;
    }
    for (index_share const& s : shares)
      if (s.peer != me) came[static_cast<std::size_t>(s.peer)] = s.count(axis_) * bytes_;

    auto const packed = allocate_tile(sum_of(given), memory_kind::local);
    auto received = allocate_tile(sum_of(came), memory_kind::local);
    std::byte* out = packed.get();
    for (index_share const& s : answers)
      for (box const& part : s.parts) {
        auto const own = indices_within(s.indices, part, axis_);
        box const storage = with_axis(part, axis_, 0, std::ssize(own));
        kernel::move_indexed(source_.memory.get(), source_.storage, out, storage, part, axis_, own,
                             counting(std::ssize(own)), bytes_);
        out += storage.count() * bytes_;
      }
    comm_.alltoallv(std::span<std::byte const>(bytes_in(packed, sum_of(given))), given,
                    bytes_in(received, sum_of(came)), came, where_);
    return received;
  }

  communicator const& comm_;
  stored_array const &source_, &result_;
  int axis_;
  chosen_indices const& chosen_;
  index_t bytes_;
  std::source_location where_;
  index_t extent_;
};

}  // namespace

stored_array take_elements(stored_array const& source, stored_array const& indices, int axis,
                           index_t element_bytes, std::source_location where) {
  if (source.comm && indices.comm && !(*source.comm == *indices.comm))
    throw tiling_error("take: the indices belong to another communicator than the operand", where);
  auto const comm = source.comm ? source.comm : indices.comm;
  chosen_indices const chosen(indices, comm, source.shape[axis], axis, where);
  stored_array result;
  result.comm = comm;
  result.shape = taken_shape(source.shape, axis, indices.shape[0]);
  result.storage = box(result.shape);
  if (comm) {
    operand_survey survey;
    survey.shape = source.shape;
    if (source.comm) survey.consider(*comm, source.tiled, source.shape.count() * element_bytes);
    result.tiled = indices.comm ? tiling_along(indices.tiled, result.shape, axis)
                                : tiling_beside(survey, result.shape, axis);
    result.storage = result.tiled.box_of(comm->rank());
  }
  result.memory =
      allocate_tile(result.storage.count() * element_bytes, comm ? memory_kind::shareable : memory_kind::local);
  bool const asks = source.comm && !at_hand(source, result, axis);
  trace::note("algorithm", [&] {
    return asks ? "each rank asks the owners for the distinct indices that it wants"
                : "each rank has what it takes";
  });
  if (asks) {
    index_gather(*comm, source, result, axis, chosen, element_bytes, where).run();
  } else if (!result.storage.empty()) {
    auto const a = static_cast<std::size_t>(axis);
    index_t const lo = result.storage.lo[a], hi = result.storage.hi[a];
    auto to = counting(hi - lo);
    for (index_t& i : to) i += lo;
    move_on_threads(source.memory.get(), source.storage, result, result.storage, axis, chosen.between(lo, hi),
                    to, element_bytes);
  }
  return result;
}

}  // namespace pantile::detail
