#pragma once

#include <pantile/array/array.hpp>

#include <cstdint>
#include <source_location>
#include <vector>

// Labels of rows: one number for each. All functions are collective; T is float or double. Rows are named in
// messages by their number, from 1.
namespace pantile {

/// Throws domain_error, naming the first row whose label is not 0 or 1.
template <floating_element T>
void check_binary_labels(array<T, 1> const& labels,
                         std::source_location where = std::source_location::current());

/// 0 and 1 as they are, -1 and 1 as 0 and 1. Throws domain_error, naming the first row with another label, or
/// with 0 where -1 occurs.
template <floating_element T>
array<T, 1> binary_labels(array<T, 1> const& labels,
                          std::source_location where = std::source_location::current());

/// The labels that occur, ascending, the same on every rank. Throws domain_error, naming the first row whose
/// label is no integer (below 2^53), and for more than 100,000 of them.
template <floating_element T>
std::vector<std::int64_t> distinct_labels(array<T, 1> const& labels,
                                          std::source_location where = std::source_location::current());

}  // namespace pantile
