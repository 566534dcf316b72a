#pragma once

#include <pantile/base/types.hpp>

#include <cstdint>

namespace pantile::detail {

// What a row's scores z = x . W + b say of its class. With one output (labels 0 and 1) z is the logit of label
// 1, with several each is that of a class.

/// probabilities[k] from the scores of one row; returns -log of the probability of class `label`.
template <class T>
T probabilities_of(index_t outputs, T const* scores, std::int32_t label, T* probabilities);

/// The same without the loss.
template <class T>
void probabilities_of(index_t outputs, T const* scores, T* probabilities);

/// The most probable class, the first of equals: 1 for a probability of at least a half with one output.
template <class T>
std::int32_t most_probable(index_t outputs, T const* probabilities);

/// d loss / d score[k] = p[k] - [label is k].
template <class T>
void score_gradient(index_t outputs, T const* probabilities, std::int32_t label, T weight, T* result);

/// The Hessian of the loss in the scores times `direction`.
template <class T>
void score_hessian(index_t outputs, T const* probabilities, T const* direction, T weight, T* result);

}  // namespace pantile::detail
