#include <pantile/base/error.hpp>
#include <pantile/plan/als.hpp>
#include <pantile/plan/index_gather.hpp>
#include <pantile/plan/movement.hpp>

#include <algorithm>
#include <cmath>
#include <string>

namespace pantile {

namespace {

index_t share(index_t all, int ranks) { return (all + ranks - 1) / ranks; }

/// How many of `rows` are expected to be named at least once by so many draws.
double distinct(double rows, double draws, double exponent) {
  if (rows <= 0) return 0;
  if (exponent == 0) return -rows * std::expm1(-draws / rows);
  // The first rows, counted from 1, one by one; then in bins that grow, whose weights are integrals of x^-s.
  auto const integral = [&](double x) {
    return exponent == 1 ? std::log(x) : std::pow(x, 1 - exponent) / (1 - exponent);
  };
  auto const each_bin = [&](auto use) {
    for (double lo = 0.5; lo < rows + 0.5;) {
      double const width = std::max(1.0, std::floor(lo / 64)), hi = std::min(rows + 0.5, lo + width);
      use(hi - lo, width == 1 ? std::pow(lo + 0.5, -exponent) : integral(hi) - integral(lo));
      lo = hi;
    }
  };
  double all = 0, named = 0;
  each_bin([&](double, double weight) { all += weight; });
  each_bin([&](double width, double weight) { named -= width * std::expm1(-draws * weight / (all * width)); });
  return named;
}

/// What ratings, and what rows that have any, cost a solver.
struct side_flops {
  double of_ratings, of_rows;
};

side_flops flops_of(als_problem const& p, double ratings, double rated) {
  auto const k = static_cast<double>(p.unknowns()), s = static_cast<double>(p.steps),
             b = static_cast<double>(std::min(p.block, p.unknowns()));
  switch (p.solver) {
    case als_solver::conjugate_gradients:  // residual and steps: a pass over the ratings, a product with the
                                           // base
      return {(s + 1) * 4 * ratings * k, (s + 1) * 2 * rated * k * k};
    case als_solver::subspace:
      return {ratings * k * (b + 6), rated * (2 * k * k + k * b * (b / 3 + 2))};
    default:  // half of a rank-one update for every rating; a factorisation and two triangular solves
      return {ratings * k * (k + 3), rated * k * k * (k / 3 + 2)};
  }
}

/// What the kernels reach of the rate of a product of matrices, measured at 64 factors.
struct rates {
  double of_ratings, of_rows;
};

rates rates_of(als_solver solver) {
  switch (solver) {
    case als_solver::conjugate_gradients:
      return {0.20, 0.25};
    case als_solver::subspace:
      return {0.20, 0.12};
    default:
      return {0.65, 0.35};
  }
}

double flops_per_second(als_problem const& p, machine const& on) {
  return on.flops_per_second * p.threads * (p.element_bytes == 4 ? 2 : 1);
}

double solving_seconds(als_problem const& p, double ratings, double rated, machine const& on) {
  auto const flops = flops_of(p, ratings, rated);
  rates const part = rates_of(p.solver);
  return (flops.of_ratings / part.of_ratings + flops.of_rows / part.of_rows) / flops_per_second(p, on);
}

double gram_flops(als_problem const& p, double rows) {
  auto const k = static_cast<double>(p.factors);
  return rows * k * (k + 1);
}

/// Rows that are not consecutive are copied together before they leave, except where readers take them out of
/// the owner's memory: bytes per second of that copy.
constexpr double packing_rate = 4e9;

double transfer_seconds(index_t rows, index_t messages, bool packed, index_t row_bytes, machine const& on) {
  double const bytes = static_cast<double>(rows) * static_cast<double>(row_bytes);
  return bytes / on.bytes_per_second + (packed && !on.shared_memory ? bytes / packing_rate : 0) +
         static_cast<double>(messages) * on.seconds_per_message;
}

double half_seconds(double solving, double transfer, index_t chunks) {
  if (chunks <= 1) return solving + transfer;
  // The rows of the first chunk have to be solved before anything travels, those of the last travel alone.
  auto const c = static_cast<double>(chunks);
  return std::max(solving, transfer) + std::min(solving, transfer) / c;
}

void add(als_part const& part, als_problem const& p, als_cost& cost) {
  cost.bytes_received += part.fetched * p.row_bytes();
  cost.bytes_sent += part.given * p.row_bytes();
  cost.messages_received += part.messages_received;
  cost.messages_sent += part.messages_sent;
}

/// Where the ratings of a rank are, by users or by items: of each its value and its place in the other side's
/// tile; where each row begins.
index_t ratings_bytes(als_problem const& p, als_part const& part) {
  return part.ratings * (p.element_bytes + 4) + (part.rows + 1) * 8;
}

/// Ratings by users and by items with their global columns; between ranks an eighth of them, or 8 MiB, twice as
/// entries of row, column and value. Before: how many each row of the larger side has, with its cost and the
/// sums of these.
index_t laying_out_bytes(als_problem const& p, als_share const& s) {
  index_t const ratings = std::max(s.users.ratings, s.items.ratings);
  index_t const entries = std::min(ratings, std::max(ratings / 8, (index_t{8} << 20) / 24)) * 24;
  return 2 * ratings * (p.element_bytes + 8) + (p.ranks > 1 ? 2 * entries : 0) +
         std::max(p.users, p.items) * 24;
}

/// Both sides never travel at once: buffers are those of the larger one.
index_t transfer_bytes(als_problem const& p, als_share const& s, machine const& on) {
  index_t const rows = s.users.fetched + s.users.given + s.items.fetched + s.items.given;
  index_t const largest = std::max(s.users.given, s.items.given) * p.row_bytes();
  return rows * 8 + (on.shared_memory ? 0 : std::min(most_buffer_bytes, largest));
}

index_t work_bytes(als_problem const& p) {
  index_t const padded = p.row_bytes() / p.element_bytes;
  index_t const matrix = padded * padded * p.element_bytes;
  constexpr index_t gathered_row = index_t{1} << 20;  // what stays in a second-level cache
  index_t const shared = 4 * matrix;  // the Gram matrices of both sides, and what systems start from
  switch (p.solver) {
    case als_solver::conjugate_gradients:
      return shared + p.threads * (gathered_row + 8 * p.row_bytes());
    case als_solver::subspace:
      return shared + p.threads * (gathered_row + matrix);
    default:
      return shared + p.threads * 4 * matrix;
  }
}

}  // namespace

index_t als_problem::row_bytes() const {
  index_t const line = 64 / element_bytes;
  index_t const columns = factors + (biased ? 2 : 0);
  return (columns + line - 1) / line * line * element_bytes;
}

als_exchange choose_exchange(als_problem const& p, index_t rows, index_t named, machine const& on) {
  als_exchange best;
  index_t const others = rows - rows / p.ranks, peers = p.ranks - 1;
  auto const seconds = [&](bool by_name) {
    return transfer_seconds(by_name ? named : others, peers, by_name, p.row_bytes(), on);
  };
  best.named = p.transfer == als_transfer::automatic ? seconds(true) < seconds(false)
                                                     : p.transfer == als_transfer::named;
  best.chunks = std::min(p.chunks, std::max<index_t>(rows, 1));
  if (p.chunks > 0) return best;
  best.chunks = 1;
  if (on.shared_memory || p.ranks == 1) return best;
  auto const per_rank = [&](index_t all) { return static_cast<double>(all) / p.ranks; };
  double const solving = solving_seconds(p, per_rank(p.ratings), per_rank(rows), on);
  index_t const travels = best.named ? named : others;
  auto const with = [&](index_t chunks) {
    return half_seconds(
        solving, transfer_seconds(travels, std::min(travels, peers * chunks), best.named, p.row_bytes(), on),
        chunks);
  };
  for (index_t const chunks : {4, 8, 16})
    if (with(chunks) < 0.95 * with(best.chunks)) best.chunks = chunks;
  return best;
}

als_share expected_share(als_problem const& p, als_exchange const& users, als_exchange const& items) {
  index_t const ratings = share(p.ratings, p.ranks), peers = p.ranks - 1;
  auto const part_of = [&](index_t rows, double exponent, als_exchange const& how) {
    als_part part;
    part.rows = share(rows, p.ranks);
    part.rated = part.rows;
    part.ratings = ratings;
    if (peers == 0) return part;
    double const others = 1 - 1.0 / p.ranks;
    part.fetched =
        how.named ? static_cast<index_t>(std::llround(
                        others * distinct(static_cast<double>(rows), static_cast<double>(ratings), exponent)))
                  : rows - rows / p.ranks;
    part.given = how.named ? part.fetched : part.rows * peers;
    auto const owners = static_cast<double>(peers * how.chunks);  // each with a chunk that may be named
    auto const met = static_cast<index_t>(std::ceil(distinct(owners, static_cast<double>(part.fetched), 0)));
    part.messages_received = met * row_messages(part.fetched / std::max<index_t>(met, 1), p.row_bytes());
    part.messages_sent = part.messages_received;
    return part;
  };
  return {part_of(p.users, p.user_exponent, users), part_of(p.items, p.item_exponent, items)};
}

als_cost cost_of(als_problem const& p, als_share const& s, als_exchange const& users, als_exchange const& items,
                 machine const& on) {
  als_cost cost;
  add(s.users, p, cost);
  add(s.items, p, cost);
  index_t const gram = p.with_gram ? p.factors * p.factors * p.element_bytes : 0;
  if (p.ranks > 1) {  // two Gram matrices, and the seconds of the slowest rank
    cost.bytes_received += 2 * gram + 8;
    cost.bytes_sent += 2 * gram + 8;
    cost.messages_received += p.with_gram ? 3 : 1;
    cost.messages_sent += p.with_gram ? 3 : 1;
  }
  cost.bytes = std::max(cost.bytes_received, cost.bytes_sent);
  cost.messages = std::max(cost.messages_received, cost.messages_sent);
  cost.memory.ratings = ratings_bytes(p, s.users) + ratings_bytes(p, s.items);
  cost.memory.own_factors = (s.users.rows + s.items.rows) * p.row_bytes();
  cost.memory.fetched_factors = (s.users.fetched + s.items.fetched) * p.row_bytes();
  cost.memory.transfer = transfer_bytes(p, s, on);
  cost.memory.work = work_bytes(p);
  cost.memory.laying_out = laying_out_bytes(p, s);
  for (int half = 0; half < 2; ++half) {
    als_part const& part = half == 0 ? s.users : s.items;
    als_exchange const& how = half == 0 ? users : items;
    auto const ratings = static_cast<double>(part.ratings), rated = static_cast<double>(part.rated);
    auto const flops = flops_of(p, ratings, rated);
    double const of_gram = p.with_gram ? gram_flops(p, static_cast<double>(part.rows)) : 0;
    cost.flops += flops.of_ratings + flops.of_rows + of_gram;
    cost.solving_seconds[half] = solving_seconds(p, ratings, rated, on) +
                                 of_gram / rates_of(als_solver::cholesky).of_ratings / flops_per_second(p, on);
    cost.transfer_seconds[half] =
        transfer_seconds(std::max(part.fetched, part.given),
                         std::max(part.messages_received, part.messages_sent), how.named, p.row_bytes(), on);
    if (p.ranks > 1 && p.with_gram)
      cost.transfer_seconds[half] += 2 * static_cast<double>(gram) / on.bytes_per_second +
                                     2 * std::ceil(std::log2(p.ranks)) * on.seconds_per_message;
    cost.half_seconds[half] = half_seconds(cost.solving_seconds[half], cost.transfer_seconds[half], how.chunks);
    cost.seconds += cost.half_seconds[half];
  }
  return cost;
}

als_cost busiest(std::span<als_cost const> ranks) {
  als_cost most;
  auto const keep = [](auto& a, auto const& b) { a = std::max(a, b); };
  for (als_cost const& c : ranks) {
    keep(most.bytes_received, c.bytes_received);
    keep(most.bytes_sent, c.bytes_sent);
    keep(most.messages_received, c.messages_received);
    keep(most.messages_sent, c.messages_sent);
    keep(most.bytes, c.bytes);
    keep(most.messages, c.messages);
    keep(most.lower_bound, c.lower_bound);
    if (c.memory.total() > most.memory.total()) most.memory = c.memory;
    keep(most.flops, c.flops);
    for (int half = 0; half < 2; ++half) {
      keep(most.solving_seconds[half], c.solving_seconds[half]);
      keep(most.transfer_seconds[half], c.transfer_seconds[half]);
      keep(most.half_seconds[half], c.half_seconds[half]);
    }
  }
  most.seconds = most.half_seconds[0] + most.half_seconds[1];
  return most;
}

als_plan plan_of(als_problem const& p, machine const& on) {
  if (static_cast<double>(p.ratings) > static_cast<double>(p.users) * static_cast<double>(p.items))
    throw domain_error("als: " + std::to_string(p.users) + " users and " + std::to_string(p.items) +
                       " items cannot have " + std::to_string(p.ratings) +
                       " ratings: one for each pair at most");
  als_share const named = expected_share(p, {}, {});
  als_exchange const users = choose_exchange(p, p.users, named.users.fetched, on);
  als_exchange const items = choose_exchange(p, p.items, named.items.fetched, on);
  als_cost cost = cost_of(p, expected_share(p, users, items), users, items, on);
  cost.lower_bound = (named.users.fetched + named.items.fetched) * p.unknowns() * p.element_bytes;
  return {users, items, cost};
}

als_cost cost_of(als_problem const& p, machine const& on) { return plan_of(p, on).cost; }

}  // namespace pantile
