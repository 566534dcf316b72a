#include "../base/instantiate.hpp"

#include <pantile/kernel/copy.hpp>
#include <pantile/kernel/matrix.hpp>
#include <pantile/ops/dot.hpp>
#include <pantile/ops/gemm.hpp>
#include <pantile/ops/machine.hpp>
#include <pantile/plan/product.hpp>
#include <pantile/trace/recorder.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <set>

namespace pantile::detail {

namespace {

constexpr index_t unlimited = std::numeric_limits<index_t>::max();

/// A factor as the planner sees it.
product_operand operand_of(factor const& f, int ranks) {
  tiling const tiled = f.comm ? f.tiled : tiling::replicated().bind(f.stored.shape(), ranks);
  return {tiled, f.outer, f.inner};
}

template <class T>
product_problem problem_of(factor const& a, factor const& b, int ranks, product_target<T> const* into) {
  product_problem p{operand_of(a, ranks), operand_of(b, ranks)};
  p.m = a.outer_extent;
  p.n = b.outer_extent;
  p.k = a.inner_extent;
  p.ranks = ranks;
  p.element_bytes = sizeof(T);
  if (into && into->comm) p.result = into->tiled.with_halos({});
  p.gram =
      a.memory == b.memory && a.stored == b.stored && a.outer >= 0 && b.outer == a.outer && a.inner == b.inner;
  return p;
}

bool is_same(product_operand const& x, product_operand const& y) {
  return x.outer == y.outer && x.inner == y.inner && x.tiled == y.tiled;
}
bool is_same(product_problem const& x, product_problem const& y) {
  return x.m == y.m && x.n == y.n && x.k == y.k && x.ranks == y.ranks && x.element_bytes == y.element_bytes &&
         x.gram == y.gram && x.result == y.result && is_same(x.a, y.a) && is_same(x.b, y.b);
}

/// product_candidates, remembered: programs multiply the same shapes again and again, and a plan for many ranks
/// takes longer than a small product.
std::shared_ptr<std::vector<product_candidate> const> planned(product_problem const& p, machine const& on,
                                                              index_t budget, std::source_location where) {
  struct memory {
    product_problem problem;
    bool shared_memory;
    index_t budget;
    std::shared_ptr<std::vector<product_candidate> const> ways;
  };
  constexpr std::size_t most = 16;
  static thread_local std::vector<memory> known;
  for (memory const& m : known)
    if (m.shared_memory == on.shared_memory && m.budget == budget && is_same(m.problem, p)) return m.ways;
  auto ways = std::make_shared<std::vector<product_candidate> const>(product_candidates(p, on, budget, where));
  if (known.size() == most) known.erase(known.begin());
  known.push_back({p, on.shared_memory, budget, ways});
  return ways;
}

/// What one rank needs of a factor, panel by panel.
template <class T>
class panels {
 public:
  panels(factor const& f, product_problem const& p, product_schedule const& s, bool left, bool overlap,
         std::optional<communicator> const& comm, std::source_location where)
      : f_(f),
        operand_(left ? p.a : p.b),
        s_(s),
        left_(left),
        at_a_time_(overlap && s.panels > 1 ? 2 : 1),
        here_(!f.comm || reads_in_place(p, s, operand_)),
        comm_(comm),
        where_(where) {}

