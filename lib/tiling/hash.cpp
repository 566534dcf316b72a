#include <pantile/base/checked.hpp>
#include <pantile/tiling/tiling.hpp>

namespace pantile {

std::uint64_t tiling::hash() const noexcept {
  // Equal tilings may be written differently (custom boxes that are rows), so only what both share is hashed:
  // the shape, the ranks, the halo and the boxes of a few ranks.
  std::uint64_t h = hash_combine(0x70616e74696c65ULL, static_cast<std::uint64_t>(ranks()));
  auto mix = [&](index_t value) { h = hash_combine(h, static_cast<std::uint64_t>(value)); };
  for (int d = 0; d < shape().dimensions(); ++d) mix(shape()[d]), mix(halo(d));
  index_t const step = std::max(1, ranks() / 16);
  for (index_t rank = 0; rank < ranks(); rank += step) {
    box const b = box_of(static_cast<int>(rank));
    for (std::size_t d = 0; d < static_cast<std::size_t>(b.dimensions); ++d) mix(b.lo[d]), mix(b.hi[d]);
  }
  return h;
}

std::uint64_t tiling::fingerprint() const noexcept {
  std::uint64_t h = hash();
  auto mix = [&](index_t value) { h = hash_combine(h, static_cast<std::uint64_t>(value)); };
  for (auto const& g : grid()) mix(g.ranks), mix(g.dimension);
  for (int d = 0; d < shape().dimensions() && is_cartesian(); ++d)
    for (index_t const b : boundaries(d)) mix(b);
  for (int rank = 0; rank < ranks() && !is_cartesian(); ++rank) {
    box const b = box_of(rank);
    for (std::size_t d = 0; d < static_cast<std::size_t>(b.dimensions); ++d) mix(b.lo[d]), mix(b.hi[d]);
  }
  return h;
}

}  // namespace pantile
