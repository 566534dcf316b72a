#include "rank_traffic.hpp"

#include <pantile/base/error.hpp>
#include <pantile/plan/movement.hpp>
#include <pantile/plan/product.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

namespace pantile {

namespace {

using detail::traffic_of_ranks;
using detail::volume;

constexpr std::size_t m_axis = 0, n_axis = 1, k_axis = 2;

index_range whole(index_t extent) { return {0, extent}; }

void set(box& b, int dimension, index_range r) {
  if (dimension < 0) return;
  b.lo[static_cast<std::size_t>(dimension)] = r.lo;
  b.hi[static_cast<std::size_t>(dimension)] = r.hi;
}

int used_ranks(product_schedule const& s) { return s.grid[0] * s.grid[1] * s.grid[2]; }

/// True where something is true of every rank: some evenly spread ones, which mostly tell, are asked first.
template <class Question>
bool of_all_ranks(int ranks, Question const& is_true) {
  constexpr int first = 64;
  for (int r = 0; ranks > first && r < ranks; r += ranks / first + 1)
    if (!is_true(r)) return false;
  for (int r = 0; r < ranks; ++r)
    if (!is_true(r)) return false;
  return true;
}

}  // namespace

std::optional<std::array<int, 3>> product_schedule::place(int rank) const {
  if (everywhere) return std::array<int, 3>{};
  if (rank >= grid[0] * grid[1] * grid[2]) return std::nullopt;
  std::array<int, 4> const ranks{grid[0], grid[1], grid[2] / split, split};
  std::array<int, 4> at{};
  for (std::size_t i = order.size(); i-- > 0;) {
    auto const axis = static_cast<std::size_t>(order[i]);
    at[axis] = rank % ranks[axis];
    rank /= ranks[axis];
  }
  return std::array<int, 3>{at[0], at[1], at[2] * split + at[3]};
}

std::array<index_range, 3> product_schedule::part(int rank) const {
  std::array<index_range, 3> parts{};
  auto const at = place(rank);
  if (!at) return parts;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    auto const i = static_cast<std::size_t>((*at)[axis]);
    parts[axis] = {cuts[axis][i], cuts[axis][i + 1]};
  }
  if (parts[m_axis].size() == 0 || parts[n_axis].size() == 0) return {};  // nothing to multiply, or to fetch
  return parts;
}

index_range product_schedule::panel(int rank, int step) const {
  auto const at = place(rank);
  if (!at) return {};
  auto const k = part(rank)[k_axis];
  if (panels == 1) return k;
  index_t const number = (step + (*at)[m_axis] + (*at)[n_axis]) % panels;
  index_t const base = k.size() / panels, longer = k.size() % panels;
  auto const begin = [&](index_t i) { return k.lo + base * i + std::min(i, longer); };
  return {begin(number), begin(number + 1)};
}

box operand_part(product_operand const& f, index_range outer, index_range inner) {
  box b;
  b.dimensions = f.outer < 0 ? 1 : 2;
  set(b, f.outer, outer);
  set(b, f.inner, inner);
  return b;
}

box result_part(product_problem const& p, index_range m, index_range n) {
  box b;
  if (p.a.outer >= 0) set(b, b.dimensions++, m);
  if (p.b.outer >= 0) set(b, b.dimensions++, n);
  return b;
}

std::array<index_range, 2> ranges_of(product_problem const& p, box const& c) {
  std::array<index_range, 2> ranges{whole(1), whole(1)};
  std::size_t d = 0;
  if (p.a.outer >= 0) ranges[0] = {c.lo[d], c.hi[d]}, ++d;
  if (p.b.outer >= 0) ranges[1] = {c.lo[d], c.hi[d]};
  return ranges;
}

