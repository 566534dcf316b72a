#pragma once

#include "feature_passes.hpp"
#include "smooth_function.hpp"

#include <pantile/algorithms/column_scaling.hpp>
#include <pantile/algorithms/logistic_regression.hpp>

#include <cstdint>
#include <vector>

namespace pantile::detail {

/// What a logistic_objective is made of, beside the features.
template <class T>
struct logistic_problem {
  index_t outputs = 1;                  // scores of a row: 1 for two classes, or one for each
  std::vector<std::int32_t> labels{};   // the class of each own row
  std::vector<double> class_weights{};  // one for each class
  double regularization = 0;
  bool intercept = false;
  column_scaling<T> const* scaling = nullptr;
};

/// F of logistic_regression.hpp over passes of X. A vector of weights is, on each rank, own columns x outputs,
/// row-major, and then, with an intercept, one element for each output, the same on every rank.
template <class T>
class logistic_objective final : public smooth_function<T> {
 public:
  /// `passes` must outlive it (collective).
  logistic_objective(feature_passes<T> const& passes, logistic_problem<T> problem);

  std::size_t size() const override;
  double inner(std::vector<T> const& a, std::vector<T> const& b) const override;
  void evaluate(descent_point<T>& p) override;
  void differentiate(descent_point<T>& p) override;
  void hessian_times(std::vector<T> const& v, std::vector<T>& result) override;

  /// Of the point that was evaluated last.
  logistic_quality quality() const { return quality_; }
  /// How often each was done; derivatives count as evaluations.
  index_t evaluations() const { return evaluations_; }
  index_t hessian_products() const { return hessian_products_; }

 private:
  std::size_t weights() const;
  void pass(std::vector<T> const& at, std::vector<T>& result, kernel::between_ref<T> between);
  void add_penalty(std::vector<T> const& at, std::vector<T>& result) const;
  double product_of_weights(std::vector<T> const& a, std::vector<T> const& b) const;
  template <class Visit>
  void gradient_pass(descent_point<T>& p, Visit visit);

  feature_passes<T> const& passes_;
  logistic_problem<T> problem_;
  std::vector<T> offsets_;                  // of the scores, in the pass that runs
  std::vector<T> scaled_;                   // the weights that X itself is multiplied by
  std::vector<T> probabilities_, between_;  // own rows x outputs
  std::vector<T> losses_;                   // of own rows
  logistic_quality quality_;
  index_t evaluations_ = 0, hessian_products_ = 0;
};

/// The weights that X itself is to be multiplied by, and what is then to be added to each score, of weights
/// (own columns x outputs, then the intercept if there is one) that belong to scaled columns (collective).
template <class T>
void unscale_weights(feature_passes<T> const& passes, index_t outputs, bool intercept,
                     column_scaling<T> const* scaling, std::vector<T> const& at, std::vector<T>& scaled,
                     std::vector<T>& offsets);

}  // namespace pantile::detail
