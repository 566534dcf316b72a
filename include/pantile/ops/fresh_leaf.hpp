#pragma once

#include <pantile/ops/evaluate.hpp>

#include <optional>

// Storage for the results of operations that build arrays.
namespace pantile::detail {

/// Uninitialised storage for a result: distributed under a tiling that is the same on every rank, or local.
template <element T, int N>
leaf<T, N> fresh_leaf(shape_t<N> const& shape, std::optional<communicator> const& comm, tiling const& target) {
  if (!comm) return leaf<T, N>(local_array<T, N>(shape));
  return leaf<T, N>(array<T, N>(*comm, shape, agreed_tiling{target}));
}

/// The same for a result that every rank has whole.
template <element T, int N>
leaf<T, N> replicated_leaf(shape_t<N> const& shape, std::optional<communicator> const& comm) {
  return fresh_leaf<T, N>(shape, comm,
                          comm ? tiling::replicated().bind(extents(shape), comm->size()) : tiling());
}

}  // namespace pantile::detail