bool reads_in_place(product_problem const& p, product_schedule const& s, product_operand const& f) {
  if (f.tiled.is_replicated()) return true;
  return of_all_ranks(p.ranks, [&](int r) {
    auto const [m, n, k] = s.part(r);
    return f.tiled.stored_box(r).contains(operand_part(f, &f == &p.a ? m : n, k));
  });
}

bool is_half_product(product_problem const& p, product_schedule const& s) {
  return p.gram && s.grid[m_axis] * s.grid[n_axis] == 1 && s.panels == 1;
}

bool computed_in_place(product_problem const& p, product_schedule const& s) {
  if (s.allreduce) return true;
  if (s.grid[k_axis] > 1) return false;
  return of_all_ranks(p.ranks, [&](int r) {
    auto const [m, n, k] = s.part(r);
    box const computed = result_part(p, m, n), own = s.result.box_of(r);
    return computed == own || (computed.empty() && own.empty());
  });
}

namespace {

/// The parts of C over the ranks that take part.
tiling partial_grid(product_problem const& p, product_schedule const& s) {
  std::array<int, 4> const ranks{s.grid[0], s.grid[1], s.grid[2] / s.split, s.split};
  int const dimension[] = {2, 3, 0, 1};  // of m, n, k, inner k
  std::vector<std::vector<index_t>> boundaries{even_cuts(ranks[2], ranks[2]), even_cuts(ranks[3], ranks[3]),
                                               s.cuts[m_axis], s.cuts[n_axis]};
  std::vector<tiling::grid_axis> axes;
  for (int axis : s.order) axes.push_back({ranks[static_cast<std::size_t>(axis)], dimension[axis]});
  return tiling::cartesian({ranks[2], ranks[3], p.m, p.n}, std::move(axes), std::move(boundaries));
}

}  // namespace

tiling partial_results(product_problem const& p, product_schedule const& s) {
  tiling const grid = partial_grid(p, s);
  if (used_ranks(s) == p.ranks) return grid;
  std::vector<box> boxes(static_cast<std::size_t>(p.ranks), box({0, 0, 0, 0}, {0, 0, 0, 0}));
  for (int r = 0; r < used_ranks(s); ++r) boxes[static_cast<std::size_t>(r)] = grid.box_of(r);
  return tiling::from_boxes(grid.shape(), std::move(boxes));
}

box all_layers(product_problem const& p, product_schedule const& s, box const& c) {
  auto const [m, n] = ranges_of(p, c);
  return box({0, 0, m.lo, n.lo}, {s.grid[k_axis] / s.split, s.split, m.hi, n.hi});
}

detail::schedule_layout::schedule_layout(product_problem const& p, product_schedule const& s)
    : in_place(computed_in_place(p, s)),
      a_here(reads_in_place(p, s, p.a)),
      b_here(reads_in_place(p, s, p.b)),
      partial(in_place ? tiling() : partial_grid(p, s)) {
  for (std::size_t axis : {m_axis, n_axis})
    for (std::size_t i = 1; i < s.cuts[axis].size(); ++i) parts[axis] += s.cuts[axis][i] > s.cuts[axis][i - 1];
}

namespace {

/// What the ranks that are looked at do, one after the other.
class cost_counter {
 public:
  cost_counter(product_problem const& p, product_schedule const& s, detail::schedule_layout const& layout,
               machine const& on, bool all, detail::tile_counts& tiles, index_t most_memory)
      : p_(p),
        s_(s),
        on_(on),
        all_(all),
        half_(is_half_product(p, s)),
        in_place_(layout.in_place),
        a_here_(layout.a_here),
        b_here_(half_ || layout.b_here),
        partial_(!in_place_ && all ? partial_results(p, s) : layout.partial),
        operand_tiles_(tiles),
        fetched_(p.ranks, all),
        summed_(p.ranks, all),
        parts_(layout.parts),
        most_memory_(most_memory) {}

  bool takes_too_much() const { return cost_.memory > most_memory_; }

