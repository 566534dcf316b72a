#include "rank_traffic.hpp"

#include <pantile/base/error.hpp>
#include <pantile/plan/product.hpp>

#include <algorithm>
#include <cmath>
#include <functional>
#include <optional>
#include <set>
#include <tuple>

namespace pantile {

namespace {

using grid_t = std::array<int, 3>;
using order_t = std::array<int, 4>;

bool everywhere(product_operand const& f) { return f.tiled.is_replicated(); }

/// The cuts along a dimension where it alone is cut, over all ranks; nothing otherwise.
std::vector<index_t> const* cuts_along(product_operand const& f, int dimension) {
  if (dimension < 0 || everywhere(f) || !f.tiled.is_cartesian() || f.tiled.grid().size() != 1) return nullptr;
  if (f.tiled.grid()[0].dimension != dimension) return nullptr;
  return &f.tiled.boundaries(dimension);
}

/// Both dimensions of a matrix cut by a grid of ranks.
bool is_block(product_operand const& f) {
  return f.outer >= 0 && f.tiled.is_cartesian() && f.tiled.grid_axis_of(0) >= 0 &&
         f.tiled.grid_axis_of(1) >= 0 && f.tiled.grid().size() == 2;
}

tiling cut(extents const& shape, int dimension, std::vector<index_t> cuts, int ranks) {
  std::vector<std::vector<index_t>> boundaries(static_cast<std::size_t>(shape.dimensions()));
  boundaries[static_cast<std::size_t>(dimension)] = std::move(cuts);
  return tiling::cartesian(shape, {{ranks, dimension}}, std::move(boundaries));
}

extents result_shape(product_problem const& p) {
  std::vector<index_t> sizes;
  if (p.a.outer >= 0) sizes.push_back(p.m);
  if (p.b.outer >= 0) sizes.push_back(p.n);
  return extents(sizes.data(), static_cast<int>(sizes.size()));
}

/// The boundaries of one of the loops, cut into `parts`: those of a tiling where it has as many.
std::vector<index_t> cuts_of(index_t extent, int parts,
                             std::initializer_list<std::pair<tiling const*, int>> from) {
  for (auto const& [t, dimension] : from) {
    if (dimension < 0 || !t->is_cartesian()) continue;
    auto const& own = t->boundaries(dimension);
    if (own.size() == static_cast<std::size_t>(parts) + 1) return own;
  }
  return even_cuts(extent, parts);
}

product_schedule schedule_of(product_problem const& p, grid_t const& grid, order_t const& order,
                             tiling const& result, int split = 1) {
  product_schedule s;
  s.grid = grid;
  s.order = order;
  s.split = split;
  int const last = p.b.outer < 0 ? -1 : result.shape().dimensions() - 1;
  s.cuts = {cuts_of(p.m, grid[0], {{&result, p.a.outer < 0 ? -1 : 0}, {&p.a.tiled, p.a.outer}}),
            cuts_of(p.n, grid[1], {{&result, last}, {&p.b.tiled, p.b.outer}}),
            cuts_of(p.k, grid[2], {{&p.a.tiled, p.a.inner}, {&p.b.tiled, p.b.inner}})};
  s.result = result;
  s.allreduce = grid[2] == p.ranks && p.ranks > 1 && result.is_replicated();
  return s;
}

/// The way that the tilings ask for: what is cut stays cut.
product_schedule schedule_as_tiled(product_problem const& p, tiling const& result) {
  order_t const order{0, 1, 2, 3};
  int const all = p.ranks;
  if (everywhere(p.a) && everywhere(p.b)) {
    product_schedule s = schedule_of(p, {1, 1, 1}, order, result);
    s.everywhere = true;
    return s;
  }
  if (cuts_along(p.a, p.a.outer)) return schedule_of(p, {all, 1, 1}, order, result);
  if (cuts_along(p.a, p.a.inner)) return schedule_of(p, {1, 1, all}, order, result);
  if (everywhere(p.a)) {
    if (cuts_along(p.b, p.b.inner)) return schedule_of(p, {1, 1, all}, order, result);
    if (cuts_along(p.b, p.b.outer)) return schedule_of(p, {1, all, 1}, order, result);
  }
  if (p.a.outer >= 0) return schedule_of(p, {all, 1, 1}, order, result);
  return schedule_of(p, {1, 1, all}, order, result);
}

/// Grids whose product is the number of ranks, and, where few divide it well, some near the ideal that leave
/// ranks idle.
std::set<grid_t> grids(product_problem const& p) {
  std::set<grid_t> all;
  auto const fits = [&](index_t pm, index_t pn, index_t pk) {
    return pm >= 1 && pn >= 1 && pk >= 1 && pm <= std::max<index_t>(p.m, 1) &&
           pn <= std::max<index_t>(p.n, 1) && pk <= std::max<index_t>(p.k, 1) && pm * pn * pk <= p.ranks &&
           // The parts of C count as the elements of an array of pk layers.
           static_cast<double>(pk) * static_cast<double>(p.m) * static_cast<double>(p.n) < 9e18;
  };
  auto const add = [&](index_t pm, index_t pn, index_t pk) {
    if (fits(pm, pn, pk)) all.insert({static_cast<int>(pm), static_cast<int>(pn), static_cast<int>(pk)});
  };
  std::vector<int> divisors;
  for (int d = 1; static_cast<index_t>(d) * d <= p.ranks; ++d)
    if (p.ranks % d == 0) {
      divisors.push_back(d);
      if (d != p.ranks / d) divisors.push_back(p.ranks / d);
    }
  for (int pm : divisors)
    for (int pn : divisors)
      if ((p.ranks / pm) % pn == 0) add(pm, pn, p.ranks / pm / pn);
  // Nearly square blocks of C in every number of layers that can pay: beyond the cube root of the ranks (for a
  // cube) further layers only add to what is summed.
  double const m = static_cast<double>(std::max<index_t>(p.m, 1)),
               n = static_cast<double>(std::max<index_t>(p.n, 1)),
               k = static_cast<double>(std::max<index_t>(p.k, 1));
  double const cube = std::cbrt(m * n * k / p.ranks);
  auto const layers = std::min(static_cast<double>(p.ranks), std::max(1.0, 2 * k / cube));
  for (double l = 1; l <= layers; l = std::max(l + 1, std::floor(l * 1.1))) {
    auto const pk = static_cast<index_t>(l);
    double const ideal = std::sqrt(static_cast<double>(p.ranks) / l * m / n);
    for (index_t d = -2; d <= 2; ++d) {
      auto const pm = std::max<index_t>(1, static_cast<index_t>(std::llround(ideal)) + d);
      if (pm * pk > p.ranks) continue;
      index_t const pn = p.ranks / pk / pm;
      if (pm * pn * pk * 8 >= index_t{7} * p.ranks) add(pm, pn, pk);
    }
  }
  return all;
}

std::vector<order_t> orders_of(grid_t const& grid) {
  std::vector<order_t> all;
  std::set<std::vector<int>> seen;  // the order of the axes of one rank does not matter
  std::array<int, 3> order{0, 1, 2};
  do {
    std::vector<int> axes;
    for (int axis : order)
      if (grid[static_cast<std::size_t>(axis)] > 1) axes.push_back(axis);
    if (seen.insert(axes).second) all.push_back({order[0], order[1], order[2], 3});
  } while (std::next_permutation(order.begin(), order.end()));
  return all;
}

/// The length of the inner axis of layers with which every rank multiplies for the block of C that its own tile
/// lies in: rows of tiles split by m and outer layers, columns of tiles by n and inner layers. 0: there is
/// none.
int aligned_split(grid_t const& grid, tiling const& result) {
  if (!result.is_cartesian() || result.grid().size() != 2 || result.grid()[0].dimension != 0) return 0;
  int const rows = result.grid()[0].ranks, columns = result.grid()[1].ranks;
  if (rows % grid[0] != 0 || columns % grid[1] != 0 || rows / grid[0] * (columns / grid[1]) != grid[2])
    return 0;
  return columns / grid[1];
}

/// What a grid costs about, before anybody looks at where the operands lie: to sort out those that cannot win.
double rough_seconds(product_problem const& p, grid_t const& grid, machine const& on, bool replicated) {
  double const m = std::ceil(static_cast<double>(p.m) / grid[0]),
               n = std::ceil(static_cast<double>(p.n) / grid[1]),
               k = std::ceil(static_cast<double>(p.k) / grid[2]);
  double moved = 0;
  if (!everywhere(p.a)) moved += m * k;
  if (!everywhere(p.b)) moved += k * n;
  if (replicated)
    moved += static_cast<double>(p.m) * static_cast<double>(p.n);
  else if (grid[2] > 1)
    moved += m * n * (grid[2] - 1) / grid[2];
  return moved * static_cast<double>(p.element_bytes) / on.bytes_per_second +
         2 * m * n * k / on.flops_per_second;
}

/// What a grid takes at least, in so many panels, whatever the order of its ranks: its blocks of C, and the
/// panels of operands whose parts are larger than any tile.
class memory_bounds {
 public:
  memory_bounds(product_problem const& p, machine const& on)
      : p_(p),
        at_once_(on.shared_memory ? 1 : 2),
        tile_of_a_(largest_tile(p.a)),
        tile_of_b_(largest_tile(p.b)) {}

