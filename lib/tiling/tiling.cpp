#include <pantile/base/checked.hpp>
#include <pantile/base/error.hpp>
#include <pantile/tiling/tiling.hpp>

#include <numeric>

namespace pantile {

namespace {
constexpr std::size_t at(int i) { return static_cast<std::size_t>(i); }
}  // namespace

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
    if (widths.size() > at(shape.dimensions()) ||
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
    auto const& cuts = boundaries[at(d)];
    auto const first = std::upper_bound(cuts.begin() + 1, cuts.end(), lo - margin) - (cuts.begin() + 1);
    auto const last = std::lower_bound(cuts.begin(), cuts.end() - 1, hi + margin) - cuts.begin();
    return {static_cast<int>(first), std::max(static_cast<int>(first), static_cast<int>(last))};
  }

  box own(int rank) const {
    if (!cartesian) return boxes[at(rank)];
    box b(shape);
    for (auto axis = grid.rbegin(); axis != grid.rend(); ++axis) {
      int const place = rank % axis->ranks;
      rank /= axis->ranks;
      if (axis->dimension < 0) continue;
      auto const& cuts = boundaries[at(axis->dimension)];
      b.lo[at(axis->dimension)] = cuts[at(place)];
      b.hi[at(axis->dimension)] = cuts[at(place) + 1];
    }
    return b;
  }

