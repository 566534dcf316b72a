#pragma once

#include <set>
#include <string>

// Measures of the quality on held-out ratings, by the names that options have for them.
namespace pantile::apps {

inline std::set<std::string> const measures{"ndcg", "recall", "map", "auc", "rmse", "mae"};

/// Whether it is of predicted ratings, and the smaller the better; the others are of rankings.
inline bool is_error(std::string const& measure) { return measure == "rmse" || measure == "mae"; }

/// Whether a value is better than another one of the same measure. NaN is never better.
inline bool is_better(std::string const& measure, double value, double than) {
  return is_error(measure) ? value < than : value > than;
}

/// What tables call it: "NDCG@10".
inline std::string title_of(std::string const& measure) {
  if (measure == "recall") return "recall@10";
  std::string title = measure;
  for (char& c : title) c = static_cast<char>(c - 'a' + 'A');
  return is_error(measure) ? title : title + "@10";
}

}  // namespace pantile::apps
