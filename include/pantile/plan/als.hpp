#pragma once

#include <pantile/base/types.hpp>
#include <pantile/plan/machine.hpp>

// What an iteration of alternating least squares costs the busiest rank, without data or MPI.
namespace pantile {

/// Ratings to be factorised (algorithms/als.hpp), as evenly spread over the ranks as rows allow.
struct als_problem {
  index_t users = 0, items = 0, ratings = 0;
  index_t factors = 40;
  index_t element_bytes = 4;  ///< of ratings and factors
  int ranks = 1;
};

/// Of one iteration: both sides solved, and both shared with all ranks.
struct als_cost {
  index_t bytes = 0;  ///< received by a rank; as many are sent
  index_t lower_bound =
      0;  ///< the factors that a rank's ratings name, were they drawn evenly, that others hold
  index_t messages = 0;
  index_t memory = 0;  ///< of a rank: its ratings by users and by items, its factors, and those of all ranks
  double flops = 0;
  double seconds = 0;
};

/// The cost of the algorithm that `als` runs: every rank gathers the factors of the other side. The bytes are
/// those that the communicator counts where the rows divide evenly. Throws domain_error for more ratings than
/// pairs.
als_cost cost_of(als_problem const& p, machine const& on);

}  // namespace pantile