  box stored(int rank) const {
    box b = own(rank);
    if (b.empty()) return b;
    for (std::size_t d = 0; d < at(b.dimensions); ++d) {
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
      range[k] =
          d < 0 ? std::pair{0, grid[k].ranks} : places(d, b.lo[at(d)], b.hi[at(d)], widened ? reach(at(d)) : 0);
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
      auto const& axis = grid[at(k)];
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
      auto const& axis = grid[at(k)];
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
        box const part = intersect(b, boxes[at(rank)]);
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

tiling::tiling() : data_(std::make_shared<data>()) {}
tiling::tiling(std::shared_ptr<data const> d) : data_(std::move(d)) {}

tiling tiling::cartesian(extents const& shape, std::vector<grid_axis> grid,
                         std::vector<std::vector<index_t>> boundaries, std::vector<index_t> halos,
                         std::source_location where) {
  auto d = std::make_shared<data>();
  d->shape = shape;
  index_t ranks = 1;
  for (auto const& axis : grid) {
    if (axis.ranks < 1 || axis.dimension < -1 || axis.dimension >= shape.dimensions())
      throw tiling_error("a grid axis of " + std::to_string(axis.ranks) + " ranks along dimension " +
                             std::to_string(axis.dimension) + " does not fit the shape " + to_string(shape),
                         where);
    ranks *= axis.ranks;
    if (!std::in_range<int>(ranks)) throw tiling_error("the grid has more ranks than there can be", where);
  }
  d->ranks = static_cast<int>(ranks);
  if (boundaries.size() > at(shape.dimensions()))
    throw tiling_error("got boundaries for " + std::to_string(boundaries.size()) +
                           " dimensions, the shape is " + to_string(shape),
                       where);
  boundaries.resize(at(shape.dimensions()));
  for (auto const& axis : grid) {
    if (axis.dimension < 0) {
      if (axis.ranks > 1) d->disjoint = false;
    } else if (boundaries[at(axis.dimension)].size() != at(axis.ranks) + 1) {
      throw tiling_error("dimension " + std::to_string(axis.dimension) + " needs " +
                             std::to_string(axis.ranks + 1) + " boundaries for " + std::to_string(axis.ranks) +
                             " tiles, got " + std::to_string(boundaries[at(axis.dimension)].size()),
                         where);
    }
    if (axis.ranks == 1) continue;
    if (axis.dimension >= 0) {
      if (d->axis_of[at(axis.dimension)] >= 0)
        throw tiling_error("dimension " + std::to_string(axis.dimension) + " is cut by two axes of the grid",
                           where);
      d->axis_of[at(axis.dimension)] = static_cast<int>(d->grid.size());
    }
    d->grid.push_back(axis);
  }
  for (int k = 0; k < shape.dimensions(); ++k) {
    auto& cuts = boundaries[at(k)];
    if (cuts.empty()) cuts = {0, shape[k]};
    if (cuts.size() < 2 || cuts.front() != 0 || cuts.back() != shape[k] ||
        !std::is_sorted(cuts.begin(), cuts.end()))
      throw tiling_error("the boundaries of dimension " + std::to_string(k) + " must ascend from 0 to " +
                             std::to_string(shape[k]),
                         where);
    if (cuts.size() > 2 && d->axis_of[at(k)] < 0)
      throw tiling_error("dimension " + std::to_string(k) + " has boundaries but no axis of the grid", where);
  }
  d->boundaries = std::move(boundaries);
  if (shape.count() == 0) d->disjoint = true;  // replicas of nothing
  d->set_halos(halos, where);
  return tiling(std::move(d));
}

tiling tiling::from_boxes(extents const& shape, std::vector<box> boxes, std::vector<index_t> halos,
                          std::source_location where) {
  auto d = std::make_shared<data>();
  d->shape = shape;
  d->cartesian = false;
  if (boxes.empty() || !std::in_range<int>(boxes.size()))
    throw tiling_error("a tiling needs one box per rank, got " + std::to_string(boxes.size()), where);
  d->ranks = static_cast<int>(boxes.size());
  box const whole(shape);
  index_t owned = 0;
  std::vector<box> open{whole};
  for (std::size_t rank = 0; rank < boxes.size(); ++rank) {
    box& b = boxes[rank];
    if (b.dimensions != shape.dimensions() || !whole.contains(b))
      throw tiling_error("the box " + to_string(b) + " of rank " + std::to_string(rank) +
                             " is not inside the shape " + to_string(shape),
                         where);
    b = intersect(b, b);
    owned += b.count();
    std::vector<box> still_open;
    for (box const& rest : open) {
      auto parts = subtract(rest, b);
      still_open.insert(still_open.end(), parts.begin(), parts.end());
    }
    open = std::move(still_open);
  }
  if (!open.empty() && !open.front().empty())
    throw tiling_error("the boxes leave a hole: no rank owns " + to_string(open.front()), where);
  d->disjoint = owned == shape.count();
  d->boxes = std::move(boxes);
  d->set_halos(halos, where);
  return tiling(std::move(d));
}

extents const& tiling::shape() const noexcept { return data_->shape; }
int tiling::ranks() const noexcept { return data_->ranks; }
box tiling::box_of(int rank) const { return data_->own(rank); }
box tiling::stored_box(int rank) const { return data_->stored(rank); }
index_t tiling::halo(int d) const noexcept { return data_->halo[at(d)]; }
bool tiling::has_halo() const noexcept { return data_->halo != std::array<index_t, max_dimensions>{}; }
bool tiling::is_cartesian() const noexcept { return data_->cartesian; }
bool tiling::is_disjoint() const noexcept { return data_->disjoint; }
std::vector<tiling::grid_axis> const& tiling::grid() const noexcept { return data_->grid; }
int tiling::grid_axis_of(int d) const noexcept { return data_->axis_of[at(d)]; }
std::vector<index_t> const& tiling::boundaries(int d) const noexcept { return data_->boundaries[at(d)]; }

tiling tiling::with_halos(std::vector<index_t> const& halos, std::source_location where) const {
  auto d = std::make_shared<data>(*data_);
  d->set_halos(halos, where);
  return tiling(std::move(d));
}

bool tiling::is_replicated() const noexcept {
  // Cuts of an empty dimension leave every tile the whole of it.
  if (data_->cartesian)
    return std::all_of(data_->grid.begin(), data_->grid.end(), [&](auto const& axis) {
      return axis.dimension < 0 || data_->shape[axis.dimension] == 0;
    });
  box const whole(data_->shape);
  return std::all_of(data_->boxes.begin(), data_->boxes.end(), [&](box const& b) { return b == whole; });
}

std::vector<int> tiling::owners(box const& b) const {
  return data_->meeting(b, false, [&](int rank) { return data_->own(rank); });
}

std::vector<int> tiling::holders(box const& b) const {
  return data_->meeting(b, true, [&](int rank) { return data_->stored(rank); });
}

std::vector<tiling::piece> tiling::providers(box const& wanted, int reader) const {
  if (wanted.empty()) return {};
  if (!data_->cartesian && !data_->disjoint) return data_->cover(wanted, reader);
  std::vector<piece> pieces;
  int const last = data_->ranks;
  auto add = [&](int rank) {
    box const part = intersect(data_->own(rank), wanted);
    if (part.empty()) return;
    int const owner = data_->cartesian ? data_->replica_for(rank, reader) : rank;
    if (!data_->disjoint && owner != rank) return;  // another place of the grid stands for this tile
    pieces.push_back({owner, part});
  };
  if (data_->cartesian)
    data_->visit_places(wanted, false, add);
  else
    for (int rank = 0; rank < last; ++rank) add(rank);
  return pieces;
}

std::vector<box> tiling::provided_by(int owner, box const& wanted, int reader) const {
  std::vector<box> parts;
  if (!data_->cartesian && !data_->disjoint) {
    for (auto const& p : data_->cover(wanted, reader))
      if (p.rank == owner) parts.push_back(p.part);
    return parts;
  }
  box const part = intersect(data_->own(owner), wanted);
  if (!part.empty() && (!data_->cartesian || data_->replica_for(owner, reader) == owner)) parts.push_back(part);
  return parts;
}

std::vector<int> tiling::coordinates(int rank) const {
  std::vector<int> place(data_->grid.size());
  for (std::size_t k = place.size(); k-- > 0;) {
    place[k] = rank % data_->grid[k].ranks;
    rank /= data_->grid[k].ranks;
  }
  return place;
}

tiling tiling::reduced(int axis, bool keep) const {
  if (!is_cartesian() || axis < 0 || axis >= shape().dimensions())
    throw tiling_error("reduced: dimension " + std::to_string(axis) + " of " + to_string(*this));
  std::vector<index_t> sizes;
  std::vector<std::vector<index_t>> cuts;
  std::vector<grid_axis> grid = data_->grid;
  for (int d = 0; d < shape().dimensions(); ++d) {
    if (d == axis && !keep) continue;
    sizes.push_back(d == axis ? 1 : shape()[d]);
    cuts.push_back(d == axis ? std::vector<index_t>{} : data_->boundaries[at(d)]);
  }
  for (auto& g : grid) {
    if (g.dimension == axis)
      g.dimension = -1;
    else if (g.dimension > axis && !keep)
      --g.dimension;
  }
  if (grid.empty()) grid.push_back({data_->ranks, -1});
  return cartesian(extents(sizes.data(), static_cast<int>(sizes.size())), std::move(grid), std::move(cuts));
}

tiling tiling::permuted(std::vector<int> const& axes) const {
  std::vector<int> sorted(axes), all(at(shape().dimensions()));
  std::sort(sorted.begin(), sorted.end());
  std::iota(all.begin(), all.end(), 0);
  if (sorted != all)
    throw tiling_error("permuted: the axes must name each dimension of " + to_string(shape()) + " once");
  auto d = std::make_shared<data>(*data_);
  std::array<index_t, max_dimensions> sizes{};
  auto permute_box = [&](box const& b) {
    box out = b;
    for (std::size_t k = 0; k < axes.size(); ++k) out.lo[k] = b.lo[at(axes[k])], out.hi[k] = b.hi[at(axes[k])];
    return out;
  };
  for (std::size_t k = 0; k < axes.size(); ++k) {
    sizes[k] = shape()[axes[k]];
    d->halo[k] = data_->halo[at(axes[k])];
    d->axis_of[k] = data_->axis_of[at(axes[k])];
    if (data_->cartesian) d->boundaries[k] = data_->boundaries[at(axes[k])];
    if (d->axis_of[k] >= 0) d->grid[at(d->axis_of[k])].dimension = static_cast<int>(k);
  }
  d->shape = extents(sizes.data(), shape().dimensions());
  for (box& b : d->boxes) b = permute_box(b);
  return tiling(std::move(d));
}

bool tiling::operator==(tiling const& other) const {
  return data_->halo == other.data_->halo && owns_alike(other);
}

bool tiling::owns_alike(tiling const& other) const {
  if (data_ == other.data_) return true;
  data const &a = *data_, &b = *other.data_;
  if (a.shape != b.shape || a.ranks != b.ranks) return false;
  if (a.cartesian && b.cartesian && a.grid == b.grid) return a.boundaries == b.boundaries;
  for (int rank = 0; rank < a.ranks; ++rank)
    if (a.own(rank) != b.own(rank)) return false;
  return true;
}

std::uint64_t tiling::hash() const noexcept {
  // Equal tilings may be written differently (custom boxes that are rows), so only what both share is hashed:
  // the shape, the ranks, the halo and the boxes of a few ranks.
  std::uint64_t h = hash_combine(0x70616e74696c65ULL, static_cast<std::uint64_t>(data_->ranks));
  auto mix = [&](index_t value) { h = hash_combine(h, static_cast<std::uint64_t>(value)); };
  for (int d = 0; d < shape().dimensions(); ++d) mix(shape()[d]), mix(halo(d));
  index_t const step = std::max(1, data_->ranks / 16);
  for (index_t rank = 0; rank < data_->ranks; rank += step) {
    box const b = data_->own(static_cast<int>(rank));
    for (std::size_t d = 0; d < at(b.dimensions); ++d) mix(b.lo[d]), mix(b.hi[d]);
  }
  return h;
}

std::uint64_t tiling::fingerprint() const noexcept {
  std::uint64_t h = hash();
  auto mix = [&](index_t value) { h = hash_combine(h, static_cast<std::uint64_t>(value)); };
  for (auto const& g : grid()) mix(g.ranks), mix(g.dimension);
  for (int d = 0; d < shape().dimensions() && data_->cartesian; ++d)
    for (index_t const b : boundaries(d)) mix(b);
  for (int rank = 0; rank < data_->ranks && !data_->cartesian; ++rank) {
    box const b = data_->own(rank);
    for (std::size_t d = 0; d < at(b.dimensions); ++d) mix(b.lo[d]), mix(b.hi[d]);
  }
  return h;
}

namespace {
std::string shortened(std::vector<index_t> const& cuts) {
  std::string text;
  for (std::size_t i = 0; i < cuts.size(); ++i) {
    if (cuts.size() > 9 && i == 5) {
      text += " ...";
      i = cuts.size() - 2;
    }
    text += (i ? " " : "") + std::to_string(cuts[i]);
  }
  return text;
}
}  // namespace

std::string to_string(tiling const& t) {
  std::string text =
      to_string(t.shape()) + " on " + std::to_string(t.ranks()) + (t.ranks() == 1 ? " rank" : " ranks");
  if (!t.is_cartesian())
    text += t.is_replicated() ? ", replicated" : ", custom boxes";
  else if (std::all_of(t.grid().begin(), t.grid().end(), [](auto const& axis) { return axis.dimension < 0; }))
    return text + ", replicated";
  for (int d = 0; d < t.shape().dimensions(); ++d) {
    if (t.grid_axis_of(d) >= 0)
      text += ", dimension " + std::to_string(d) + " cut at " + shortened(t.boundaries(d));
    if (t.halo(d) > 0)
      text += " (halo " + std::to_string(t.halo(d)) + " in dimension " + std::to_string(d) + ")";
  }
  for (auto const& axis : t.grid())
    if (axis.dimension < 0) text += ", " + std::to_string(axis.ranks) + " replicas";
  return text;
}

}  // namespace pantile
