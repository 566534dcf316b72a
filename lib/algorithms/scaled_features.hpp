#pragma once

#include <pantile/algorithms/column_scaling.hpp>

#include <optional>
#include <source_location>

namespace pantile::detail {

/// Features of a model that may standardize, as passes over them see them: X itself, which is never scaled,
/// only weights and scores are. Where a column's mean is so large beside its deviation that these would cancel
/// in T, a standardized copy, with nothing left to scale; sparse features have none, which would be dense.
template <feature_matrix Features>
class scaled_features {
 public:
  using T = typename Features::value_type;
  /// X, and the scaling where there is one, must outlive it (collective).
  scaled_features(Features const& X, column_scaling<T> const* scaling, std::source_location where);
  Features const& features() const { return copy_ ? *copy_ : X_; }
  /// What is left to be done with weights and scores.
  column_scaling<T> const* scaling() const { return copy_ ? nullptr : scaling_; }

 private:
  Features const& X_;
  column_scaling<T> const* scaling_;
  std::optional<Features> copy_;
};

}  // namespace pantile::detail
