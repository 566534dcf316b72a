#pragma once

#include <pantile/algorithms/als.hpp>

#include <source_location>

namespace pantile {

/// The model with other users, whom it does not know, from their ratings (collective): what half an iteration
/// of `als` would give them beside its items, exactly, whatever `options.solver` is. Of the model the item
/// factors count and, with explicit feedback, the item biases and the mean; the items stay as they are. The
/// cost is that of half an iteration: the Gram matrix of the item factors (items x factors^2 flops over all
/// ranks, one allreduce of factors^2 elements), on every rank the item factors that its ratings name (or all,
/// see als_transfer), and one small system per new user. Of the options those that weigh count (alpha,
/// regularization and its scaling, unobserved_weight, weights) and feedback, which should be the model's, and
/// user_ids, for messages.
///
/// `ratings` are new users x items in any tiling by rows, the items of the model in any tiling. The new users
/// are tiled by rows so that the ratings of all ranks cost the same. A user without ratings has factors 0. T:
/// float or double.
///
/// Throws what `als` throws: domain_error, linalg_error; shape_error where the items of both do not agree.
template <floating_element T>
als_model<T> als_fold_in(sparse_array<T> ratings, als_model<T> const& model, als_options options = {},
                         std::source_location where = std::source_location::current());

extern template als_model<float> als_fold_in(sparse_array<float>, als_model<float> const&, als_options,
                                             std::source_location);
extern template als_model<double> als_fold_in(sparse_array<double>, als_model<double> const&, als_options,
                                              std::source_location);

}  // namespace pantile
