#pragma once

#include <pantile/base/types.hpp>
#include <pantile/plan/machine.hpp>

#include <span>

// What an iteration of alternating least squares costs each rank, without data or MPI: pantile-plan als,
// pantile-als --dry-run and `als` itself, when it decides how factors travel, all ask here.
namespace pantile {

/// How the system of each user and item is solved.
enum class als_solver {
  cholesky,             ///< exactly
  conjugate_gradients,  ///< nearly, by a few steps from the factors before: cheaper for many factors
  subspace,             ///< nearly, by one block of factors after the other from the factors before (iALS++)
};

/// Which rows of the other side's factors a rank gets.
enum class als_transfer {
  automatic,  ///< whichever is predicted to be faster
  named,      ///< those that its ratings name
  all,        ///< all of them
};

/// Ratings to be factorised (algorithms/als.hpp), and how.
struct als_problem {
  index_t users = 0, items = 0, ratings = 0;
  index_t factors = 40;
  index_t element_bytes = 4;  ///< of ratings and factors
  int ranks = 1;
  als_solver solver = als_solver::cholesky;
  index_t steps = 3;   ///< of conjugate gradients
  index_t block = 16;  ///< factors in a subspace
  als_transfer transfer = als_transfer::automatic;
  index_t chunks =
      0;            ///< in which the rows of a rank are solved and sent; 0: as many as are predicted to be best
  int threads = 1;  ///< of a rank: machine::flops_per_second is that of each
  /// How unequally users rate and items are rated, where there are no data that say so: the i-th of them takes
  /// part in ratings with a probability proportional to i^-s (Zipf's law). With 0.8 ratings name about as many
  /// rows as those of MovieLens do; with 0, all alike, they name the most.
  double user_exponent = 0.8;
  double item_exponent = 0.8;  ///< that of items
  bool biased = false;         ///< two more columns beside the factors of a row: explicit feedback
  bool with_gram = true;       ///< the Gram matrix of each side is added up over the ranks: implicit feedback

  /// What is solved for in a row: its factors and its bias.
  index_t unknowns() const { return factors + (biased ? 1 : 0); }
  /// Bytes that a row of factors takes, and with which it travels: whole cache lines.
  index_t row_bytes() const;
};

/// How the factors of one side travel after they have been solved for.
struct als_exchange {
  bool named = true;   ///< only the rows that the reader's ratings name
  index_t chunks = 1;  ///< more than one: solved rows travel while the next ones are solved
};

/// What one rank has to do with one side.
struct als_part {
  index_t rows = 0;     ///< own ones
  index_t rated = 0;    ///< those of them that have ratings
  index_t ratings = 0;  ///< of own rows
  index_t fetched = 0;  ///< rows of others that come here
  index_t given = 0;    ///< own rows, counted once for each rank that they go to
  index_t messages_received = 0, messages_sent = 0;
};

/// What one rank has to do.
struct als_share {
  als_part users, items;
};

/// What a rank keeps through all iterations, and takes before them, in bytes: beside the ratings that were
/// given.
struct als_memory {
  index_t ratings = 0;  ///< by users and by items
  index_t own_factors = 0;
  index_t fetched_factors = 0;
  index_t transfer = 0;  ///< which rows travel, and buffers of messages
  index_t work = 0;      ///< of the solvers, at most
  /// Before the first iteration, while ratings are laid out by users and by items; not at the same time.
  index_t laying_out = 0;
  /// All that is kept.
  index_t total() const { return ratings + own_factors + fetched_factors + transfer + work; }
};

/// Of one iteration on one rank: both sides solved, and both brought to who needs them.
struct als_cost {
  index_t bytes_received = 0;     ///< what the communicator counts
  index_t bytes_sent = 0;         ///< likewise
  index_t messages_received = 0;  ///< likewise, without those of agreements
  index_t messages_sent = 0;      ///< likewise
  index_t bytes = 0;              ///< the larger of received and sent
  index_t messages = 0;
  index_t lower_bound = 0;  ///< bytes of the factors that a rank's ratings name and others hold
  als_memory memory;
  double flops = 0;
  double solving_seconds[2] = {};   ///< of users, of items
  double transfer_seconds[2] = {};  ///< likewise, as if nothing overlapped
  double half_seconds[2] = {};      ///< solving users and bringing them to who needs them; items
  double seconds = 0;
};

/// How the factors of a side of `rows` rows travel: `named` of them are the most that a rank fetches if it
/// fetches what its ratings name. `ratings` is all that this side has.
als_exchange choose_exchange(als_problem const& p, index_t rows, index_t named, machine const& on);

/// The share of each rank where rows cost the same everywhere: of rows and ratings an even part, rounded up,
/// and as many rows to fetch as that many ratings are expected to name under the popularity of als_problem,
///   sum over the rows i of others of 1 - exp(-n p_i)  for n ratings.
als_share expected_share(als_problem const& p, als_exchange const& users, als_exchange const& items);

/// The cost of a rank with that share.
als_cost cost_of(als_problem const& p, als_share const& share, als_exchange const& users,
                 als_exchange const& items, machine const& on);

/// The largest of each number, and the time that the slowest ranks make of each half.
als_cost busiest(std::span<als_cost const> ranks);

/// What `als` does and costs on the expected share.
struct als_plan {
  als_exchange users, items;
  als_cost cost;
};

/// Throws domain_error for more ratings than pairs.
als_plan plan_of(als_problem const& p, machine const& on);
/// The cost of plan_of.
als_cost cost_of(als_problem const& p, machine const& on);

}  // namespace pantile
