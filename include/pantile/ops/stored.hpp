#pragma once

#include <pantile/ops/deferred.hpp>

#include <memory>
#include <optional>
#include <utility>

// Arrays without their element type: what the operations that move elements, and never look at them, work on.
namespace pantile::detail {

/// A whole array without its element type.
struct stored_array {
  std::shared_ptr<std::byte> memory;
  std::optional<communicator> comm;  // none: local
  tiling tiled;
  box storage;
  extents shape;
};
template <element T, int N>
stored_array stored_of(leaf<T, N> const& whole) {
  return {whole.memory, whole.comm, whole.stored_tiling, whole.stored_box, extents(whole.extent)};
}
template <element T, int N>
leaf<T, N> leaf_of(stored_array s) {
  leaf<T, N> l;
  for (int d = 0; d < N; ++d) l.extent[static_cast<std::size_t>(d)] = s.shape[d];
  l.view = view_map(s.shape);
  l.memory = std::move(s.memory);
  l.comm = std::move(s.comm);
  l.stored_tiling = std::move(s.tiled);
  l.stored_box = s.storage;
  return l;
}
/// An operand as a whole array of elements T, its dimensions in order (collective where it is distributed).
template <element T, node E>
stored_array stored_whole(E const& e) {
  auto const carried = carried_out<T>(e);
  constexpr int N = E::dimensions;
  if (carried.is_whole()) return stored_of(carried);
  return stored_of(carried.comm ? leaf<T, N>(array<T, N>(carried)) : leaf<T, N>(local_array<T, N>(carried)));
}

}  // namespace pantile::detail
