#include "indexed_exchange.hpp"

#include <pantile/trace/recorder.hpp>

#include <algorithm>
#include <numeric>
#include <string>

namespace pantile::detail {

void normalise_indices(std::span<index_t> indices, index_t extent, int axis, index_t first,
                       std::source_location where) {
  for (std::size_t k = 0; k < indices.size(); ++k) {
    index_t const i = indices[k];
    if (i < -extent || i >= extent)
      throw index_error("the index " + std::to_string(i) + " at place " +
                            std::to_string(first + static_cast<index_t>(k)) + " is outside axis " +
                            std::to_string(axis) + " with extent " + std::to_string(extent),
                        where);
    if (i < 0) indices[k] += extent;
  }
}

chosen_indices::chosen_indices(stored_array const& stored, std::optional<communicator> const& comm,
                               index_t extent, int axis, std::source_location where)
    : distributed(stored.comm) {
  auto const* data = reinterpret_cast<index_t const*>(stored.memory.get());
  box mine = stored.storage;
  if (stored.comm) mine = stored.tiled.box_of(comm->rank());
  first = mine.lo[0];
  if (stored.comm && trace::rehearsing()) {  // another rank's are not here, and nothing will be read
    own_.assign(static_cast<std::size_t>(mine.count()), 0);
    values = own_;
    return;
  }
  computed = !stored.comm && trace::rehearsing() && !trace::active->knows(stored.memory.get());
  data += mine.lo[0] - stored.storage.lo[0];
  values = std::span(data, static_cast<std::size_t>(mine.count()));
  auto const checked = [&] {
    index_t least = 0, greatest = -1;
    for (index_t i : values) {
      least = std::min(least, i);
      greatest = std::max(greatest, i);
    }
    if (computed || (least >= 0 && greatest < extent)) return;  // as they lie
    own_.assign(values.begin(), values.end());
    normalise_indices(own_, extent, axis, first, where);
    values = own_;
  };
  if (stored.comm) {
    comm->agree(checked, where);
    return;
  }
  if (comm) {
    std::uint64_t print = static_cast<std::uint64_t>(axis);
    for (index_t i : values) print = hash_combine(print, static_cast<std::uint64_t>(i));
    comm->check_same("indices", print, where, [&] { return std::to_string(values.size()) + " local indices"; });
  }
  checked();
}

std::span<index_t const> chosen_indices::between(index_t lo, index_t hi) const {
  return values.subspan(static_cast<std::size_t>(lo - first),
                        static_cast<std::size_t>(std::max<index_t>(0, hi - lo)));
}

void chosen_indices::replace(std::span<index_t const> indices, index_t extent) {
  values = indices;
  if (std::none_of(indices.begin(), indices.end(), [](index_t i) { return i < 0; })) return;
  std::vector<index_t> normalised(indices.begin(), indices.end());
  for (index_t& i : normalised)
    if (i < 0) i += extent;
  own_ = std::move(normalised);
  values = own_;
}

std::vector<std::vector<index_t>> ask_owners(communicator const& comm, std::vector<index_share> const& shares,
                                             std::source_location where) {
  auto const ranks = static_cast<std::size_t>(comm.size());
  std::vector<index_t> flat, counts(ranks), came;
  for (index_share const& s : shares) {  // by ascending rank
    if (s.peer == comm.rank()) continue;
    flat.insert(flat.end(), s.indices.begin(), s.indices.end());
    counts[static_cast<std::size_t>(s.peer)] = std::ssize(s.indices);
  }
  auto const asked = comm.alltoallv(std::span<index_t const>(flat), counts, &came, where);
  std::vector<std::vector<index_t>> requests(ranks);
  auto from = asked.begin();
  for (std::size_t reader = 0; reader < ranks; ++reader) {
    requests[reader].assign(from, from + came[reader]);
    from += came[reader];
  }
  return requests;
}

std::span<std::byte> bytes_in(std::shared_ptr<std::byte> const& memory, index_t n) {
  return {memory.get(), static_cast<std::size_t>(n)};
}

std::vector<index_t> counting(index_t n) {
  std::vector<index_t> numbers(static_cast<std::size_t>(n));
  std::iota(numbers.begin(), numbers.end(), index_t{0});
  return numbers;
}

box with_axis(box part, int axis, index_t lo, index_t hi) {
  part.lo[static_cast<std::size_t>(axis)] = lo;
  part.hi[static_cast<std::size_t>(axis)] = hi;
  return part;
}

tiling tiling_along(tiling const& indices, extents const& shape, int axis) {
  auto const a = static_cast<std::size_t>(axis);
  if (!indices.is_cartesian()) {
    std::vector<box> boxes;
    for (int r = 0; r < indices.ranks(); ++r) {
      box const b = indices.box_of(r);
      boxes.push_back(with_axis(box(shape), axis, b.lo[0], b.hi[0]));
    }
    return tiling::from_boxes(shape, std::move(boxes));
  }
  auto grid = indices.grid();
  if (grid.empty()) grid = {{indices.ranks(), -1}};
  std::vector<std::vector<index_t>> cuts(static_cast<std::size_t>(shape.dimensions()));
  for (auto& g : grid) {
    if (g.dimension < 0) continue;
    g.dimension = axis;
    cuts[a] = indices.boundaries(0);
  }
  return tiling::cartesian(shape, std::move(grid), std::move(cuts));
}

}  // namespace pantile::detail
