#include <pantile/ops/select.hpp>
#include <pantile/plan/linear_range.hpp>
#include <pantile/plan/movement.hpp>
#include <pantile/trace/recorder.hpp>

#include <algorithm>
#include <string>

namespace pantile::detail {

tiling ordered_tiling(operand_survey const& survey) {
  trace::needs_elements("choosing by a mask");
  tiling const natural = natural_tiling(survey);
  if (natural.is_disjoint() && same_ranges(natural, {survey.shape.count()})) return natural;
  return range_tiling(survey.shape, survey.comm->size());
}

row_cuts cuts_of_rows(communicator const& comm, index_t count, index_t row_elements) {
  traffic const before = comm.counters();
  std::vector<index_t> const counts = comm.allgather(count);
  comm.uncount(before);  // beside the payload
  std::vector<index_t> at{0};
  for (index_t n : counts) at.push_back(at.back() + n);
  row_cuts cuts;
  cuts.first = at[static_cast<std::size_t>(comm.rank())];
  cuts.total = at.back();
  extents const shape = row_elements == 0 ? extents{cuts.total} : extents{cuts.total, row_elements};
  std::vector<std::vector<index_t>> boundaries(static_cast<std::size_t>(shape.dimensions()));
  boundaries[0] = at;
  cuts.held = tiling::cartesian(shape, {{comm.size(), 0}}, std::move(boundaries));
  cuts.even = tiling::row().bind(shape, comm.size());
  return cuts;
}

void check_mask(extents const& shape, extents const& mask, std::source_location where) {
  if (!(shape == mask))
    throw shape_error("mask: the elements have the shape " + to_string(shape) + ", the mask " +
                          to_string(mask) + "; both must be equal",
                      where);
}

void reject_local(char const* operation, std::source_location where) {
  throw tiling_error(
      std::string(operation) + ": the expression has only local operands; assign it to a local_array first",
      where);
}

void move_chosen(communicator const& comm, std::byte const* values, bool const* mask, index_t count,
                 row_cuts const& cuts, std::byte* to, index_t element_bytes, std::source_location where) {
  box const held = cuts.held.box_of(comm.rank()), even = cuts.even.box_of(comm.rank());
  // Only what travels is ever touched of this memory.
  auto const leaving = allocate_tile(held.count() * element_bytes, memory_kind::shareable);
  index_t const lo = std::clamp(even.lo[0], held.lo[0], held.hi[0]);
  index_t const hi = std::clamp(even.hi[0], lo, held.hi[0]);
  kernel::pack_chosen(
      values, mask, count, element_bytes,
      {lo - held.lo[0], hi - held.lo[0], to + (lo - even.lo[0]) * element_bytes, leaving.get()});
  movement plan = plan_retile(cuts.held, cuts.even, comm.rank());
  plan.local = {};
  target_tile const target{to, even};
  execute(plan, comm, {leaving.get(), held}, {&target, 1}, element_bytes, where);
}

std::vector<std::byte> places_of(bool const* mask, box const& region, extents const& shape, int width) {
  index_t const count = region.count();
  auto const numbers = static_cast<std::size_t>(std::max(width, 1));
  std::vector<std::byte> places(static_cast<std::size_t>(std::count(mask, mask + count, true)) * numbers *
                                sizeof(index_t));
  std::byte* out = places.data();
  auto index = region.lo;
  for (index_t i = 0; i < count; ++i) {
    if (mask[i]) {
      index_t number = 0;
      for (int d = 0; d < shape.dimensions(); ++d)
        number = number * shape[d] + index[static_cast<std::size_t>(d)];
      std::memcpy(out, width == 0 ? &number : index.data(), numbers * sizeof(index_t));
      out += numbers * sizeof(index_t);
    }
    for (int d = region.dimensions - 1; d >= 0; --d) {
      auto const k = static_cast<std::size_t>(d);
      if (++index[k] < region.hi[k]) break;
      index[k] = region.lo[k];
    }
  }
  return places;
}

element_place place_of_element(view_map const& view, std::optional<communicator> const& comm,
                               tiling const& stored, index_t const* index, std::source_location where) {
  trace::needs_elements("element_at");
  box one(view.shape);
  std::uint64_t print = 0;
  for (int d = 0; d < view.shape.dimensions(); ++d)
    print = hash_combine(print, static_cast<std::uint64_t>(index[d]));
  if (comm) comm->check_same("element_at", print, where);
  for (int d = 0; d < view.shape.dimensions(); ++d) {
    auto const k = static_cast<std::size_t>(d);
    one.lo[k] = resolve_index(index[d], view.shape[d], d, where);
    one.hi[k] = one.lo[k] + 1;
  }
  box const there = view.stored_box(one);
  element_place place;
  if (comm) place.owner = stored.owners(there).front();
  place.offset = kernel::offset_in(there, comm ? stored.stored_box(place.owner) : box(view.stored));
  return place;
}

}  // namespace pantile::detail
