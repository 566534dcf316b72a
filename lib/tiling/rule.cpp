#include <pantile/base/error.hpp>
#include <pantile/tiling/tiling.hpp>

#include <cmath>

namespace pantile {

namespace {

tiling cut_one(extents const& shape, int ranks, int dimension, std::vector<index_t> cuts,
               std::source_location where) {
  std::vector<std::vector<index_t>> boundaries(static_cast<std::size_t>(shape.dimensions()));
  boundaries[static_cast<std::size_t>(dimension)] = std::move(cuts);
  return tiling::cartesian(shape, {{ranks, dimension}}, std::move(boundaries), {}, where);
}

tiling cut_grid(extents const& shape, int p, int q, std::source_location where) {
  int const last = shape.dimensions() - 1;
  std::vector<std::vector<index_t>> boundaries(static_cast<std::size_t>(shape.dimensions()));
  boundaries[static_cast<std::size_t>(last - 1)] = even_cuts(shape[last - 1], p);
  boundaries[static_cast<std::size_t>(last)] = even_cuts(shape[last], q);
  return tiling::cartesian(shape, {{p, last - 1}, {q, last}}, std::move(boundaries), {}, where);
}

tiling bind_cuts(extents const& shape, int ranks, std::vector<std::vector<index_t>> const& boundaries,
                 std::source_location where) {
  if (boundaries.size() != static_cast<std::size_t>(shape.dimensions()))
    throw tiling_error("cuts: got boundaries for " + std::to_string(boundaries.size()) +
                           " dimensions, the shape is " + to_string(shape) +
                           "; give one list per dimension, an empty one for a dimension that stays whole",
                       where);
  std::vector<tiling::grid_axis> grid;
  index_t tiles = 1;
  for (int d = 0; d < shape.dimensions(); ++d) {
    auto const size = boundaries[static_cast<std::size_t>(d)].size();
    if (size == 0) continue;
    auto const parts = static_cast<int>(size) - 1;
    grid.push_back({parts, d});
    tiles *= parts;
  }
  if (tiles != ranks)
    throw tiling_error("cuts: the boundaries make " + std::to_string(tiles) + " tiles for " +
                           std::to_string(ranks) + " ranks; there must be one tile per rank",
                       where);
  return tiling::cartesian(shape, std::move(grid), boundaries, {}, where);
}

int dimension_of(char const* rule, int from_end, extents const& shape, std::source_location where) {
  if (shape.dimensions() == 1 && from_end <= 2) return 0;
  if (from_end > shape.dimensions())
    throw tiling_error(std::string(rule) + "(): the shape " + to_string(shape) + " has no such dimension",
                       where);
  return shape.dimensions() - from_end;
}

}  // namespace

std::vector<index_t> even_cuts(index_t n, int parts) {
  if (parts < 1) throw tiling_error("even_cuts: there must be at least one part, got " + std::to_string(parts));
  std::vector<index_t> cuts(static_cast<std::size_t>(parts) + 1);
  index_t const base = n / parts, longer = n % parts;
  for (int i = 0; i <= parts; ++i) cuts[static_cast<std::size_t>(i)] = base * i + std::min<index_t>(i, longer);
  return cuts;
}

std::vector<index_t> weighted_cuts(std::vector<double> const& weights, int parts, std::source_location where) {
  if (parts < 1)
    throw tiling_error("weighted: there must be at least one part, got " + std::to_string(parts), where);
  std::vector<double> sums(weights.size() + 1, 0.0);
  for (std::size_t i = 0; i < weights.size(); ++i) {
    if (!(weights[i] >= 0) || !std::isfinite(weights[i]))
      throw tiling_error("weighted: weights must be finite and not negative, got " +
                             std::to_string(weights[i]) + " at index " + std::to_string(i),
                         where);
    sums[i + 1] = sums[i] + weights[i];
  }
  if (!std::isfinite(sums.back()))
    throw tiling_error("weighted: the weights add up to more than a double holds; scale them", where);
  auto const n = static_cast<index_t>(weights.size());
  if (!(sums.back() > 0)) return even_cuts(n, parts);
  std::vector<index_t> cuts(static_cast<std::size_t>(parts) + 1, 0);
  for (int i = 1; i < parts; ++i) {
    double const goal = sums.back() * (static_cast<double>(i) / parts);
    auto const above = std::lower_bound(sums.begin(), sums.end(), goal) - sums.begin();
    auto cut = static_cast<index_t>(above);
    if (cut > 0 && goal - sums[static_cast<std::size_t>(cut - 1)] < sums[static_cast<std::size_t>(cut)] - goal)
      --cut;
    cuts[static_cast<std::size_t>(i)] = std::max(cut, cuts[static_cast<std::size_t>(i - 1)]);
  }
  cuts.back() = n;
  return cuts;
}

std::pair<int, int> nearly_square(int ranks) {
  int p = static_cast<int>(std::sqrt(static_cast<double>(ranks)));
  while (p > 1 && ranks % p != 0) --p;
  return {std::max(p, 1), ranks / std::max(p, 1)};
}

tiling_rule tiling_rule::row() { return tiling_rule(kind::row); }
tiling_rule tiling_rule::column() { return tiling_rule(kind::column); }
tiling_rule tiling_rule::page() { return tiling_rule(kind::page); }
tiling_rule tiling_rule::block() { return tiling_rule(kind::block); }
tiling_rule tiling_rule::replicated() { return tiling_rule(kind::replicated); }

tiling_rule tiling_rule::axis(int dimension) {
  tiling_rule rule(kind::axis);
  rule.p_ = dimension;
  return rule;
}

tiling_rule tiling_rule::block(int p, int q) {
  tiling_rule rule(kind::grid);
  rule.p_ = p;
  rule.q_ = q;
  return rule;
}

tiling_rule tiling_rule::cuts(std::vector<std::vector<index_t>> boundaries) {
  tiling_rule rule(kind::cuts);
  rule.boundaries_ = std::make_shared<std::vector<std::vector<index_t>> const>(std::move(boundaries));
  return rule;
}

tiling_rule tiling_rule::weighted(int axis, std::vector<double> weights) {
  tiling_rule rule(kind::weighted);
  rule.p_ = axis;
  rule.weights_ = std::make_shared<std::vector<double> const>(std::move(weights));
  return rule;
}

tiling_rule tiling_rule::custom(std::vector<box> boxes) {
  tiling_rule rule(kind::custom);
  rule.boxes_ = std::make_shared<std::vector<box> const>(std::move(boxes));
  return rule;
}

tiling_rule::tiling_rule(tiling const& exact)
    : kind_(kind::exact), exact_(std::make_shared<tiling const>(exact)) {}

tiling_rule tiling_rule::halo(index_t width) const { return halo(std::vector<index_t>{width}); }

tiling_rule tiling_rule::halo(std::vector<index_t> widths) const {
  tiling_rule rule = *this;
  rule.halos_ = std::move(widths);
  return rule;
}

tiling tiling_rule::bind(extents const& shape, int ranks, std::source_location where) const {
  if (ranks < 1) throw tiling_error("a tiling needs at least one rank, got " + std::to_string(ranks), where);
  if (shape.dimensions() < 1) throw tiling_error("a tiling needs a shape of 1 to 4 dimensions", where);
  tiling bare = bind_kind(shape, ranks, where);
  if (halos_.empty()) return bare;
  auto const dimensions = static_cast<std::size_t>(shape.dimensions());
  if (halos_.size() != 1 && halos_.size() != dimensions)
    throw tiling_error(
        "halo: got " + std::to_string(halos_.size()) + " widths for the shape " + to_string(shape), where);
  std::vector<index_t> halos(dimensions);
  for (std::size_t d = 0; d < dimensions; ++d) {
    index_t const width = halos_.size() == 1 ? halos_[0] : halos_[d];
    if (width < 0)
      throw tiling_error("halo: a width must not be negative, got " + std::to_string(width), where);
    bool const is_cut = !bare.is_cartesian() || bare.grid_axis_of(static_cast<int>(d)) >= 0;
    halos[d] = is_cut ? width : 0;
  }
  return bare.with_halos(halos, where);
}

tiling tiling_rule::bind_kind(extents const& shape, int ranks, std::source_location where) const {
  auto one = [&](int d) { return cut_one(shape, ranks, d, even_cuts(shape[d], ranks), where); };
  auto checked_axis = [&](int axis) {
    int const d = axis < 0 ? axis + shape.dimensions() : axis;
    if (d < 0 || d >= shape.dimensions())
      throw tiling_error(
          name() + ": there is no dimension " + std::to_string(axis) + " in the shape " + to_string(shape),
          where);
    return d;
  };
  switch (kind_) {
    case kind::row:
      return one(dimension_of("row", 2, shape, where));
    case kind::column:
      return one(dimension_of("column", 1, shape, where));
    case kind::page:
      return one(dimension_of("page", 3, shape, where));
    case kind::axis:
      return one(checked_axis(p_));
    case kind::block: {
      if (shape.dimensions() == 1) return one(0);
      auto const [p, q] = nearly_square(ranks);
      return cut_grid(shape, p, q, where);
    }
    case kind::grid:
      if (p_ < 1 || q_ < 1 || static_cast<index_t>(p_) * q_ != ranks)
        throw tiling_error(name() + ": a grid of " + std::to_string(p_) + " x " + std::to_string(q_) +
                               " is not " + std::to_string(ranks) + " ranks",
                           where);
      if (shape.dimensions() == 1)
        throw tiling_error(name() + ": a vector has no second dimension to cut", where);
      return cut_grid(shape, p_, q_, where);
    case kind::replicated:
      return tiling::cartesian(shape, {{ranks, -1}}, {}, {}, where);
    case kind::cuts:
      return bind_cuts(shape, ranks, *boundaries_, where);
    case kind::weighted: {
      int const d = checked_axis(p_);
      if (static_cast<index_t>(weights_->size()) != shape[d])
        throw tiling_error("weighted: got " + std::to_string(weights_->size()) + " weights for " +
                               std::to_string(shape[d]) + " indices of dimension " + std::to_string(d),
                           where);
      return cut_one(shape, ranks, d, weighted_cuts(*weights_, ranks, where), where);
    }
    case kind::custom:
      if (boxes_->size() != static_cast<std::size_t>(ranks))
        throw tiling_error("custom: got " + std::to_string(boxes_->size()) + " boxes for " +
                               std::to_string(ranks) + " ranks; give one box per rank",
                           where);
      return tiling::from_boxes(shape, *boxes_, {}, where);
    case kind::exact:
      break;
  }
  if (exact_->shape() != shape || exact_->ranks() != ranks)
    throw tiling_error("the tiling is one of shape " + to_string(exact_->shape()) + " on " +
                           std::to_string(exact_->ranks()) + " ranks, wanted shape " + to_string(shape) +
                           " on " + std::to_string(ranks),
                       where);
  return *exact_;
}

std::string tiling_rule::name() const {
  std::string text;
  switch (kind_) {
    case kind::row:
      text = "row()";
      break;
    case kind::column:
      text = "column()";
      break;
    case kind::page:
      text = "page()";
      break;
    case kind::axis:
      text = "axis(" + std::to_string(p_) + ")";
      break;
    case kind::block:
      text = "block()";
      break;
    case kind::grid:
      text = "block(" + std::to_string(p_) + ", " + std::to_string(q_) + ")";
      break;
    case kind::replicated:
      text = "replicated()";
      break;
    case kind::cuts:
      text = "cuts(...)";
      break;
    case kind::weighted:
      text = "weighted(" + std::to_string(p_) + ", ...)";
      break;
    case kind::custom:
      text = "custom(...)";
      break;
    case kind::exact:
      text = to_string(*exact_);
      break;
  }
  if (halos_.empty()) return text;
  text += ".halo(";
  for (std::size_t d = 0; d < halos_.size(); ++d) text += (d ? ", " : "") + std::to_string(halos_[d]);
  return text + ")";
}

}  // namespace pantile
