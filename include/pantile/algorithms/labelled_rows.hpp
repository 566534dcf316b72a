#pragma once

#include <pantile/array/array.hpp>
#include <pantile/array/local_array.hpp>

#include <cstdint>
#include <source_location>
#include <utility>

// Preparing a table of numbers for a supervised method. All functions are collective; T is float or double.
namespace pantile {

/// Rows of features and one label for each, tiled by the same rows.
template <element T>
struct labelled_rows {
  array<T, 2> features;
  array<T, 1> labels;
};

/// Takes one column (from 0; negative: from the end) of a table that is tiled by rows as the labels, the others
/// as the features. Nothing is sent. Throws index_error for a column that is not there, tiling_error unless
/// whole rows are tiled.
template <floating_element T>
labelled_rows<T> separate_labels(array<T, 2> const& table, index_t label_column = -1,
                                 std::source_location where = std::source_location::current());

/// Throws domain_error, naming the first row (from 1) whose label is not 0 or 1.
template <floating_element T>
void check_binary_labels(array<T, 1> const& labels,
                         std::source_location where = std::source_location::current());

/// Splits rows into those to learn from and those held out: a random choice of `fraction` of all rows, rounded,
/// that depends on the seed alone, so the split is the same for every number of ranks; at least one row stays
/// to learn from. Nothing is sent. Throws domain_error unless 0 <= fraction < 1.
template <floating_element T>
std::pair<labelled_rows<T>, labelled_rows<T>> split_rows(
    labelled_rows<T> const& rows, double fraction, std::uint64_t seed,
    std::source_location where = std::source_location::current());

/// The same rows with a last column of ones, tiled by rows.
template <floating_element T>
array<T, 2> with_ones(array<T, 2> const& features,
                      std::source_location where = std::source_location::current());

/// What makes every column's mean 0 and standard deviation 1.
template <element T>
struct column_scaling {
  local_array<T, 1> mean;
  local_array<T, 1> deviation;  ///< of the whole population (divided by n); 1 for constant columns
};

/// Mean and deviation of each column, the same on every rank. Two reductions over the rows.
template <floating_element T>
column_scaling<T> scaling_of(array<T, 2> const& features,
                             std::source_location where = std::source_location::current());

/// (features - mean) / deviation, in the tiling of the features.
template <floating_element T>
array<T, 2> standardized(array<T, 2> const& features, column_scaling<T> const& scaling);

}  // namespace pantile
