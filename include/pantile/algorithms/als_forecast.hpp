#pragma once

#include <pantile/algorithms/als.hpp>
#include <pantile/plan/als.hpp>

#include <source_location>
#include <vector>

namespace pantile {

/// What an iteration of `als` would cost.
struct als_forecast {
  als_problem problem;
  als_exchange users;           ///< how their factors would travel
  als_exchange items;           ///< likewise
  std::vector<als_cost> ranks;  ///< of each rank
  als_cost most;                ///< the largest of each number
  /// How evenly solving is spread, of users and of items: the mean over ranks of its time, by that of the
  /// slowest.
  double balance[2] = {1, 1};
};

/// What an iteration of `als` with these ratings and options costs each of `ranks` ranks, which need not be
/// there (collective; ranks < 1: those that are): bytes and messages as their communicator would count them,
/// memory, flops, and the time that PANTILE_MACHINE or its defaults predict, on the slowest rank's threads.
/// More ranks than there are would be in other nodes. Nothing is solved. Takes memory for the ratings once
/// more, or twice. Throws what `als` throws for options.
template <floating_element T>
als_forecast forecast_als(sparse_array<T> const& ratings, als_options const& options = {}, int ranks = 0,
                          std::source_location where = std::source_location::current());

extern template als_forecast forecast_als(sparse_array<float> const&, als_options const&, int,
                                          std::source_location);
extern template als_forecast forecast_als(sparse_array<double> const&, als_options const&, int,
                                          std::source_location);

}  // namespace pantile
