#include "data.hpp"

namespace pantile {

using detail::at;

tiling::tiling() {
  // Never destroyed: objects that outlive main may still make tilings.
  static auto const& nothing = *new std::shared_ptr<data const>(std::make_shared<data const>());
  data_ = nothing;
}
tiling::tiling(std::shared_ptr<data const> d) : data_(std::move(d)) {}

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

}  // namespace pantile
