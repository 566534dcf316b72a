#include <pantile/ops/exchange.hpp>
#include <pantile/trace/recorder.hpp>

#include <string>

namespace pantile::detail {

void check_root(char const* operation, communicator const& comm, int root, std::uint64_t print,
                std::source_location where) {
  comm.check_same(operation, hash_combine(print, static_cast<std::uint64_t>(root)), where);
  if (root < 0 || root >= comm.size())
    throw index_error(std::string(operation) + ": there is no root " + std::to_string(root) + " among " +
                          std::to_string(comm.size()) + " ranks",
                      where);
}

void share_shape(char const* operation, communicator const& comm, index_t* shape, int dimensions, int root,
                 std::uint64_t print, std::source_location where) {
  check_root(operation, comm, root, hash_combine(print, static_cast<std::uint64_t>(dimensions)), where);
  if (trace::rehearsing()) {
    if (comm.own_rank() == root) {
      if (comm.size() > 1) trace::active->knows_alone();
      return;
    }
    throw domain_error(std::string("explain: ") + operation + ": only rank " + std::to_string(root) +
                           ", the root, knows what would travel; explain it there",
                       where);
  }
  traffic const before = comm.counters();
  comm.bcast(std::span<index_t>(shape, static_cast<std::size_t>(dimensions)), root, where);
  comm.uncount(before);
}

tiling all_on(int rank, extents const& shape, int ranks) {
  box none(shape);
  none.hi = none.lo;
  std::vector<box> boxes(static_cast<std::size_t>(ranks), none);
  boxes[static_cast<std::size_t>(rank)] = box(shape);
  return tiling::from_boxes(shape, std::move(boxes));
}

extents hull_of(std::span<box const> boxes, int dimensions) {
  std::array<index_t, max_dimensions> sizes{};
  for (box const& b : boxes)
    for (int d = 0; d < dimensions; ++d) {
      auto const k = static_cast<std::size_t>(d);
      sizes[k] = std::max(sizes[k], b.hi[k]);
    }
  return extents(sizes.data(), dimensions);
}

void check_tile(communicator const& comm, extents const& tile, tiling const& boxes,
                std::source_location where) {
  if (trace::rehearsing()) return;  // other ranks' tiles are not here
  comm.agree(
      [&] {
        box const mine = boxes.box_of(comm.rank());
        if (!(mine.shape() == tile) && !(mine.empty() && tile.count() == 0))
          throw shape_error("annotate: rank " + std::to_string(comm.rank()) + " has a tile of shape " +
                                to_string(tile) + " for the box " + to_string(mine),
                            where);
      },
      where);
}

std::vector<box> boxes_of_all(communicator const& comm, box const& mine, std::source_location where) {
  traffic const before = comm.counters();
  auto boxes = comm.allgather(mine, where);
  comm.uncount(before);
  return boxes;
}

std::vector<index_t> swap_shapes(communicator const& comm, std::vector<index_t> const& shapes, int dimensions,
                                 std::source_location where) {
  trace::needs_other_ranks("all_to_all");  // which know the shapes of their parts
  comm.agree(
      [&] {
        if (std::ssize(shapes) != index_t{comm.size()} * dimensions)
          throw shape_error("all_to_all: rank " + std::to_string(comm.rank()) + " has " +
                                std::to_string(std::ssize(shapes) / dimensions) + " parts for " +
                                std::to_string(comm.size()) + " ranks; give one per rank",
                            where);
      },
      where);
  traffic const before = comm.counters();
  std::vector<index_t> const counts(static_cast<std::size_t>(comm.size()), dimensions);
  auto incoming = comm.alltoallv(std::span<index_t const>(shapes), counts, nullptr, where);
  comm.uncount(before);
  return incoming;
}

}  // namespace pantile::detail
