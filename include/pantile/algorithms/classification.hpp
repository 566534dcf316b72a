#pragma once

#include <pantile/array/array.hpp>
#include <pantile/array/local_array.hpp>

#include <cstdint>
#include <source_location>
#include <vector>

// How well a classifier does. All functions are collective; T: float or double; labels, predictions and scores
// are one number per row, in any tilings. They throw shape_error where these are not equally many.
namespace pantile {

/// How often which label was taken for which.
struct confusion_table {
  std::vector<std::int64_t> classes;  ///< those that occur, among labels or predictions, ascending
  local_array<index_t, 2> counts;     ///< classes x classes: rows of one label (first index) by prediction
};

/// Counts what was predicted for what. Throws domain_error for labels that are no integers.
template <floating_element T>
confusion_table confusion(array<T, 1> const& labels, array<T, 1> const& predictions,
                          std::source_location where = std::source_location::current());

/// The area under the receiver operating characteristic: the part of all pairs of a row of label 1 and one of
/// label 0 in which the former has the higher score, equal scores counting half (Mann and Whitney). Exact but
/// for rounding the result; by one distributed sort. NaN where one of the labels does not occur. Throws
/// domain_error for labels other than 0 and 1 and for scores that are NaN.
template <floating_element T>
double roc_auc(array<T, 1> const& labels, array<T, 1> const& scores,
               std::source_location where = std::source_location::current());

}  // namespace pantile
