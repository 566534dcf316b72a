#pragma once

#include <pantile/tiling/tiling.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <numeric>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

/// Generated shapes and tilings for property tests. Everything hangs on a seed alone, so that all ranks of a
/// test draw the same and a failure can be drawn again.
namespace support {

using pantile::box;
using pantile::extents;
using pantile::index_t;
using pantile::tiling;

/// splitmix64: the same numbers with every standard library.
class dice {
 public:
  explicit dice(std::uint64_t seed) : state_(seed) {}
  std::uint64_t bits() {
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15ULL;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
  }
  /// From lowest to highest, both included.
  index_t between(index_t lowest, index_t highest) {
    return lowest + static_cast<index_t>(bits() % static_cast<std::uint64_t>(highest - lowest + 1));
  }
  int below(int n) { return static_cast<int>(between(0, n - 1)); }
  bool one_in(int n) { return below(n) == 0; }
  /// A number from -1 to 1 (both parts of a complex one), an integer from -100 to 100.
  template <class T>
  T number() {
    if constexpr (pantile::is_complex<T>) {
      auto const real = number<pantile::real_t<T>>();
      return T(real, number<pantile::real_t<T>>());
    } else if constexpr (std::is_integral_v<T>) {
      return static_cast<T>(between(-100, 100));
    } else {
      return static_cast<T>(between(-1000, 1000)) / 1000;
    }
  }
  template <class T>
  void shuffle(std::vector<T>& values) {
    for (std::size_t i = values.size(); i > 1; --i)
      std::swap(values[i - 1], values[static_cast<std::size_t>(below(static_cast<int>(i)))]);
  }

