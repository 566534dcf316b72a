#include "als_columns.hpp"
#include "ranking_rows.hpp"

#include <pantile/algorithms/als_predictors.hpp>

#include <algorithm>
#include <optional>
#include <string>

namespace pantile {

namespace {

/// The rows of one side as `detail::als_columns` has them, with `all` added to every bias.
template <class T>
array<T, 2> with_biases(array<T, 2> const& factors, std::optional<array<T, 2>> const& biases, double all,
                        detail::als_columns const& layout, std::source_location where) {
  array<T, 2> const rows = detail::by_rows(factors, where);
  tiling_rule const cuts = tiling::cuts({rows.tiling().boundaries(0), {}});
  std::array<index_t, 2> const one_each{rows.extent(0), 1};
  if (biases && biases->shape() != one_each)
    throw shape_error("predictors_of: biases of shape " + to_string(extents(biases->shape())) +
                          " beside factors of shape " + to_string(extents(rows.shape())),
                      where);
  array<T, 2> const each = biases ? retile(*biases, cuts, where) : zeros<T>(rows.comm(), one_each, cuts, where);
  array<T, 2> wide = ones<T>(rows.comm(), {rows.extent(0), layout.count()}, cuts, where);
  for (index_t row = 0; row < rows.owned_box().extent(0); ++row) {
    T* const to = wide.data() + row * layout.count();
    std::copy_n(rows.data() + row * layout.factors, layout.factors, to + layout.first_factor());
    to[layout.bias()] = each.data()[row] + static_cast<T>(all);
  }
  return wide;
}

}  // namespace

template <floating_element T>
als_predictors<T> predictors_of(als_model<T> const& model, std::source_location where) {
  if (!model.user_biases && !model.item_biases && model.mean == 0)
    return {detail::by_rows(model.user_factors, where), detail::by_rows(model.item_factors, where)};
  index_t const k = model.user_factors.extent(1);
  return {with_biases(model.user_factors, model.user_biases, model.mean, {k, true, false}, where),
          with_biases(model.item_factors, model.item_biases, 0, {k, true, true}, where)};
}

template als_predictors<float> predictors_of(als_model<float> const&, std::source_location);
template als_predictors<double> predictors_of(als_model<double> const&, std::source_location);

}  // namespace pantile
