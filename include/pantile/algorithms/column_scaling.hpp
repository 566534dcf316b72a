#pragma once

#include <pantile/algorithms/feature_matrix.hpp>
#include <pantile/array/local_array.hpp>

#include <source_location>

// All functions are collective; T is float or double.
namespace pantile {

/// What makes every column's mean 0 and standard deviation 1.
template <element T>
struct column_scaling {
  local_array<T, 1> mean;           ///< of each column
  local_array<T, 1> deviation;      ///< of the whole population (divided by n); 1 for constant columns
  local_array<bool, 1> constant{};  ///< which those are; empty where it is not known any more
};

/// Mean and deviation of each column, the same on every rank; of sparse features with the zeros that are not
/// stored. Two reductions over the rows. Throws domain_error for columns whose mean or deviation is not finite,
/// or whose deviation T cannot divide by.
template <feature_matrix Features>
column_scaling<typename Features::value_type> scaling_of(
    Features const& features, std::source_location where = std::source_location::current());

}  // namespace pantile