  /// True where ranks lack some of what they multiply.
  bool fetches() const { return !here_; }
  /// Takes the memory for what will be fetched.
  void allocate() {
    if (here_) return;
    index_t most = 0;
    for (int step = 0; step < s_.panels; ++step) most = std::max(most, wanted(comm_->rank(), step).count());
    for (int i = 0; i < at_a_time_; ++i)
      slots_[i].memory = allocate_tile(most * index_t{sizeof(T)}, memory_kind::local);
  }
  /// Panel `step` is asked for; with `wait` it is there when this returns.
  void start(int step, bool wait) {
    if (here_ || step == s_.panels) return;
    slot& to = slots_[step % at_a_time_];
    to.storage = wanted(comm_->rank(), step);
    std::vector<std::vector<box>> all(static_cast<std::size_t>(comm_->size()));
    for (std::size_t r = 0; r < all.size(); ++r) all[r] = {wanted(static_cast<int>(r), step)};
    movement plan = plan_gather(f_.tiled, all, comm_->rank());
    source_tile const source{f_.memory.get(), f_.stored};
    target_tile const target{to.memory.get(), to.storage};
    if (wait)
      execute(plan, *comm_, source, {&target, 1}, sizeof(T), where_);
    else
      to.coming.emplace(std::move(plan), *comm_, source, std::vector<target_tile>{target}, sizeof(T),
                        movement_under_way::memories{f_.memory, to.memory}, where_);
  }
  /// Lets the messages of a panel that was started go on.
  void progress(int step) {
    if (auto& coming = slots_[step % at_a_time_].coming) coming->ready();
  }
  /// Panel `step`, described to the kernels.
  kernel::matrix_view<T> take(int step, int rank) {
    slot& from = slots_[step % at_a_time_];
    if (from.coming) from.coming->finish(), from.coming.reset();
    std::byte const* memory = here_ ? f_.memory.get() : from.memory.get();
    box const& storage = here_ ? f_.stored : from.storage;
    index_t const ld = storage.dimensions == 1 ? 1 : storage.extent(1);
    T const* data = reinterpret_cast<T const*>(memory) + kernel::offset_in(wanted(rank, step), storage);
    if (f_.outer < 0) return {data, 1, left_};  // a contiguous column; a row where it stands on the left
    bool const rows_first = f_.outer == 0;      // stored with the outer dimension as rows
    return {data, ld, left_ ? !rows_first : rows_first};
  }

 private:
  struct slot {
    std::shared_ptr<std::byte> memory;
    box storage;
    std::optional<movement_under_way> coming;
  };

  box wanted(int rank, int step) const {
    return operand_part(operand_, s_.part(rank)[left_ ? 0 : 1], s_.panel(rank, step));
  }

