#pragma once

#include <pantile/base/error.hpp>
#include <pantile/tiling/tiling.hpp>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace pantile {

namespace detail {
constexpr std::size_t at(int i) { return static_cast<std::size_t>(i); }
}  // namespace detail

/// What a tiling knows, and the arithmetic of grids and boxes behind its questions.
struct tiling::data {
  extents shape;
  int ranks = 1;
  bool cartesian = true;
  bool disjoint = true;
  std::vector<grid_axis> grid;  // axes of one rank are left out
  std::array<int, max_dimensions> axis_of{-1, -1, -1, -1};
  std::vector<std::vector<index_t>> boundaries;  // Cartesian: one list per dimension
  std::vector<box> boxes;                        // custom: one per rank
  std::array<index_t, max_dimensions> halo{};

  /// Takes the halos of a shape that is known.
  void set_halos(std::vector<index_t> const& widths, std::source_location where) {
    if (widths.size() > detail::at(shape.dimensions()) ||
        std::any_of(widths.begin(), widths.end(), [](index_t width) { return width < 0; }))
      throw tiling_error("halos must not be negative, and one per dimension of the shape " + to_string(shape),
                         where);
    halo = {};
    std::copy(widths.begin(), widths.end(), halo.begin());
  }

  /// The halo as far as it can reach.
  index_t reach(std::size_t d) const { return std::min(halo[d], shape[static_cast<int>(d)]); }

  /// The first and one past the last grid place along dimension d whose interval, widened by `margin`, may meet
  /// [lo, hi).
  std::pair<int, int> places(int d, index_t lo, index_t hi, index_t margin) const {
    auto const& cuts = boundaries[detail::at(d)];
    auto const first = std::upper_bound(cuts.begin() + 1, cuts.end(), lo - margin) - (cuts.begin() + 1);
    auto const last = std::lower_bound(cuts.begin(), cuts.end() - 1, hi + margin) - cuts.begin();
    return {static_cast<int>(first), std::max(static_cast<int>(first), static_cast<int>(last))};
  }

  box own(int rank) const {
    if (!cartesian) return boxes[detail::at(rank)];
    box b(shape);
    for (auto axis = grid.rbegin(); axis != grid.rend(); ++axis) {
      int const place = rank % axis->ranks;
      rank /= axis->ranks;
      if (axis->dimension < 0) continue;
      auto const& cuts = boundaries[detail::at(axis->dimension)];
      b.lo[detail::at(axis->dimension)] = cuts[detail::at(place)];
      b.hi[detail::at(axis->dimension)] = cuts[detail::at(place) + 1];
    }
    return b;
  }

  box stored(int rank) const {
    box b = own(rank);
    if (b.empty()) return b;
    for (std::size_t d = 0; d < detail::at(b.dimensions); ++d) {
      b.lo[d] -= std::min(b.lo[d], reach(d));
      b.hi[d] += std::min(shape[static_cast<int>(d)] - b.hi[d], reach(d));
    }
    return b;
  }

  /// Calls visit(rank) for all grid places whose boxes, widened by the halo if asked, may meet b.
  template <class Visit>
  void visit_places(box const& b, bool widened, Visit visit) const {
    std::vector<std::pair<int, int>> range(grid.size());
    for (std::size_t k = 0; k < grid.size(); ++k) {
      int const d = grid[k].dimension;
      range[k] = d < 0
                     ? std::pair{0, grid[k].ranks}
                     : places(d, b.lo[detail::at(d)], b.hi[detail::at(d)], widened ? reach(detail::at(d)) : 0);
      if (range[k].first >= range[k].second) return;
    }
    std::vector<int> place(grid.size());
    for (std::size_t k = 0; k < grid.size(); ++k) place[k] = range[k].first;
    for (;;) {
      int rank = 0;
      for (std::size_t k = 0; k < grid.size(); ++k) rank = rank * grid[k].ranks + place[k];
      visit(rank);
      std::size_t k = grid.size();
      while (k > 0 && ++place[k - 1] == range[k - 1].second) --k, place[k] = range[k].first;
      if (k == 0) return;
    }
  }

  template <class BoxOf>
  std::vector<int> meeting(box const& b, bool widened, BoxOf box_of) const {
    std::vector<int> found;
    if (b.empty()) return found;
    auto consider = [&](int rank) {
      if (!intersect(box_of(rank), b).empty()) found.push_back(rank);
    };
    if (cartesian)
      visit_places(b, widened, consider);
    else
      for (int rank = 0; rank < ranks; ++rank) consider(rank);
    return found;
  }

  /// The owner from which `reader` takes elements of the tile of `rank`: itself, or one of the replicas in
  /// turn.
  int replica_for(int rank, int reader) const {
    int replicas = 1;
    bool mine = true;  // reader owns the same tile
    for (int k = static_cast<int>(grid.size()) - 1, a = rank, r = reader; k >= 0; --k) {
      auto const& axis = grid[detail::at(k)];
      if (axis.dimension < 0)
        replicas *= axis.ranks;
      else
        mine = mine && a % axis.ranks == r % axis.ranks;
      a /= axis.ranks;
      r /= axis.ranks;
    }
    if (mine) return reader;
    int chosen = 0, turn = reader % replicas, stride = 1;
    for (int k = static_cast<int>(grid.size()) - 1; k >= 0; --k) {
      auto const& axis = grid[detail::at(k)];
      int place = rank % axis.ranks;
      if (axis.dimension < 0) {
        place = turn % axis.ranks;
        turn /= axis.ranks;
      }
      chosen += place * stride;
      stride *= axis.ranks;
      rank /= axis.ranks;
    }
    return chosen;
  }

  /// Overlapping boxes: the reader's own elements first, then the ranks after it in turn.
  std::vector<piece> cover(box const& wanted, int reader) const {
    std::vector<piece> pieces;
    std::vector<box> open{wanted};
    for (int i = 0; i < ranks && !open.empty(); ++i) {
      int const rank = (reader + i) % ranks;
      std::vector<box> still_open;
      for (box const& b : open) {
        box const part = intersect(b, boxes[detail::at(rank)]);
        if (part.empty()) {
          still_open.push_back(b);
          continue;
        }
        pieces.push_back({rank, part});
        auto rest = subtract(b, part);
        still_open.insert(still_open.end(), rest.begin(), rest.end());
      }
      open = std::move(still_open);
    }
    return pieces;
  }
};

}  // namespace pantile