 private:
  std::uint64_t state_;
};

/// Extents 0, 1, prime, a little above and far above the number of ranks; a few hundred elements in all.
inline extents random_shape(dice& d, int dimensions, int ranks) {
  std::vector<index_t> const sizes[] = {{0, 1, 2, 7, ranks - 1, ranks, ranks + 1, 2 * ranks + 1, 97, 211},
                                        {1, 2, 5, 13, 17, 23, ranks, 0},
                                        {1, 2, 3, 5, 7, 8, 0},
                                        {1, 2, 3, 4, 5, 0}};
  auto const& choice = sizes[dimensions - 1];
  std::array<index_t, pantile::max_dimensions> size{};
  for (int k = 0; k < dimensions; ++k) {
    // An extent of 0 leaves nothing to test, so it is drawn less often than the others.
    index_t n = choice[static_cast<std::size_t>(d.below(static_cast<int>(choice.size())))];
    if (n == 0 && !d.one_in(3)) n = choice[1];
    size[static_cast<std::size_t>(k)] = std::min<index_t>(n, dimensions == 2 ? 40 : 211);
  }
  return extents(size.data(), dimensions);
}

/// Sorted boundaries from 0 to n, drawn freely: many tiles come out empty.
inline std::vector<index_t> random_cuts(dice& d, index_t n, int parts) {
  std::vector<index_t> cuts{0, n};
  for (int i = 1; i < parts; ++i) cuts.push_back(d.between(0, n));
  std::sort(cuts.begin(), cuts.end());
  return cuts;
}

/// Factors, among them 1, whose product is `ranks`, in any order.
inline std::vector<int> random_factors(dice& d, int ranks, int how_many) {
  std::vector<int> factors(static_cast<std::size_t>(how_many), 1);
  for (int f = 2, rest = ranks; rest > 1; ++f)
    for (; rest % f == 0; rest /= f) factors[static_cast<std::size_t>(d.below(how_many))] *= f;
  return factors;
}

/// One box per rank, disjoint and without holes, some of them empty, in any order.
inline std::vector<box> random_partition(dice& d, extents const& shape, int ranks) {
  std::vector<box> boxes{box(shape)};
  while (static_cast<int>(boxes.size()) < ranks) {
    box& whole = boxes[static_cast<std::size_t>(d.below(static_cast<int>(boxes.size())))];
    auto const k = static_cast<std::size_t>(d.below(shape.dimensions()));
    index_t const cut = d.between(whole.lo[k], whole.hi[k]);
    box upper = whole;
    upper.lo[k] = whole.hi[k] = cut;
    boxes.push_back(upper);
  }
  d.shuffle(boxes);
  return boxes;
}

/// A partition whose boxes were widened into each other; some ranks own what another one owns.
inline std::vector<box> random_overlapping(dice& d, extents const& shape, int ranks) {
  std::vector<box> boxes = random_partition(d, shape, 1 + d.below(ranks));
  while (static_cast<int>(boxes.size()) < ranks)
    boxes.push_back(boxes[static_cast<std::size_t>(d.below(static_cast<int>(boxes.size())))]);
  for (box& b : boxes)
    for (std::size_t k = 0; k < static_cast<std::size_t>(shape.dimensions()); ++k) {
      if (b.lo[k] == b.hi[k] || !d.one_in(2)) continue;
      b.lo[k] = std::max<index_t>(0, b.lo[k] - d.between(0, 2));
      b.hi[k] = std::min(shape[static_cast<int>(k)], b.hi[k] + d.between(0, 2));
    }
  d.shuffle(boxes);
  return boxes;
}

/// A process grid of several axes in any order, some of which replicate.
inline tiling random_grid(dice& d, extents const& shape, int ranks) {
  std::vector<int> const factors = random_factors(d, ranks, 1 + d.below(4));
  std::vector<int> dimensions(static_cast<std::size_t>(shape.dimensions()));
  std::iota(dimensions.begin(), dimensions.end(), 0);
  d.shuffle(dimensions);
  std::vector<tiling::grid_axis> grid;
  std::vector<std::vector<index_t>> cuts(dimensions.size());
  for (int ranks_along : factors) {
    int dimension = -1;
    if (!dimensions.empty() && !d.one_in(3)) {
      dimension = dimensions.back();
      dimensions.pop_back();
      cuts[static_cast<std::size_t>(dimension)] = d.one_in(2)
                                                      ? pantile::even_cuts(shape[dimension], ranks_along)
                                                      : random_cuts(d, shape[dimension], ranks_along);
    }
    grid.push_back({ranks_along, dimension});
  }
  return tiling::cartesian(shape, std::move(grid), std::move(cuts));
}

enum class kind {
  row,
  column,
  page,
  axis,
  block,
  grid_of_blocks,
  replicated,
  cuts,
  weighted,
  custom,
  overlapping,
  grid,
  reduced,
  permuted
};
inline constexpr int kinds = 14;

inline std::vector<double> random_weights(dice& d, index_t n) {
  std::vector<double> weights(static_cast<std::size_t>(n));
  for (double& w : weights) w = d.one_in(3) ? 0 : d.one_in(9) ? 100 : static_cast<double>(d.between(1, 9));
  return weights;
}

/// A tiling of that kind; where the shape does not allow it (block(p, q) of a vector) the nearest that it does
/// allow.
inline tiling random_tiling_of(dice& d, kind k, extents const& shape, int ranks) {
  int const dimensions = shape.dimensions();
  int const some = d.below(dimensions);
  switch (k) {
    case kind::row:
      return tiling::row().bind(shape, ranks);
    case kind::column:
      return tiling::column().bind(shape, ranks);
    case kind::page:
      return (dimensions < 3 ? tiling::row() : tiling::page()).bind(shape, ranks);
    case kind::axis:
      return tiling::axis(d.one_in(2) ? some : some - dimensions).bind(shape, ranks);
    case kind::block:
      return tiling::block().bind(shape, ranks);
    case kind::grid_of_blocks: {
      auto const f = random_factors(d, ranks, 2);
      return (dimensions < 2 ? tiling::block() : tiling::block(f[0], f[1])).bind(shape, ranks);
    }
    case kind::replicated:
      return tiling::replicated().bind(shape, ranks);
    case kind::cuts: {
      auto const f = random_factors(d, ranks, dimensions);
      std::vector<std::vector<index_t>> cuts;
      for (int i = 0; i < dimensions; ++i)
        cuts.push_back(random_cuts(d, shape[i], f[static_cast<std::size_t>(i)]));
      return tiling::cuts(std::move(cuts)).bind(shape, ranks);
    }
    case kind::weighted:
      return tiling::weighted(some, random_weights(d, shape[some])).bind(shape, ranks);
    case kind::custom:
      return tiling::custom(random_partition(d, shape, ranks)).bind(shape, ranks);
    case kind::overlapping:
      return tiling::custom(random_overlapping(d, shape, ranks)).bind(shape, ranks);
    case kind::grid:
      return random_grid(d, shape, ranks);
    case kind::reduced: {
      if (dimensions == pantile::max_dimensions) return random_grid(d, shape, ranks);
      std::vector<index_t> sizes;
      for (int i = 0; i < dimensions; ++i) sizes.push_back(shape[i]);
      int const extra = d.below(dimensions + 1);
      sizes.insert(sizes.begin() + extra, d.between(0, 9));
      return random_grid(d, extents(sizes.data(), dimensions + 1), ranks).reduced(extra, false);
    }
    case kind::permuted:
      break;
  }
  std::vector<int> axes(static_cast<std::size_t>(dimensions));
  std::iota(axes.begin(), axes.end(), 0);
  d.shuffle(axes);
  std::array<index_t, pantile::max_dimensions> sizes{};
  for (std::size_t i = 0; i < axes.size(); ++i)
    sizes[static_cast<std::size_t>(axes[i])] = shape[static_cast<int>(i)];
  extents const other(sizes.data(), dimensions);
  return (d.one_in(2) ? random_grid(d, other, ranks)
                      : tiling::custom(random_partition(d, other, ranks)).bind(other, ranks))
      .permuted(axes);
}

/// Halos of 0 to 3, often wider than the tiles.
inline std::vector<index_t> random_halos(dice& d, int dimensions) {
  std::vector<index_t> halos;
  for (int i = 0; i < dimensions; ++i) halos.push_back(d.between(0, 3));
  return halos;
}

/// Any tiling, a third of them with halos.
inline tiling random_tiling(dice& d, extents const& shape, int ranks) {
  tiling const bare = random_tiling_of(d, static_cast<kind>(d.below(kinds)), shape, ranks);
  return d.one_in(3) ? bare.with_halos(random_halos(d, shape.dimensions())) : bare;
}

/// A box inside the shape, now and then empty.
inline box random_box(dice& d, extents const& shape) {
  box b(shape);
  for (std::size_t k = 0; k < static_cast<std::size_t>(shape.dimensions()); ++k) {
    b.lo[k] = d.between(0, b.hi[k]);
    b.hi[k] = d.between(b.lo[k], b.hi[k]);
  }
  return b;
}

/// Calls f(index) for every element of `b`, row-major. Tests spend much of their time here and below, and
/// nothing is optimised there: plain pointers.
template <class F>
void for_each_index(box const& b, F f) {
  auto index = b.lo;
  index_t* const at = index.data();
  index_t const *const lo = b.lo.data(), *const hi = b.hi.data();
  int const last = b.dimensions - 1;
  for (index_t i = b.count(); i > 0; --i) {
    f(std::as_const(index));
    for (int k = last; k >= 0; --k) {
      if (++at[k] < hi[k]) break;
      at[k] = lo[k];
    }
  }
}

/// The row-major place of an element of `b`.
inline std::size_t place_in(box const& b, std::array<index_t, pantile::max_dimensions> const& index) {
  index_t const *const at = index.data(), *const lo = b.lo.data(), *const hi = b.hi.data();
  index_t place = 0;
  for (int k = 0; k < b.dimensions; ++k) place = place * (hi[k] - lo[k]) + at[k] - lo[k];
  return static_cast<std::size_t>(place);
}

/// Calls f(shape, ranks, dice) for `how_many` drawn shapes of every number of dimensions and each number of
/// ranks.
template <class F>
void for_cases(std::uint64_t seed, std::vector<int> const& all_ranks, int how_many, F f) {
  for (int ranks : all_ranks)
    for (int dimensions = 1; dimensions <= pantile::max_dimensions; ++dimensions)
      for (int i = 0; i < how_many; ++i) {
        dice d(seed + static_cast<std::uint64_t>((ranks * 8 + dimensions) * 1000 + i));
        extents const shape = random_shape(d, dimensions, ranks);
        f(shape, ranks, d);
      }
}

}  // namespace support