  index_t of(grid_t const& grid, index_t panels) const {
    index_t const m = p_.m / grid[0], n = p_.n / grid[1], k = p_.k / grid[2], own = p_.m * p_.n / p_.ranks;
    bool const in_place = grid[2] == 1 || grid[2] == p_.ranks;  // or so it may be
    index_t elements = in_place ? 0 : m * n + (1 + grid[2]) * own;
    index_t const deep = k / panels * (panels > 1 ? at_once_ : 1);
    if (m * k > tile_of_a_) elements += m * deep;
    if (n * k > tile_of_b_ && !p_.gram) elements += n * deep;
    return elements * p_.element_bytes;
  }

 private:
  index_t largest_tile(product_operand const& f) const {
    index_t largest = 0;
    for (int r = 0; r < p_.ranks; ++r) largest = std::max(largest, f.tiled.stored_box(r).count());
    return largest;
  }

  product_problem const& p_;
  index_t at_once_, tile_of_a_, tile_of_b_;
};

}  // namespace

tiling product_tiling(product_problem const& p) {
  if (p.result) return *p.result;
  extents const shape = result_shape(p);
  int const last = shape.dimensions() - 1;
  auto const replicated = [&] { return tiling::cartesian(shape, {{p.ranks, -1}}, {}); };
  auto const rows = [&] { return cut(shape, 0, even_cuts(shape[0], p.ranks), p.ranks); };
  if (everywhere(p.a) && everywhere(p.b)) return replicated();
  if (auto const* cuts = cuts_along(p.a, p.a.outer)) return cut(shape, 0, *cuts, p.ranks);
  if (cuts_along(p.a, p.a.inner) || (everywhere(p.a) && cuts_along(p.b, p.b.inner))) {
    index_t const share = (p.m * p.k + p.k * p.n) / p.ranks, mebibyte = index_t{1} << 20;
    return shape.count() * p.element_bytes <= mebibyte || shape.count() <= share ? replicated() : rows();
  }
  if (everywhere(p.a))
    if (auto const* cuts = cuts_along(p.b, p.b.outer)) return cut(shape, last, *cuts, p.ranks);
  if (shape.dimensions() == 1) return p.a.outer >= 0 ? rows() : replicated();
  for (product_operand const* f : {&p.a, &p.b}) {
    if (!is_block(*f)) continue;
    // The grid of the operand, seen as it is multiplied: first its axis that cuts rows.
    int const rows_of_f = f == &p.a ? f->outer : f->inner;
    auto const first = f->tiled.grid_axis_of(rows_of_f);
    auto grid = f->tiled.grid();
    for (std::size_t i = 0; i < 2; ++i) grid[i].dimension = static_cast<int>(i) == first ? 0 : 1;
    std::vector<std::vector<index_t>> boundaries{
        cuts_of(p.m, grid[static_cast<std::size_t>(first)].ranks, {{&p.a.tiled, p.a.outer}}),
        cuts_of(p.n, grid[static_cast<std::size_t>(1 - first)].ranks, {{&p.b.tiled, p.b.outer}})};
    return tiling::cartesian(shape, std::move(grid), std::move(boundaries));
  }
  return rows();
}

std::vector<product_candidate> product_candidates(product_problem const& p, machine const& on, index_t budget,
                                                  std::source_location where, int look_at) {
  tiling const result = product_tiling(p);
  std::vector<product_candidate> all;
  // In panels: to multiply while the next one comes, or to hold less at a time, as long as that gets less.
  constexpr int most_overlapped = 16, most_panels = 1024, few = 4;
  index_t least = std::numeric_limits<index_t>::max();  // memory
  int first_panels = 2;  // of a grid: fewer take too much, whatever the order of its ranks
  detail::tile_counts tiles;
  // Of a sample of the ranks, that of many panels may be a smaller one: as many panels are looked at.
  auto const sample_of = [&](product_schedule const& s) {
    return p.ranks <= look_at ? look_at : std::max(std::min(look_at, few), look_at / std::max(1, s.panels / 4));
  };
  auto const add = [&](product_schedule const& s, product_cost const& cost) {
    all.push_back({s, cost});
    least = std::min(least, cost.memory);
  };
  auto const consider = [&](product_schedule s, memory_bounds const* bounds = nullptr) {
    detail::schedule_layout const layout(p, s);
    add(s, detail::cost_of(p, s, layout, on, sample_of(s), tiles));
    if (all.back().cost.bytes == 0) return;
    index_t deepest = 0;
    for (std::size_t i = 1; i < s.cuts[2].size(); ++i)
      deepest = std::max(deepest, s.cuts[2][i] - s.cuts[2][i - 1]);
    for (int panels = 2; panels <= std::min<index_t>(deepest, most_panels); panels *= 2) {
      index_t const memory = all.back().cost.memory;
      bool const overlaps = !on.shared_memory && panels <= most_overlapped;
      if (memory <= budget && !overlaps) break;
      if (panels < first_panels && !overlaps) continue;
      if (bounds && !overlaps && bounds->of(s.grid, panels) > std::max(budget, least)) continue;
      s.panels = panels;
      std::optional<product_cost> cost;
      if (!overlaps && p.ranks > few) {  // a few ranks tell that it takes too much
        index_t const most = std::max(budget, least);
        cost = detail::cost_of(p, s, layout, on, few, tiles, most);
        if (cost->memory > most) continue;
      }
      int const sample = sample_of(s);
      add(s, cost && sample == few ? *cost : detail::cost_of(p, s, layout, on, sample, tiles));
      if (all.back().cost.memory <= budget && memory > budget) first_panels = panels;
      if (all.back().cost.memory >= memory && !overlaps && panels > 2) break;  // two of two hold as much as one
    }
  };
  auto const fits = [&](product_candidate const& c) { return c.cost.memory <= budget; };
  consider(schedule_as_tiled(p, result));
  // Where nothing moves, and no rank does what another one does, nothing is better; nor is it worth the search
  // where little is done by all.
  constexpr double little = 1e-4;  // seconds
  product_candidate const& as_tiled = all.front();
  bool const settled = as_tiled.cost.bytes == 0 && fits(as_tiled) &&
                       (!as_tiled.schedule.everywhere || as_tiled.cost.seconds < little);
  if (!settled && p.ranks > 1) {
    std::vector<std::pair<double, grid_t>> ranked;
    for (grid_t const& grid : grids(p)) {
      if (result.is_replicated() && grid[2] != 1 && grid[2] != p.ranks) continue;
      ranked.emplace_back(rough_seconds(p, grid, on, result.is_replicated()), grid);
    }
    std::sort(ranked.begin(), ranked.end());
    memory_bounds const bounds(p, on);
    int looked_at = 0, unfit = 0;
    constexpr int enough = 8;  // of the most promising ones that fit
    auto const consider_grid = [&](grid_t const& grid) {
      first_panels = 2;
      for (auto const& order : orders_of(grid)) consider(schedule_of(p, grid, order, result), &bounds);
      if (int const split = aligned_split(grid, result); split > 1)
        consider(schedule_of(p, grid, {0, 2, 1, 3}, result, split), &bounds);
    };
    for (auto const& [seconds, grid] : ranked) {
      if (looked_at == enough) break;
      if (bounds.of(grid, most_panels) > std::max(budget, least)) continue;
      auto const first = all.size();
      consider_grid(grid);
      bool const one_fits = std::any_of(all.begin() + static_cast<std::ptrdiff_t>(first), all.end(), fits);
      looked_at += one_fits;
      unfit += !one_fits;
      if (unfit == 3 && looked_at == 0) {
        // What takes the least tells of most others that they are not worth a look.
        auto const slimmest = std::min_element(ranked.begin(), ranked.end(), [&](auto const& x, auto const& y) {
          return bounds.of(x.second, most_panels) < bounds.of(y.second, most_panels);
        });
        auto const known = all.size();
        consider_grid(slimmest->second);
        all.resize(known);  // its turn comes
      }
    }
  }
  if (least > budget)
    throw memory_error("a product of " + std::to_string(p.m) + " x " + std::to_string(p.k) + " by " +
                           std::to_string(p.k) + " x " + std::to_string(p.n) + " on " +
                           std::to_string(p.ranks) + " ranks takes at least " + std::to_string(least) +
                           " bytes on a rank beyond its operands; the budget is " + std::to_string(budget),
                       where);
  std::erase_if(all, [&](product_candidate const& c) { return !fits(c); });
  // Bytes that are hidden behind the multiplication today may not be on a busier network: they decide where the
  // predicted times are about the same.
  double fastest = std::numeric_limits<double>::max();
  for (auto const& c : all) fastest = std::min(fastest, c.cost.seconds);
  auto const rank_of = [&](product_candidate const& c) {
    bool const slow = c.cost.seconds > 1.05 * fastest;
    return std::tuple(slow, slow ? c.cost.seconds : 0.0, c.cost.bytes, c.cost.seconds);
  };
  std::stable_sort(all.begin(), all.end(), [&](product_candidate const& x, product_candidate const& y) {
    return rank_of(x) < rank_of(y);
  });
  return all;
}

index_t bytes_held(product_problem const& p, tiling const& result) {
  index_t most = 0;
  int const looked = std::min(p.ranks, 4096);
  for (int i = 0; i < looked; ++i) {
    int const r = static_cast<int>(static_cast<index_t>(i) * p.ranks / looked);
    index_t const own =
        result.is_replicated() ? (result.shape().count() + p.ranks - 1) / p.ranks : result.box_of(r).count();
    most = std::max(most, p.a.tiled.stored_box(r).count() + p.b.tiled.stored_box(r).count() + own);
  }
  return most * p.element_bytes;
}

index_t product_lower_bound(product_problem const& p, index_t memory, index_t held) {
  double sides[] = {static_cast<double>(p.m), static_cast<double>(p.k), static_cast<double>(p.n)};
  std::sort(std::begin(sides), std::end(sides), std::greater<>());
  auto const [largest, middle, least] = sides;
  double const volume = largest * middle * least / p.ranks;
  if (volume == 0) return 0;
  double touched = 3 * std::cbrt(volume * volume);
  if (p.ranks * middle <= largest)
    touched = (largest * middle + largest * least) / p.ranks + middle * least;
  else if (p.ranks * least * least <= largest * middle)
    touched = volume / least + 2 * std::sqrt(volume * least);
  // With little memory a rank reads its operands more than once.
  double const s = static_cast<double>(memory) / static_cast<double>(p.element_bytes);
  if (s * std::sqrt(s) < volume) touched = std::max(touched, 2 * volume / std::sqrt(s) + s);
  double const received = touched * static_cast<double>(p.element_bytes) - static_cast<double>(held);
  return received > 0 ? static_cast<index_t>(received) : 0;
}

}  // namespace pantile
