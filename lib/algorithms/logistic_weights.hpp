#pragma once

#include "feature_passes.hpp"

#include <pantile/algorithms/logistic_regression.hpp>
#include <pantile/ops/movement.hpp>

#include <algorithm>
#include <optional>
#include <vector>

// Weights as models have them and as a logistic_objective has them: own columns x outputs, then the intercept.
namespace pantile::detail {

/// How the weights of a model are tiled that belongs to a feature matrix.
template <class T, int N>
tiling tiling_of_weights(feature_passes<T> const& passes, index_t outputs) {
  tiling const columns = passes.along_columns();
  if constexpr (N == 1) return columns;
  return tiling::cartesian(
      extents(std::array{passes.columns(), outputs}),
      columns.grid().empty() ? std::vector<tiling::grid_axis>{{columns.ranks(), -1}} : columns.grid(),
      {columns.boundaries(0), {0, outputs}});
}

/// `own` = this rank's part of weights and intercept; no intercept: it stays (collective).
template <class T, int N>
void take_weights(feature_passes<T> const& passes, array<T, N> const& weights,
                  std::optional<local_array<T, 1>> const& intercept, std::vector<T>& own) {
  index_t outputs = 1;
  if constexpr (N == 2) outputs = weights.extent(1);
  auto const here = retile(weights, tiling_of_weights<T, N>(passes, outputs), passes.where());
  auto const rest = std::copy_n(here.data(), passes.own_columns() * outputs, own.begin());
  if (intercept) std::copy_n(intercept->data(), outputs, rest);
}

/// The model gets these weights (collective).
template <class T, int N>
void put_weights(feature_passes<T> const& passes, std::vector<T> const& own, bool intercept,
                 logistic_regression_model<T, N>& model) {
  index_t const outputs = N == 1 ? 1 : std::ssize(model.classes);
  std::array<index_t, static_cast<std::size_t>(N)> shape{passes.columns()};
  if constexpr (N == 2) shape[1] = outputs;
  model.weights = array<T, N>(passes.comm(), shape, agreed_tiling{tiling_of_weights<T, N>(passes, outputs)});
  auto const rest = own.begin() + passes.own_columns() * outputs;
  std::copy(own.begin(), rest, model.weights.data());
  if (intercept) model.intercept = local_array<T, 1>::from({rest, own.end()}, {outputs});
}

}  // namespace pantile::detail
