#include "evaluation.hpp"

#include <pantile/algorithms/als_predictors.hpp>

#include <span>

namespace pantile::apps {

index_t als_history::best(std::string const& measure) const {
  index_t best = -1;
  for (index_t i = 0; i < std::ssize(qualities); ++i)
    if (best < 0 ||
        is_better(measure, qualities[static_cast<std::size_t>(i)], qualities[static_cast<std::size_t>(best)]))
      best = i;
  return best;
}

double als_metrics::value_of(std::string const& measure) const {
  if (measure == "rmse") return errors.rmse;
  if (measure == "mae") return errors.mae;
  if (measure == "recall") return model.recall;
  if (measure == "map") return model.map;
  return measure == "auc" ? model.auc : model.ndcg;
}

template <element T>
als_metrics evaluate(als_command const& command, als_model<T> const& model, ratings_split<T> const& split) {
  auto const [users, items] = predictors_of(model);
  als_metrics metrics{evaluate_ranking(users, items, split.training, split.held_out),
                      evaluate_popularity(split.training, split.held_out),
                      {},
                      {}};
  if (!command.is_explicit()) return metrics;
  metrics.errors = evaluate_ratings(users, items, split.held_out);
  metrics.mean_errors = evaluate_mean(mean_rating(split.training), split.held_out);
  return metrics;
}

template <element T>
double quality_of(als_model<T> const& model, ratings_split<T> const& split, std::string const& measure) {
  auto const [users, items] = predictors_of(model);
  als_metrics metrics;
  if (is_error(measure))
    metrics.errors = evaluate_ratings(users, items, split.held_out);
  else
    metrics.model = evaluate_ranking(users, items, split.training, split.held_out);
  // Rounding could differ between the ranks, and with it what they decide.
  double value = metrics.value_of(measure);
  split.training.comm().bcast(std::span<double>(&value, 1), 0);
  return value;
}

template als_metrics evaluate(als_command const&, als_model<float> const&, ratings_split<float> const&);
template als_metrics evaluate(als_command const&, als_model<double> const&, ratings_split<double> const&);
template double quality_of(als_model<float> const&, ratings_split<float> const&, std::string const&);
template double quality_of(als_model<double> const&, ratings_split<double> const&, std::string const&);

}  // namespace pantile::apps
