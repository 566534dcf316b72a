#include "indexed_exchange.hpp"

#include <pantile/kernel/indexed.hpp>
#include <pantile/ops/rearrange.hpp>
#include <pantile/ops/take.hpp>
#include <pantile/plan/index_gather.hpp>

#include <algorithm>

namespace pantile::detail {

tiling uncut_along(operand_survey const& survey, extents const& shape, int axis) {
  int const dimensions = shape.dimensions();
  tiling const beside = tiling_beside(survey, shape, axis);
  if (beside.is_cartesian() && beside.grid_axis_of(axis) < 0) return beside;
  if (dimensions == 1) return tiling::replicated().bind(shape, survey.comm->size());
  return tiling::axis(axis == 0 ? 1 : 0).bind(shape, survey.comm->size());
}

namespace {

std::vector<index_t> counts_of(std::vector<std::vector<index_t>> const& lists) {
  std::vector<index_t> counts;
  for (auto const& list : lists) counts.push_back(std::ssize(list));
  return counts;
}

extents taken_shape(extents const& shape, int axis, index_t n) {
  std::vector<index_t> sizes;
  for (int d = 0; d < shape.dimensions(); ++d) sizes.push_back(d == axis ? n : shape[d]);
  return extents(sizes.data(), shape.dimensions());
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
    int const me = comm_.rank();
    box const mine = result_.tiled.box_of(me);
    auto const indices = wanted_by(mine);
    sort(indices);
    auto asked = sorted_;
    asked.erase(std::unique(asked.begin(), asked.end()), asked.end());
    auto const shares = plan_index_gather(source_.tiled, beside(mine), axis_, asked, me);
    std::vector<std::vector<index_t>> requests(static_cast<std::size_t>(comm_.size()));
    if (!all_at_hand())
      for (index_share const& s : shares)
        if (s.peer != me) requests[static_cast<std::size_t>(s.peer)] = s.indices;

    std::vector<std::byte> received;
    if (!all_at_hand()) received = exchange(requests);
    std::byte const* data = received.data();
    for (index_share const& s : shares)
      for (box const& part : s.parts) {
        auto const own = indices_within(s.indices, part, axis_);
        if (s.peer == me) {
          place(source_.memory.get(), source_.storage, part, own, false);
        } else {
          box const packed = with_axis(part, axis_, 0, std::ssize(own));
          place(data, packed, part, own, true);
          data += packed.count() * bytes_;
        }
      }
  }

 private:
  /// What is asked of the source beside the axis.
  box beside(box const& part) const {
    if (part.extent(axis_) == 0) return with_axis(part, axis_, 0, 0);
    return with_axis(part, axis_, 0, extent_);
  }
  std::span<index_t const> wanted_by(box const& part) const {
    if (part.empty()) return {};
    auto const a = static_cast<std::size_t>(axis_);
    return chosen_.between(part.lo[a], part.hi[a]);
  }
  /// The places of the result in the order of their indices: those of an index lie together.
  void sort(std::span<index_t const> indices) {
    order_ = counting(std::ssize(indices));
    auto const index_at = [&](index_t place) { return indices[static_cast<std::size_t>(place)]; };
    std::sort(order_.begin(), order_.end(), [&](index_t a, index_t b) { return index_at(a) < index_at(b); });
    for (index_t place : order_) sorted_.push_back(index_at(place));
  }
  /// The same answer on every rank.
  bool all_at_hand() const {
    for (int r = 0; r < comm_.size(); ++r)
      if (!source_.tiled.box_of(r).contains(beside(result_.tiled.box_of(r)))) return false;
    return true;
  }

  /// Asks for indices, gives what is asked for; returns what came, by ascending rank.
  std::vector<std::byte> exchange(std::vector<std::vector<index_t>> const& requests) const {
    int const me = comm_.rank();
    std::vector<std::byte> packed;
    std::vector<index_t> counts(static_cast<std::size_t>(comm_.size()));
    auto const give = [&](int reader, std::vector<index_t> indices) {
      if (indices.empty()) return;
      box const wanted = beside(result_.tiled.box_of(reader));
      auto const share = provided_indices(source_.tiled, me, wanted, axis_, std::move(indices), reader);
      index_t const size = share.count(axis_) * bytes_;
      auto const before = packed.size();
      packed.resize(before + static_cast<std::size_t>(size));
      std::byte* out = packed.data() + before;
      for (box const& part : share.parts) {
        auto const own = indices_within(share.indices, part, axis_);
        box const storage = with_axis(part, axis_, 0, std::ssize(own));
        auto const numbers = counting(std::ssize(own));
        kernel::move_indexed(source_.memory.get(), source_.storage, out, storage, part, axis_, own, numbers,
                             bytes_);
        out += storage.count() * bytes_;
      }
      counts[static_cast<std::size_t>(reader)] = size;
    };
    if (chosen_.distributed) {
      std::vector<index_t> flat, came;
      for (auto const& list : requests) flat.insert(flat.end(), list.begin(), list.end());
      auto const asked = comm_.alltoallv(std::span<index_t const>(flat), counts_of(requests), &came, where_);
      auto from = asked.begin();
      for (int reader = 0; reader < comm_.size(); ++reader) {
        auto const to = from + came[static_cast<std::size_t>(reader)];
        give(reader, {from, to});
        from = to;
      }
    } else {
      for (int reader = 0; reader < comm_.size(); ++reader)
        if (reader != me) give(reader, distinct_indices(wanted_by(result_.tiled.box_of(reader))));
    }
    return comm_.alltoallv(std::span<std::byte const>(packed), counts, nullptr, where_);
  }

  /// Puts the elements of ascending indices to all their places in the result.
  void place(std::byte const* data, box const& storage, box const& part, std::span<index_t const> indices,
             bool packed) const {
    std::vector<index_t> from, to;
    index_t const first = result_.storage.lo[static_cast<std::size_t>(axis_)];
    auto at = std::lower_bound(sorted_.begin(), sorted_.end(), indices.empty() ? 0 : indices.front());
    for (std::size_t k = 0; k < indices.size(); ++k)
      for (; at != sorted_.end() && *at == indices[k]; ++at) {
        from.push_back(packed ? static_cast<index_t>(k) : indices[k]);
        to.push_back(first + order_[static_cast<std::size_t>(at - sorted_.begin())]);
      }
    kernel::move_indexed(data, storage, result_.memory.get(), result_.storage, part, axis_, from, to, bytes_);
  }

  communicator const& comm_;
  stored_array const &source_, &result_;
  int axis_;
  chosen_indices const& chosen_;
  index_t bytes_;
  std::source_location where_;
  index_t extent_;
  std::vector<index_t> order_, sorted_;
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
  if (source.comm) {
    index_gather(*comm, source, result, axis, chosen, element_bytes, where).run();
  } else if (!result.storage.empty()) {
    auto const a = static_cast<std::size_t>(axis);
    index_t const lo = result.storage.lo[a], hi = result.storage.hi[a];
    auto to = counting(hi - lo);
    for (index_t& i : to) i += lo;
    kernel::move_indexed(source.memory.get(), source.storage, result.memory.get(), result.storage,
                         result.storage, axis, chosen.between(lo, hi), to, element_bytes);
  }
  return result;
}

}  // namespace pantile::detail
