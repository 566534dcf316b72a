#include <pantile/base/checked.hpp>
#include <pantile/ops/reshape.hpp>
#include <pantile/trace/recorder.hpp>

#include <string>
#include <vector>

namespace pantile::detail {

extents full_shape(extents const& from, index_t const* wanted, int dimensions, std::source_location where) {
  std::string text = "(";
  std::vector<index_t> sizes(wanted, wanted + dimensions);
  index_t known = 1;
  int open = -1;
  bool wrong = false;
  for (int d = 0; d < dimensions; ++d) {
    text += (d > 0 ? ", " : "") + std::to_string(wanted[d]);
    if (wanted[d] >= 0)
      known = checked_product(known, wanted[d], where);
    else if (wanted[d] == -1 && open < 0)
      open = d;
    else
      wrong = true;
  }
  text += dimensions == 1 ? ",)" : ")";
  if (wrong)
    throw shape_error("reshape: " + text + " is no shape; one extent may be -1, the others not negative",
                      where);
  index_t const count = from.count();
  if (open >= 0) {
    if (known > 0) sizes[static_cast<std::size_t>(open)] = count / known;
    wrong = known == 0 || count % known != 0;
  } else {
    wrong = known != count;
  }
  if (wrong)
    throw shape_error("reshape: the " + std::to_string(count) + " elements of shape " + to_string(from) +
                          " do not fill the shape " + text,
                      where);
  return extents(sizes.data(), dimensions, where);
}

stored_array reshape_elements(stored_array const& source, extents const& shape, index_t element_bytes) {
  stored_array result{source.memory, source.comm, tiling(), box(shape), shape};
  if (!source.comm) {
    trace::note("algorithm", [] { return "the same memory"; });
    return result;
  }
  communicator const& comm = *source.comm;
  auto const kept = same_ranges(source.tiled, shape);
  result.tiled = kept ? *kept : range_tiling(shape, comm.size());
  result.storage = result.tiled.box_of(comm.rank());
  trace::note("algorithm",
              [&] { return kept ? "tiles stay where they are" : "one movement of ranges of elements"; });
  if (kept && !source.tiled.has_halo()) return result;
  // The elements of a row tile are consecutive, so the boxes of the source fill it one after the other.
  std::vector<std::vector<box>> wanted(static_cast<std::size_t>(comm.size()));
  for (int r = 0; r < comm.size(); ++r) {
    box const part = result.tiled.box_of(r);
    if (part.empty()) continue;
    index_t const first = kernel::offset_in(part, box(shape));
    wanted[static_cast<std::size_t>(r)] = boxes_of_range(source.shape, first, first + part.count());
  }
  result.memory = allocate_tile(result.storage.count() * element_bytes, memory_kind::shareable);
  std::vector<target_tile> targets;
  std::byte* place = result.memory.get();
  for (box const& part : wanted[static_cast<std::size_t>(comm.rank())]) {
    targets.push_back({place, part});
    place += part.count() * element_bytes;
  }
  comm.check_same("reshape", hash_combine(hash_combine(source.tiled.hash(), result.tiled.hash()),
                                          static_cast<std::uint64_t>(element_bytes)));
  execute(plan_gather(source.tiled, wanted, comm.rank()), comm, {source.memory.get(), source.storage}, targets,
          element_bytes);
  return result;
}

}  // namespace pantile::detail