  void look_at(int r) {
    auto const [m, n, k] = s_.part(r);
    auto const own = ranges_of(p_, s_.result.box_of(r));
    index_t const own_count = own[0].size() * own[1].size(), computed = m.size() * n.size();
    volume total, summing;
    index_t const held = (in_place_ && p_.result ? 0 : own_count) + (in_place_ ? 0 : computed);
    index_t panel_memory = 0, adding_memory = 0;
    for (int step = 0; step < s_.panels && !(a_here_ && b_here_); ++step) {
      index_range const panel = s_.panel(r, step);
      volume travels;
      index_t taken = 0;
      auto const fetch = [&](product_operand const& f, index_range outer) {
        box const wanted = operand_part(f, outer, panel);
        travels += fetched_.take(f.tiled, wanted, r, operand_tiles_);
        taken += wanted.count();
      };
      if (!a_here_) fetch(p_.a, m);
      if (!b_here_) fetch(p_.b, n);
      panel_memory =
          std::max(panel_memory, taken * (s_.panels > 1 && !on_.shared_memory ? 2 : 1) + packed(travels));
      total += travels;
      if ((held + panel_memory) * p_.element_bytes > most_memory_) break;
    }
    fetching_ = std::max(fetching_, seconds(total));
    if (!in_place_) {
      index_t const layers = s_.grid[k_axis];
      summing = summed_.take(partial_, all_layers(p_, s_, s_.result.box_of(r)), r, partial_tiles_);
      adding_memory = (layers > 1 ? layers * own_count : 0) + packed(summing);
      adding_ = std::max(adding_, seconds(summing));
    }
    if (s_.allreduce && p_.ranks > 1) {
      summing = {computed, 1};
      adding_ = 2 * seconds({computed, static_cast<index_t>(std::ceil(std::log2(p_.ranks)))});
    }
    total += summing;
    looked_at_.push_back({r, total, {}, {}});
    if (!all_) estimate_sent(looked_at_.back());
    cost_.memory = std::max(cost_.memory, (held + panel_memory + adding_memory) * p_.element_bytes);
    double const work = 2.0 * static_cast<double>(computed) * static_cast<double>(k.size());
    cost_.flops = std::max(cost_.flops, half_ ? work / 2 : work);
  }

  product_cost result() {
    for (auto& [r, in, fetched, summed] : looked_at_) {
      if (all_) fetched = fetched_.sent(r), summed = summed_.sent(r);
      if (!on_.shared_memory) {  // where readers copy, who is read does nothing
        fetching_ = std::max(fetching_, seconds(fetched));
        adding_ = std::max(adding_, seconds(summed));
      }
      volume out = fetched;
      out += summed;
      if (s_.allreduce && p_.ranks > 1) out += {p_.m * p_.n, 1};
      cost_.bytes_received = std::max(cost_.bytes_received, in.elements * p_.element_bytes);
      cost_.bytes = std::max({cost_.bytes, cost_.bytes_received, out.elements * p_.element_bytes});
      cost_.messages = std::max({cost_.messages, in.messages, out.messages});
      cost_.messages_received = std::max(cost_.messages_received, in.messages);
    }
    double const work = cost_.flops / on_.flops_per_second;
    double const first = 1.0 / s_.panels;  // of the panels: the others come while one is multiplied
    cost_.seconds =
        first * (fetching_ + work) + adding_ +
        (s_.panels > 1 && !on_.shared_memory ? std::max(fetching_, work) : fetching_ + work) * (1 - first);
    return cost_;
  }

 private:
  double seconds(volume const& v) const {
    return static_cast<double>(v.elements * p_.element_bytes) / on_.bytes_per_second +
           static_cast<double>(v.messages) * on_.seconds_per_message;
  }
  /// The buffers of messages: about as much is sent as received. Panels that come while others are multiplied
  /// are under way at once.
  index_t packed(volume const& v) const {
    if (on_.shared_memory) return 0;
    return s_.panels > 1 ? 2 * v.elements : std::min(2 * v.elements, most_buffer_bytes / p_.element_bytes);
  }

