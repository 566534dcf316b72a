#pragma once

#include <pantile/algorithms/als.hpp>

#include <source_location>

namespace pantile {

/// The factors of users that a model does not know, from their ratings (collective): what half an iteration of
/// `als` would give them beside these item factors, exactly, whatever `options.solver` is. Nothing of the model
/// changes. The cost is that of half an iteration: the Gram matrix of the item factors (items x factors^2
/// flops over all ranks, one allreduce of factors^2 elements), on every rank the item factors that its ratings
/// name (or all, see als_transfer), and one small system per new user. Of the options those
/// that weigh count (alpha, regularization and its scaling, unobserved_weight, weights), which should be the
/// model's, and user_ids, for messages.
///
/// `ratings` are new users x items in any tiling by rows, `item_factors` items x factors in any tiling. Returns
/// new users x factors, tiled by rows so that the ratings of all ranks cost the same. A user without ratings !=
/// 0 has factors 0. T: float or double.
///
/// Throws what `als` throws: domain_error, linalg_error; shape_error where the items of both do not agree.
template <floating_element T>
array<T, 2> als_fold_in(sparse_array<T> ratings, array<T, 2> const& item_factors, als_options options = {},
                        std::source_location where = std::source_location::current());

extern template array<float, 2> als_fold_in(sparse_array<float>, array<float, 2> const&, als_options,
                                            std::source_location);
extern template array<double, 2> als_fold_in(sparse_array<double>, array<double, 2> const&, als_options,
                                             std::source_location);

}  // namespace pantile
