#include "index_set.hpp"
#include "indexed_exchange.hpp"

#include <pantile/ops/scatter.hpp>
#include <pantile/plan/index_gather.hpp>
#include <pantile/trace/recorder.hpp>

#include <cstring>
#include <string>

namespace pantile::detail {

namespace {

/// One owner for each element, and those along dimension 0 ascending with their rows.
bool in_row_order(tiling const& t) { return t.is_cartesian() && t.is_disjoint(); }

}  // namespace

tiling contribution_tiling(operand_survey const& values, stored_array const& indices, communicator const& comm,
                           extents const& shape) {
  if (values.best && in_row_order(*values.best) && values.best->shape() == shape)
    return values.best->with_halos({});
  if (indices.comm && in_row_order(indices.tiled)) return tiling_along(indices.tiled, shape, 0);
  return tiling::axis(0).bind(shape, comm.size());
}

namespace {

/// This rank's contributions, those for the same row combined: the elements row-major over `storage`, whose
/// dimension 0 counts the rows.
struct contribution {
  index_set rows;
  std::shared_ptr<std::byte> memory;
  box storage;
};

contribution combined(std::span<index_t const> indices, index_t extent, std::byte const* elements,
                      box const& region, index_t element_bytes, kernel::combine_run combine) {
  if (region.empty()) return {index_set({}, extent), nullptr, with_axis(region, 0, 0, 0)};
  contribution c{index_set(indices, extent), nullptr, {}};
  c.storage = with_axis(region, 0, 0, std::ssize(c.rows.ascending()));
  index_t const bytes = c.storage.count() * element_bytes;
  c.memory = allocate_tile(bytes, memory_kind::local);
  if (!trace::rehearsing())
    std::memset(c.memory.get(), 0, static_cast<std::size_t>(bytes));  // the neutral element of sums
  index_t const rows = std::ssize(c.rows.ascending());
  std::vector<index_t> places;
  if (rows < extent) {  // where every row occurs they are the indices themselves
    places = c.rows.places(indices);
    indices = places;
  }
  kernel::combine_rows(elements, indices, c.memory.get(), rows, region.count() / region.extent(0),
                       element_bytes, combine);
  return c;
}

/// What of the contributions of a rank with the box `from` falls on a target tile.
box landing(box const& tile, box const& from) {
  return intersect(tile, with_axis(from, 0, tile.lo[0], tile.hi[0]));
}

}  // namespace

void scatter_elements(stored_array const& target, stored_array const& indices, tiling const& cut,
                      std::byte const* contributed, box const& region, index_t element_bytes,
                      kernel::combine_run combine, std::source_location where) {
  if (target.comm && indices.comm && !(*target.comm == *indices.comm))
    throw tiling_error("scatter: the indices belong to another communicator than the target", where);
  chosen_indices chosen(indices, target.comm, target.shape[0], 0, where);
  auto const apply = [&](std::span<index_t const> rows, std::byte const* data, box const& storage,
                         std::span<index_t const> places, box const& beside) {
    kernel::move_indexed(data, storage, target.memory.get(), target.storage, beside, 0, places, rows,
                         element_bytes, combine);
  };
  if (!target.comm) {
    auto const mine = combined(chosen.values, target.shape[0], contributed, region, element_bytes, combine);
    auto const rows = mine.rows.ascending();
    if (!rows.empty())
      apply(rows, mine.memory.get(), mine.storage, counting(std::ssize(rows)), box(target.shape));
    return;
  }
  if (chosen.distributed || chosen.computed)
    trace::needs_elements("scatter");  // who contributes what is not known
  communicator const& comm = *target.comm;
  int const me = comm.rank();
  auto const ranks = static_cast<std::size_t>(comm.size());
  fetched wanted_indices;
  if (chosen.distributed) {  // those of this rank's contributions
    std::vector<box> wanted;
    for (int r = 0; r < comm.size(); ++r) {
      box const part = cut.box_of(r);
      wanted.push_back(box({part.lo[0]}, {part.empty() ? part.lo[0] : part.hi[0]}));
    }
    wanted_indices = fetch(comm, indices.tiled, indices.memory, indices.storage, wanted, sizeof(index_t));
    index_t const first = wanted[static_cast<std::size_t>(me)].lo[0];
    auto const* data =
        reinterpret_cast<index_t const*>(wanted_indices.memory.get()) + (first - wanted_indices.storage.lo[0]);
    chosen.first = first;
    auto const count = static_cast<std::size_t>(wanted[static_cast<std::size_t>(me)].count());
    chosen.replace({data, count}, target.shape[0]);  // in range: the owners have looked
  }
  auto const rows_of = [&](int rank) {
    box const part = cut.box_of(rank);
    return part.empty() ? std::span<index_t const>{} : chosen.between(part.lo[0], part.hi[0]);
  };
  contribution const mine = combined(rows_of(me), target.shape[0], contributed, region, element_bytes, combine);

  std::vector<index_t> row_counts(ranks), byte_counts(ranks), rows, asked_counts;
  auto const rows_for = [&](int owner, box const& part) {
    return owner == me || part.empty() ? std::span<index_t const>()
                                       : indices_within(mine.rows.ascending(), part, 0);
  };
  for (int owner = 0; owner < comm.size(); ++owner) {
    box const part = landing(target.tiled.box_of(owner), region);
    auto const own = rows_for(owner, part);
    byte_counts[static_cast<std::size_t>(owner)] =
        with_axis(part, 0, 0, std::ssize(own)).count() * element_bytes;
    row_counts[static_cast<std::size_t>(owner)] = std::ssize(own);
    rows.insert(rows.end(), own.begin(), own.end());
  }
  index_t const bytes_to_send = sum_of(byte_counts);
  auto const packed = allocate_tile(bytes_to_send, memory_kind::local);
  std::byte* out = packed.get();
  for (int owner = 0; owner < comm.size(); ++owner) {
    box const part = landing(target.tiled.box_of(owner), region);
    auto const own = rows_for(owner, part);
    if (own.empty()) continue;
    kernel::move_indexed(mine.memory.get(), mine.storage, out, with_axis(part, 0, 0, std::ssize(own)), part, 0,
                         mine.rows.places(own), counting(std::ssize(own)), element_bytes);
    out += byte_counts[static_cast<std::size_t>(owner)];
  }

  // The rows to which each of the others contributes here: they say it, or all know all indices.
  std::vector<std::vector<index_t>> rows_from(ranks);
  std::vector<index_t> bytes_from(ranks);
  std::vector<index_t> came_rows;
  if (chosen.distributed)
    came_rows = comm.alltoallv(std::span<index_t const>(rows), row_counts, &asked_counts, where);
  auto next = came_rows.begin();
  auto const landed = [&](int from) { return landing(target.tiled.box_of(me), cut.box_of(from)); };
  for (int from = 0; from < comm.size(); ++from) {
    if (from == me) continue;
    auto const r = static_cast<std::size_t>(from);
    box const part = landed(from);
    if (chosen.distributed) {
      auto const end = next + asked_counts[r];
      rows_from[r].assign(next, end);
      next = end;
    } else if (!part.empty()) {
      index_set const all(rows_of(from), target.shape[0]);
      auto const here = indices_within(all.ascending(), part, 0);
      rows_from[r].assign(here.begin(), here.end());
    }
    bytes_from[r] = with_axis(part, 0, 0, std::ssize(rows_from[r])).count() * element_bytes;
  }
  index_t const bytes_to_come = sum_of(bytes_from);
  auto const came = allocate_tile(bytes_to_come, memory_kind::local);
  comm.alltoallv(std::span<std::byte const>(bytes_in(packed, bytes_to_send)), byte_counts,
                 bytes_in(came, bytes_to_come), bytes_from, where);

  if (trace::looking()) return;  // at what moves
  std::byte const* data = came.get();
  for (int from = 0; from < comm.size(); ++from) {
    box const part = landed(from);
    if (part.empty()) continue;
    if (from == me) {
      auto const own = indices_within(mine.rows.ascending(), part, 0);
      apply(own, mine.memory.get(), mine.storage, mine.rows.places(own), part);
      continue;
    }
    auto const& own = rows_from[static_cast<std::size_t>(from)];
    if (own.empty()) continue;
    box const storage = with_axis(part, 0, 0, std::ssize(own));
    apply(own, data, storage, counting(std::ssize(own)), part);
    data += storage.count() * element_bytes;
  }
}

}  // namespace pantile::detail
