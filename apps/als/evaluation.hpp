#pragma once

#include "measures.hpp"
#include "options.hpp"

#include <pantile/algorithms/als.hpp>
#include <pantile/algorithms/ranking.hpp>
#include <pantile/algorithms/rating_errors.hpp>
#include <pantile/algorithms/split_ratings.hpp>

#include <string>
#include <vector>

namespace pantile::apps {

/// What was told of the iterations behind a model.
struct als_history {
  std::vector<als_iteration> iterations;
  std::vector<double> qualities;  // after each of them, with --stop-on

  /// The place of the best of the qualities; -1 where there are none.
  index_t best(std::string const& measure) const;
};

/// The quality on the held-out ratings.
struct als_metrics {
  ranking_quality model, popularity;
  rating_errors errors, mean_errors;  // of explicit feedback

  double value_of(std::string const& measure) const;
};

/// All that is printed of a model, and one measure of it, the same on every rank (collective).
template <element T>
als_metrics evaluate(als_command const& command, als_model<T> const& model, ratings_split<T> const& split);
template <element T>
double quality_of(als_model<T> const& model, ratings_split<T> const& split, std::string const& measure);

}  // namespace pantile::apps
