#pragma once

#include <pantile/ops/movement.hpp>
#include <pantile/ops/stored.hpp>

#include <algorithm>
#include <source_location>
#include <span>
#include <utility>
#include <vector>

// Between the ranks' own arrays and distributed ones.
namespace pantile {

namespace detail {
/// A shape that the root knows, on every rank (collective); not counted. Throws index_error for a root that is
/// no rank, and domain_error in a rehearsal by another process than the root, which cannot know what would
/// travel.
void share_shape(char const* operation, communicator const& comm, index_t* shape, int dimensions, int root,
                 std::uint64_t print, std::source_location where);
/// Throws index_error for a root that is no rank, divergence_error where the ranks want different things.
void check_root(char const* operation, communicator const& comm, int root, std::uint64_t print,
                std::source_location where);
/// Everything on one rank, nothing on the others.
tiling all_on(int rank, extents const& shape, int ranks);
/// The least shape that contains the boxes.
extents hull_of(std::span<box const> boxes, int dimensions);
/// Throws shape_error on every rank where the tile of any rank has not the shape of its box.
void check_tile(communicator const& comm, extents const& tile, tiling const& boxes, std::source_location where);
/// Shapes of what each rank gets from each, given the shapes of what it sends; not counted.
std::vector<index_t> swap_shapes(communicator const& comm, std::vector<index_t> const& shapes, int dimensions,
                                 std::source_location where);
/// Uninitialised arrays for what each rank sends to this one (collective; not counted). Throws shape_error on
/// every rank where one has not one part for each rank.
template <element T, int N>
std::vector<local_array<T, N>> arrays_to_come(communicator const& comm,
                                              std::vector<local_array<T, N>> const& parts,
                                              std::source_location where) {
  std::vector<index_t> shapes;
  for (auto const& part : parts) shapes.insert(shapes.end(), part.shape().begin(), part.shape().end());
  auto const incoming = swap_shapes(comm, shapes, N, where);
  std::vector<local_array<T, N>> result;
  for (std::size_t r = 0; r < parts.size(); ++r) {
    std::array<index_t, N> shape{};
    std::copy_n(incoming.begin() + static_cast<std::ptrdiff_t>(r * N), N, shape.begin());
    result.emplace_back(shape);
  }
  return result;
}
/// All their elements, one array after the other.
template <element T, int N>
local_array<T, 1> joined(std::vector<local_array<T, N>> const& parts) {
  index_t total = 0;
  for (auto const& part : parts) total += part.count();
  local_array<T, 1> flat(std::array{total});
  T* out = flat.data();
  for (auto const& part : parts) out = std::copy_n(part.data(), part.count(), out);
  return flat;
}
/// The boxes of all ranks (collective); not counted, an annotation is no payload.
std::vector<box> boxes_of_all(communicator const& comm, box const& mine, std::source_location where);
/// The shape and the tiling of tiles, after the checks of `annotate`.
template <element T, int N>
std::pair<shape_t<N>, tiling> annotation(communicator const& comm, local_array<T, N> const& tile,
                                         std::vector<box> const& boxes, std::source_location where) {
  extents const hull = hull_of(boxes, N);
  shape_t<N> shape{};
  for (int d = 0; d < N; ++d) shape[static_cast<std::size_t>(d)] = hull[d];
  tiling const target = bind_alike(comm, "annotate", shape, tiling::custom(boxes), where);
  check_tile(comm, extents(tile.shape()), target, where);
  return {shape, target};
}
}  // namespace detail

/// The root's array, tiled over the ranks (collective); the other ranks' is not looked at. Communication: the
/// root sends each rank its tile. Throws index_error for a root that is no rank, tiling_error where the rule
/// does not fit.
template <element T, int N>
array<T, N> scatter(communicator const& comm, local_array<T, N> const& on_root, int root,
                    tiling_rule const& rule, std::source_location where = std::source_location::current()) {
  auto shape = on_root.shape();
  detail::share_shape("scatter", comm, shape.data(), N, root, static_cast<std::uint64_t>(dtype_of<T>), where);
  tiling const target = detail::bind_alike(comm, "scatter", shape, rule, where);
  array<T, N> result(comm, shape, detail::agreed_tiling{target});
  tiling const source = detail::all_on(root, extents(shape), comm.size());
  detail::move_elements(source, target, comm, reinterpret_cast<std::byte const*>(on_root.data()),
                        source.box_of(comm.rank()), reinterpret_cast<std::byte*>(result.data()),
                        result.stored_box(), sizeof(T), where);
  return result;
}

/// A distributed array (or the value of an expression) whole on the root; the other ranks get an empty
/// local_array (collective). Communication: the owners send the root what it lacks. Throws index_error for a
/// root that is no rank, tiling_error for a local operand.
template <array_operand E>
local_array<value_of<E>, dimensions_of<E>> gather(
    E const& e, int root, std::source_location where = std::source_location::current()) {
  using T = value_of<E>;
  constexpr int N = dimensions_of<E>;
  auto const source = detail::stored_whole<T>(node_of<E>(as_node(e)));
  if (!source.comm) throw tiling_error("gather: the operand is local", where);
  communicator const& comm = *source.comm;
  detail::check_root("gather", comm, root, hash_combine(source.tiled.hash(), sizeof(T)), where);
  tiling const target = detail::all_on(root, source.shape, comm.size());
  auto const shape = as_node(e).shape();
  local_array<T, N> result;
  comm.agree([&] { result = local_array<T, N>(comm.rank() == root ? shape : std::array<index_t, N>{}); },
             where);
  detail::move_elements(source.tiled, target, comm, source.memory.get(), source.storage,
                        reinterpret_cast<std::byte*>(result.data()), target.box_of(comm.rank()), sizeof(T),
                        where);
  return result;
}

/// The root's array on every rank, whatever the other ranks pass (collective): one bcast of its elements.
/// Throws index_error for a root that is no rank.
template <element T, int N>
local_array<T, N> broadcast(communicator const& comm, local_array<T, N> const& on_root, int root,
                            std::source_location where = std::source_location::current()) {
  auto shape = on_root.shape();
  detail::share_shape("broadcast", comm, shape.data(), N, root, static_cast<std::uint64_t>(dtype_of<T>), where);
  local_array<T, N> result(shape);
  if (comm.rank() == root && !trace::rehearsing()) std::copy_n(on_root.data(), on_root.count(), result.data());
  comm.bcast(result.span(), root, where);
  return result;
}

/// parts[r] goes to rank r; returns what came from each rank, by rank (collective): one exchange. The shapes
/// are free. Throws shape_error on every rank where one has not one part for each rank.
template <element T, int N>
std::vector<local_array<T, N>> all_to_all(communicator const& comm, std::vector<local_array<T, N>> const& parts,
                                          std::source_location where = std::source_location::current()) {
  auto result = detail::arrays_to_come(comm, parts, where);
  std::vector<index_t> counts;
  for (auto const& part : parts) counts.push_back(part.count() * index_t{sizeof(T)});
  auto const flat = detail::joined(parts);
  auto const came = comm.alltoallv(std::as_bytes(flat.span()), counts, nullptr, where);
  std::byte const* data = came.data();
  for (auto& part : result) {
    index_t const bytes = part.count() * index_t{sizeof(T)};
    std::copy_n(data, bytes, reinterpret_cast<std::byte*>(part.data()));
    data += bytes;
  }
  return result;
}

/// A distributed array of tiles that the ranks hold already: rank r the elements of boxes[r] (collective; the
/// boxes are the same on every rank). The shape is the least that contains the boxes; they may overlap, and
/// ranks that own the same elements must hold the same values. Nothing is communicated; the tile is copied to
/// where the ranks of a node read it. Throws tiling_error where the boxes leave a hole or are not one per rank,
/// shape_error on every rank where a tile has not the shape of its box.
template <element T, int N>
array<T, N> annotate(communicator const& comm, local_array<T, N> const& tile, std::vector<box> const& boxes,
                     std::source_location where = std::source_location::current()) {
  auto const [shape, target] = detail::annotation(comm, tile, boxes, where);
  array<T, N> result(comm, shape, detail::agreed_tiling{target});
  if (!trace::rehearsing()) std::copy_n(tile.data(), tile.count(), result.data());
  return result;
}
/// The same of a tile that the caller gives away: its memory becomes the array's, without a copy (other ranks
/// of the node then get elements by messages). Memory of the user's (local_array::around) must outlive the
/// array.
template <element T, int N>
array<T, N> annotate(communicator const& comm, local_array<T, N>&& tile, std::vector<box> const& boxes,
                     std::source_location where = std::source_location::current()) {
  auto const [shape, target] = detail::annotation(comm, tile, boxes, where);
  bool const shared = tile.memory().use_count() > 1;  // a view of something else, which keeps its memory
  array<T, N> result(comm, shape, detail::agreed_tiling{target},
                     shared ? local_array<T, N>(tile).memory() : tile.memory());
  if (!trace::rehearsing()) tile = local_array<T, N>();
  return result;
}
/// Every rank says which box its own tile is.
template <element T, int N>
array<T, N> annotate(communicator const& comm, local_array<T, N> const& tile, box const& mine,
                     std::source_location where = std::source_location::current()) {
  return annotate(comm, tile, detail::boxes_of_all(comm, mine, where), where);
}
template <element T, int N>
array<T, N> annotate(communicator const& comm, local_array<T, N>&& tile, box const& mine,
                     std::source_location where = std::source_location::current()) {
  return annotate(comm, std::move(tile), detail::boxes_of_all(comm, mine, where), where);
}

}  // namespace pantile