  factor const& f_;
  product_operand const& operand_;
  product_schedule const& s_;
  bool left_;
  int at_a_time_;
  bool here_;
  std::optional<communicator> const& comm_;
  std::source_location where_;
  slot slots_[2];
};

/// This rank's part of a product: c = alpha a b + beta c, row-major.
template <class T>
void multiply_part(product_problem const& p, product_schedule const& s, int rank, panels<T>& left,
                   panels<T>& right, bool overlap, T alpha, T beta, T* c, index_t ldc) {
  auto const [m, n, k] = s.part(rank);
  if (is_half_product(p, s)) {
    left.start(0, true);
    auto const view = left.take(0, rank);
    // left is seen transposed (its rows are the outer dimension): the k x n matrix is the other view of it.
    return kernel::gram_matrix<T>(n.size(), k.size(), {view.data, view.ld, !view.transposed}, c, n.size());
  }
  overlap = overlap && s.panels > 1;
  auto const start = [&](int step) {
    left.start(step, !overlap);
    right.start(step, !overlap);
  };
  start(0);
  for (int step = 0; step < s.panels; ++step) {
    auto const x = left.take(step, rank), y = right.take(step, rank);
    if (overlap) start(step + 1);
    // In slices, between which the messages of the next panel go on.
    index_t const depth = s.panel(rank, step).size(), columns = n.size();
    double const row_work = 2.0 * static_cast<double>(columns) * static_cast<double>(depth);
    index_t const slice =
        overlap ? 64 + static_cast<index_t>(3e8 / std::max(1.0, row_work)) : std::max<index_t>(m.size(), 1);
    for (index_t i = 0; i < m.size(); i += slice) {
      kernel::matrix_view<T> const rows{x.data + i * (x.transposed ? 1 : x.ld), x.ld, x.transposed};
      kernel::gemm<T>(std::min(slice, m.size() - i), columns, depth, rows, y, c + i * ldc, ldc, alpha,
                      step > 0 ? T(1) : beta);
      left.progress(step + 1);
      right.progress(step + 1);
    }
    if (!overlap) start(step + 1);
  }
}

/// Adds up the parts of C where the result lies, in `parts` where there are several layers of them.
template <class T>
void add_up(product_problem const& p, product_schedule const& s, communicator const& comm,
            std::shared_ptr<std::byte> const& computed, std::shared_ptr<std::byte> const& parts, T* result,
            std::source_location where) {
  trace::region const here("reduce_scatter", where);
  tiling const partial = partial_results(p, s);
  int const rank = comm.rank(), layers = s.grid[2];
  std::vector<std::vector<box>> wanted(static_cast<std::size_t>(p.ranks));
  for (int r = 0; r < p.ranks; ++r)
    wanted[static_cast<std::size_t>(r)] = {all_layers(p, s, s.result.box_of(r))};
  box const& mine = wanted[static_cast<std::size_t>(rank)][0];
  index_t const count = mine.count() / layers;
  target_tile const tile{layers > 1 ? parts.get() : reinterpret_cast<std::byte*>(result), mine};
  execute(plan_gather(partial, wanted, rank), comm, {computed.get(), partial.box_of(rank)}, {&tile, 1},
          sizeof(T), where);
  if (layers > 1) kernel::add_layers(layers, count, reinterpret_cast<T const*>(parts.get()), result);
}

std::uint64_t fingerprint_of(product_problem const& p, product_schedule const& s) {
  std::uint64_t print = hash_combine(p.a.tiled.fingerprint(), p.b.tiled.fingerprint());
  for (auto const number :
       {p.m, p.n, p.k, p.element_bytes, index_t{s.grid[0]}, index_t{s.grid[1]}, index_t{s.grid[2]},
        index_t{s.order[0] * 64 + s.order[1] * 16 + s.order[2] * 4 + s.order[3]}, index_t{s.split},
        index_t{s.panels}})
    print = hash_combine(print, static_cast<std::uint64_t>(number));
  return print;
}

/// Tells who listens how a product is carried out and why, what every other grid would cost, each in its best
/// order and panels, those that the budget forbids as well, and the least that any way would receive.
void explain_choice(trace::region const& here, product_problem const& p, machine const& on,
                    product_candidate const& chosen, std::vector<product_candidate> const& ways, index_t budget,
                    std::source_location where) {
  std::set<std::array<int, 3>> told{chosen.schedule.grid};
  auto const tell = [&](product_candidate const& way, char const* why) {
    if (!told.insert(way.schedule.grid).second) return;
    product_cost const cost = cost_of(p, way.schedule, on);  // of all ranks
    here.rejected({algorithm_name(p, way.schedule) + why, cost.bytes_received, cost.flops, 0,
                   cost.messages_received, cost.memory, cost.seconds});
  };
  for (auto const& way : ways) tell(way, "");
  std::size_t const fitting = told.size();
  if (budget != unlimited)
    for (auto const& way : *planned(p, on, unlimited, where)) tell(way, ", over the memory budget");
  here.note("predicted", [&] {
    return fmt::format("{:.3g} s, {}", cost_of(p, chosen.schedule, on).seconds,
                       fitting > 1                       ? fmt::format("the best of {} grids", fitting)
                       : told.size() > 1                 ? "the only grid within the memory budget"
                       : chosen.cost.bytes_received == 0 ? "nothing has to move"
                                                         : "the only grid");
  });
  index_t const held = bytes_held(p, chosen.schedule.result);
  here.lower_bound(product_lower_bound(p, budget == unlimited ? unlimited : budget + held, held));
}

}  // namespace

void check_inner(index_t a, index_t b, std::source_location where) {
  if (a != b)
    throw shape_error("the left operand of the product has " + std::to_string(a) + " columns, the right one " +
                          std::to_string(b) + " rows; they must be equal",
                      where);
}

void check_gemm(extents const& wanted, extents const& c, std::source_location where) {
  if (wanted != c)
    throw shape_error("gemm: the product has the shape " + to_string(wanted) + ", c has " + to_string(c),
                      where);
}

template <class T>
product multiply_factors(factor const& a, factor const& b, std::source_location where, std::size_t way,
                         product_target<T> const* into) {
  if (a.comm && b.comm && !(*a.comm == *b.comm))
    throw tiling_error("the operands of the product belong to different communicators; make both on one",
                       where);
  trace::region const here("dot", where);
  product result;
  result.comm = into ? into->comm : a.comm ? a.comm : b.comm;
  int const ranks = result.comm ? result.comm->size() : 1, rank = result.comm ? result.comm->rank() : 0;
  product_problem const p = problem_of(a, b, ranks, into);
  machine const on = result.comm ? machine_of(*result.comm) : machine();
  index_t const budget = result.comm ? memory_budget() : unlimited;
  auto const ways = planned(p, on, budget, where);
  product_candidate const& chosen = (*ways)[std::min(way, ways->size() - 1)];
  product_schedule const& s = chosen.schedule;
  if (result.comm) result.tiled = s.result;
  note_site(here, result.comm, result.tiled, s.result.shape());
  here.note("algorithm", [&] { return algorithm_name(p, s); });
  if (here.heard() && result.comm) explain_choice(here, p, on, chosen, *ways, budget, where);
  if (result.comm) trace::predicted_whole(chosen.cost.seconds);  // of the busiest rank

  result.storage = s.result.box_of(rank);
  bool const in_place = computed_in_place(p, s);
  bool const overlap = !on.shared_memory;
  panels<T> left(a, p, s, true, overlap, result.comm, where),
      right(b, p, s, false, overlap, result.comm, where);
  auto const [m, n, k] = s.part(rank);
  index_t const block = m.size() * n.size();
  bool const half = is_half_product(p, s);
  bool const directly =
      into && in_place && !s.allreduce && !half && into->memory != a.memory && into->memory != b.memory;
  std::shared_ptr<std::byte> computed, parts;
  auto const allocate = [&] {
    auto const kind = result.comm ? memory_kind::shareable : memory_kind::local;
    if (!directly) result.memory = allocate_tile(result.storage.count() * index_t{sizeof(T)}, kind);
    computed = in_place ? result.memory : allocate_tile(block * index_t{sizeof(T)}, kind);
    if (!in_place && s.grid[2] > 1)
      parts = allocate_tile(all_layers(p, s, result.storage).count() * index_t{sizeof(T)}, memory_kind::local);
    left.allocate();
    if (!half) right.allocate();
  };
  bool const moves = !in_place || s.allreduce || left.fetches() || (!half && right.fetches());
  if (!moves)
    allocate();
  else  // all agree about what moves, and that there is memory for it
    result.comm->check_same(
        "dot", where,
        [&] {
          allocate();
          return fingerprint_of(p, s);
        },
        [&] { return to_string(p.a.tiled) + " by " + to_string(p.b.tiled); });
  if (directly) {
    box const& storage = into->storage;
    index_t const ldc = p.b.outer < 0 ? 1 : storage.extent(storage.dimensions - 1);
    T* const c = reinterpret_cast<T*>(into->memory.get()) + kernel::offset_in(result.storage, storage);
    multiply_part(p, s, rank, left, right, overlap, into->alpha, into->beta, c, ldc);
    return result;
  }
  T* const c = reinterpret_cast<T*>(result.memory.get());
  multiply_part(p, s, rank, left, right, overlap, T(1), T(0), reinterpret_cast<T*>(computed.get()), n.size());
  if (!in_place) add_up(p, s, *result.comm, computed, parts, c, where);
  if (s.allreduce)
    result.comm->allreduce(std::span<T>(c, static_cast<std::size_t>(p.m * p.n)), reduce_op::sum, where);
  return result;
}

#define PANTILE_INSTANTIATE(T)                                                                          \
  template product multiply_factors<T>(factor const&, factor const&, std::source_location, std::size_t, \
                                       product_target<T> const*);
PANTILE_FOR_PRODUCT_TYPES(PANTILE_INSTANTIATE)
#undef PANTILE_INSTANTIATE

}  // namespace pantile::detail