  product_problem const& p_;
  product_schedule const& s_;
  machine const& on_;
  bool all_, half_, in_place_, a_here_, b_here_;
  tiling partial_;
  detail::tile_counts& operand_tiles_;
  detail::tile_counts partial_tiles_;
  traffic_of_ranks fetched_, summed_;
  struct traffic_of_rank {
    int rank;
    volume received, fetched, summed;  // the others take of it what they multiply, and what they add up
  };
  /// What a rank sends, without asking those that take it: each element of a matrix goes to all parts of the
  /// loop that it does not have. (The messages of others are not known.)
  void estimate_sent(traffic_of_rank& t) const {
    auto const [m, n, k] = s_.part(t.rank);
    auto const add = [&](product_operand const& f, bool here, index_range outer, index_t parts) {
      if (here || !f.tiled.is_disjoint()) return;
      box const own = f.tiled.box_of(t.rank);
      t.fetched.elements += own.count() * parts - intersect(own, operand_part(f, outer, k)).count();
    };
    add(p_.a, a_here_, m, parts_[n_axis]);
    add(p_.b, b_here_, n, parts_[m_axis]);
    if (in_place_ || !s_.result.is_cartesian()) return;
    box const computed = result_part(p_, m, n);
    t.summed.elements += computed.count() * detail::owners_of_each(s_.result) -
                         intersect(computed, s_.result.box_of(t.rank)).count();
  }

  std::array<index_t, 2> parts_;  // of m and n that are not empty
  index_t most_memory_;
  std::vector<traffic_of_rank> looked_at_;
  double fetching_ = 0, adding_ = 0;
  product_cost cost_;
};

}  // namespace

product_cost detail::cost_of(product_problem const& p, product_schedule const& s, schedule_layout const& layout,
                             machine const& on, int look_at, tile_counts& tiles, index_t most_memory) {
  bool const all = p.ranks <= look_at;
  cost_counter counter(p, s, layout, on, all, tiles, most_memory);
  int const looked = std::min(p.ranks, look_at);
  for (int i = 0; i < looked && !counter.takes_too_much(); ++i)
    counter.look_at(static_cast<int>(static_cast<index_t>(i) * p.ranks / looked));
  product_cost cost = counter.result();
  cost.exact = all;
  return cost;
}

product_cost cost_of(product_problem const& p, product_schedule const& s, machine const& on, int look_at) {
  detail::tile_counts tiles;
  return detail::cost_of(p, s, detail::schedule_layout(p, s), on, look_at, tiles);
}

std::string algorithm_name(product_problem const& p, product_schedule const& s) {
  auto const [pm, pn, pk] = s.grid;
  std::string const grid = std::to_string(pm) + " x " + std::to_string(pn);
  std::string const panels = s.panels > 1 ? ", in " + std::to_string(s.panels) + " panels" : "";
  std::string const product =
      is_half_product(p, s) ? "Gram matrix (one operand is the other transposed: half the work)" : "product";
  if (s.everywhere) return "replicated " + product;
  if (pm * pn * pk == 1) return product + " on one rank" + panels;
  if (pn * pk == 1)
    return "row x replicated: the left operand is cut by rows, the right one is needed whole" + panels;
  if (pm * pk == 1)
    return "replicated x column: the right operand is cut by columns, the left one is needed whole" + panels;
  if (pm * pn == 1)
    return "outer " + product + " of the cuts along the inner dimension, then " +
           (s.allreduce ? "one allreduce" : "one reduce-scatter") + panels;
  if (pk == 1) return "Cannon's algorithm on a " + grid + " grid" + panels;
  return "2.5-D: " + std::to_string(pk) + " layers of a " + grid + " grid, then one reduce-scatter" + panels;
}

}  // namespace pantile
