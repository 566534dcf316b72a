#pragma once

#include <pantile/algorithms/feature_matrix.hpp>

#include <cstdint>
#include <source_location>
#include <utility>

// Preparing a table of numbers for a supervised method. All functions are collective; T is float or double.
namespace pantile {

/// Rows of features and one label for each, tiled by the same rows.
template <element T, feature_matrix Features = array<T, 2>>
struct labelled_rows {
  Features features;   ///< rows x columns
  array<T, 1> labels;  ///< one for each row
};

/// Takes one column (from 0; negative: from the end) of a table that is tiled by rows as the labels, the others
/// as the features. Nothing is sent. Throws index_error for a column that is not there, tiling_error unless
/// whole rows are tiled.
template <floating_element T>
labelled_rows<T> separate_labels(array<T, 2> const& table, index_t label_column = -1,
                                 std::source_location where = std::source_location::current());

/// Splits rows into those to learn from and those held out: a random choice of `fraction` of all rows, rounded,
/// that depends on the seed alone, so the split is the same for every number of ranks; at least one row stays
/// to learn from. Nothing is sent. Throws domain_error unless 0 <= fraction < 1.
template <floating_element T, feature_matrix Features>
std::pair<labelled_rows<T, Features>, labelled_rows<T, Features>> split_rows(
    labelled_rows<T, Features> const& rows, double fraction, std::uint64_t seed,
    std::source_location where = std::source_location::current());

}  // namespace pantile
