#include <pantile/base/error.hpp>
#include <pantile/plan/als.hpp>

#include <cmath>
#include <string>

namespace pantile {

namespace {

index_t share(index_t all, int ranks) { return (all + ranks - 1) / ranks; }

/// How many of `rows` are named at least once by so many draws.
double distinct(double rows, double draws) { return rows > 0 ? -rows * std::expm1(-draws / rows) : 0; }

}  // namespace

als_cost cost_of(als_problem const& p, machine const& on) {
  if (static_cast<double>(p.ratings) > static_cast<double>(p.users) * static_cast<double>(p.items))
    throw domain_error("als: " + std::to_string(p.users) + " users and " + std::to_string(p.items) +
                       " items cannot have " + std::to_string(p.ratings) +
                       " ratings: one for each pair at most");
  index_t const line = 64 / p.element_bytes, row = (p.factors + line - 1) / line * line * p.element_bytes;
  index_t const rows = p.users + p.items, own = share(p.users, p.ranks) + share(p.items, p.ranks);
  index_t const ratings = share(p.ratings, p.ranks);
  double const f = static_cast<double>(p.factors), mine = static_cast<double>(own);
  als_cost cost;
  if (p.ranks > 1) {
    index_t const gram = p.factors * p.factors * p.element_bytes;
    cost.bytes = (rows - rows / p.ranks) * row + 2 * gram;
    cost.messages = 2 * (index_t{p.ranks} - 1) + 2;
    double const draws = static_cast<double>(ratings), others = 1 - 1.0 / p.ranks;
    double const named =
        distinct(static_cast<double>(p.users), draws) + distinct(static_cast<double>(p.items), draws);
    cost.lower_bound = static_cast<index_t>(named * others * f * static_cast<double>(p.element_bytes));
  }
  // Of a rating its value, and its column as the array and as the kernels keep it; where each row begins.
  index_t const of_rating = p.element_bytes + 8 + 4;
  cost.memory = 2 * ratings * of_rating + own * 8 + (own + rows) * row;
  // A rank-one update of half a matrix for every rating, a Cholesky factorisation and two triangular solves for
  // every row, a Gram matrix of each side.
  cost.flops =
      2 * static_cast<double>(ratings) * f * (f + 3) + mine * (f * f * f / 3 + 2 * f * f) + mine * f * (f + 1);
  cost.seconds = cost.flops / on.flops_per_second + static_cast<double>(cost.bytes) / on.bytes_per_second +
                 static_cast<double>(cost.messages) * on.seconds_per_message;
  return cost;
}

}  // namespace pantile
