#pragma once

#include <pantile/algorithms/logistic_regression.hpp>
#include <pantile/ops/movement.hpp>

#include <algorithm>
#include <span>

// Weights as the files of pantile-lra have them: features, or features x classes, and last the intercept, if
// there is one.
namespace pantile::apps {

/// What a file holds of a model, on every rank (collective).
template <class T, int N>
array<T, N> weights_for_file(logistic_regression_model<T, N> const& model) {
  auto const weights = all_gather(model.weights);
  auto shape = weights.shape();
  index_t const intercepts = model.intercept.count();
  if (intercepts > 0) ++shape[0];
  array<T, N> all(model.weights.comm(), shape, tiling::replicated());
  std::copy_n(model.intercept.data(), intercepts, std::copy_n(weights.data(), weights.count(), all.data()));
  return all;
}

/// Puts what a file holds into a model, or into where one starts, on every rank (collective).
template <class T, int N>
void take_weights_of_file(array<T, N> const& all, bool intercept, array<T, N>& weights,
                          local_array<T, 1>& intercepts) {
  auto shape = all.shape();
  index_t outputs = 1;
  if constexpr (N == 2) outputs = shape[1];
  if (intercept) --shape[0];
  weights = array<T, N>(all.comm(), shape, tiling::replicated());
  index_t const own = shape[0] * outputs;
  std::copy_n(all.data(), own, weights.data());
  if (intercept)
    intercepts = local_array<T, 1>::from(
        std::span<T const>(all.data() + own, static_cast<std::size_t>(outputs)), {outputs});
}

}  // namespace pantile::apps
