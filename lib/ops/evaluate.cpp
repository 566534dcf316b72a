#include "../base/instantiate.hpp"

#include <pantile/ops/assign_view.hpp>
#include <pantile/ops/evaluate.hpp>

#include <algorithm>

namespace pantile {

void operand_survey::consider(communicator const& c, tiling const& t, index_t bytes) {
  if (comm && !(*comm == c))
    throw tiling_error("the expression mixes arrays of different communicators; retile them onto one first");
  comm = c;
  if (t.shape() != shape) return;
  if (tilings && std::find(tilings->begin(), tilings->end(), t) == tilings->end()) tilings->push_back(t);
  if (asked) return;
  // A replicated operand is at hand wherever the result lies, so a tiled one decides.
  bool const first_tiled = best && best->is_replicated() && !t.is_replicated();
  bool const tiled_kind = !best || best->is_replicated() || !t.is_replicated();
  if (!best || first_tiled || (tiled_kind && bytes > best_bytes)) {
    best = t;
    best_bytes = bytes;
  }
}

void operand_survey::ask(tiling const& t) {
  if (asked || t.shape() != shape) return;
  best = t;
  asked = true;
}

namespace detail {

void broadcast_into(index_t* shape, int dimensions, index_t const* other, int other_dimensions) {
  for (int d = 0; d < other_dimensions; ++d) {
    index_t& mine = shape[dimensions - other_dimensions + d];
    if (other[d] == mine || other[d] == 1) continue;
    if (mine != 1)
      throw shape_error("operands of extent " + std::to_string(mine) + " and " + std::to_string(other[d]) +
                            " do not broadcast in dimension " + std::to_string(d - other_dimensions) +
                            " (from the end); extents must be equal, or one of them 1",
                        std::string());
    mine = other[d];
  }
}

void check_assignable(index_t const* wanted, index_t const* got, int dimensions) {
  if (std::equal(wanted, wanted + dimensions, got)) return;
  throw shape_error("assignment: the expression has the shape " + to_string(extents(got, dimensions)) +
                        ", the array " + to_string(extents(wanted, dimensions)) +
                        "; an array that exists keeps its shape",
                    std::string());
}

void check_broadcast_into(extents const& wanted, extents const& got) {
  int const missing = wanted.dimensions() - got.dimensions();
  for (int d = 0; d < got.dimensions(); ++d)
    if (got[d] != 1 && got[d] != wanted[d + missing])
      throw shape_error("assignment: an expression of shape " + to_string(got) +
                            " does not broadcast to the view of shape " + to_string(wanted),
                        std::string());
}

void check_communicator(operand_survey const& survey, communicator const& target) {
  if (survey.comm && !(*survey.comm == target))
    throw tiling_error("the operands belong to another communicator than the array that takes the result",
                       std::string());
}

void need_distributed(operand_survey const& survey, std::source_location where) {
  if (!survey.comm)
    throw tiling_error(
        "the expression has only local operands: assign it to a local_array, or name a communicator and "
        "a tiling with distribute(comm, e, tiling)",
        where);
}

tiling natural_tiling(operand_survey const& survey) {
  if (survey.best) return survey.best->has_halo() ? survey.best->with_halos({}) : *survey.best;
  return tiling::row().bind(survey.shape, survey.comm->size());
}

template <int N>
std::shared_ptr<std::byte> elements_here(
    resolved_ref<N> const& e, index_t element_bytes,
    function_ref<void(evaluation_site<N> const&, std::byte* memory, box const& storage)> run) {
  operand_survey const survey = e.surveyed();
  shape_t<N> const shape = extents_of<N>(box(e.shape));
  index_t const count = e.shape.count();
  if (!survey.comm) {
    auto memory = allocate_tile(checked_product(count, element_bytes), memory_kind::local);
    run(site_at<N>(shape, std::nullopt, {}), memory.get(), box(e.shape));
    return memory;
  }
  communicator const& comm = *survey.comm;
  tiling const natural = natural_tiling(survey);
  box const mine = natural.box_of(comm.rank());
  auto const part = comm.allocate_part(count, mine.count(), element_bytes, memory_kind::shareable);
  run(site_at<N>(shape, comm, natural), part.get(), mine);
  return fetch_all(comm, natural, part, mine, element_bytes);
}

#define PANTILE_INSTANTIATE(N)                       \
  template std::shared_ptr<std::byte> elements_here( \
      resolved_ref<N> const&, index_t, function_ref<void(evaluation_site<N> const&, std::byte*, box const&)>);
PANTILE_FOR_DIMENSIONS(PANTILE_INSTANTIATE)
#undef PANTILE_INSTANTIATE

box operand_box(box const& region, extents const& extent) {
  box wanted(extent);
  int const missing = region.dimensions - extent.dimensions();
  for (int d = 0; d < extent.dimensions(); ++d) {
    auto const own = static_cast<std::size_t>(d), result = static_cast<std::size_t>(d + missing);
    if (extent[d] == 1 && region.extent(d + missing) > 0) continue;  // [0, 1), stretched or not
    wanted.lo[own] = region.lo[result];
    wanted.hi[own] = region.hi[result];
  }
  if (region.empty()) wanted.hi = wanted.lo;  // an empty tile reads nothing
  return wanted;
}

index_t strides_of(view_map const& view, box const& part, box const& storage, index_t* strides) {
  auto const stored = strides_within(storage);
  index_t offset = 0;
  if (!part.empty())
    for (std::size_t s = 0; s < static_cast<std::size_t>(storage.dimensions); ++s)
      offset += (view.origin[s] - storage.lo[s]) * stored[s];
  for (int d = 0; d < view.shape.dimensions(); ++d) {
    auto const i = static_cast<std::size_t>(d);
    int const s = view.axis[i];
    strides[d] = s < 0 ? 0 : view.step[i] * stored[static_cast<std::size_t>(s)];
    if (!part.empty()) offset += part.lo[i] * strides[d];
  }
  return offset;
}

namespace {

/// A movement in a region of its own: what it receives is the least that any way would, and how long it takes
/// is how long the region does.
void execute_within(trace::region const& here, movement plan, communicator const& comm,
                    source_tile const& source, target_tile const& target, index_t element_bytes,
                    std::source_location where = std::source_location::current()) {
  if (here.heard()) here.lower_bound(plan.elements_received() * element_bytes);
  if (trace::active && !trace::rehearsing()) trace::predicted(0, movement_seconds(plan, comm, element_bytes));
  execute(std::move(plan), comm, source, {&target, 1}, element_bytes, where);
}

}  // namespace

namespace {

/// Where the elements of this rank's tile lie; in a rehearsal for another rank, where those of its tile would.
box storage_of(communicator const& comm, tiling const& t, box const& stored) {
  bool const stands_for_another = trace::rehearsing() && stored == t.stored_box(comm.own_rank());
  return stands_for_another ? t.stored_box(comm.rank()) : stored;
}

}  // namespace

fetched fetch(communicator const& comm, tiling const& source, std::shared_ptr<std::byte> const& memory,
              box const& stored, std::vector<box> const& wanted, index_t element_bytes) {
  bool at_hand = true;  // the same answer on every rank: all look at all tiles
  for (int r = 0; r < comm.size() && at_hand; ++r)
    at_hand = source.stored_box(r).contains(wanted[static_cast<std::size_t>(r)]);
  if (at_hand) return {memory, storage_of(comm, source, stored)};
  trace::region const here("fetch");
  here.note("from", [&] { return to_string(source); });
  std::vector<std::vector<box>> boxes(wanted.size());
  for (std::size_t r = 0; r < wanted.size(); ++r) boxes[r] = {wanted[r]};
  box const& mine = wanted[static_cast<std::size_t>(comm.rank())];
  fetched result{nullptr, mine};
  comm.check_same(
      "operand of an expression", std::source_location(),
      [&] {
        result.memory = allocate_tile(mine.count() * element_bytes, memory_kind::shareable);
        return hash_combine(source.fingerprint(), static_cast<std::uint64_t>(element_bytes));
      },
      [&] { return to_string(source); });
  target_tile const target{result.memory.get(), mine};
  execute_within(here, plan_gather(source, boxes, comm.rank()), comm,
                 {memory.get(), storage_of(comm, source, stored)}, target, element_bytes);
  return result;
}

std::shared_ptr<std::byte> fetch_all(communicator const& comm, tiling const& source,
                                     std::shared_ptr<std::byte> const& memory, box const& stored,
                                     index_t element_bytes) {
  std::vector<box> const everything(static_cast<std::size_t>(comm.size()), box(source.shape()));
  return fetch(comm, source, memory, stored, everything, element_bytes).memory;
}

void move_elements(tiling const& source, tiling const& target, communicator const& comm, std::byte const* from,
                   box const& from_storage, std::byte* to, box const& to_storage, index_t element_bytes,
                   std::source_location where) {
  trace::region const here("retile", where);
  here.note("from", [&] { return to_string(source); });
  here.note("to", [&] { return to_string(target); });
  target_tile const tile{to, storage_of(comm, target, to_storage)};
  execute_within(here, plan_retile(source, target, comm.rank()), comm,
                 {from, storage_of(comm, source, from_storage)}, tile, element_bytes, where);
}

void refresh_halo(communicator const& comm, tiling const& t, std::byte* data, box const& stored,
                  index_t element_bytes) {
  if (!t.has_halo()) return;
  trace::region const here("halo");
  box const storage = storage_of(comm, t, stored);
  target_tile const tile{data, storage};
  execute_within(here, plan_halo_exchange(t, comm.rank()), comm, {data, storage}, tile, element_bytes);
}

}  // namespace detail
}  // namespace pantile
