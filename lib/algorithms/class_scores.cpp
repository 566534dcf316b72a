#include "class_scores.hpp"

#include <algorithm>
#include <cmath>

namespace pantile::detail {

template <class T>
T probabilities_of(index_t outputs, T const* scores, std::int32_t label, T* probabilities) {
  if (outputs == 1) {
    // log(1 + exp(z)) = max(z, 0) + log1p(exp(-|z|)) overflows nowhere.
    T const z = scores[0], e = std::exp(-std::abs(z));
    probabilities[0] = (z >= 0 ? T(1) : e) / (T(1) + e);
    return std::max(z, T(0)) + std::log1p(e) - (label == 1 ? z : T(0));
  }
  // NaN is handed on: max_element may pass it over, the sum does not.
  T const largest = *std::max_element(scores, scores + outputs);
  T const own = scores[label];
  T sum = 0;
  for (index_t k = 0; k < outputs; ++k) sum += probabilities[k] = std::exp(scores[k] - largest);
  for (index_t k = 0; k < outputs; ++k) probabilities[k] /= sum;
  return largest - own + std::log(sum);
}

template <class T>
void probabilities_of(index_t outputs, T const* scores, T* probabilities) {
  if (outputs > 1) {
    probabilities_of(outputs, scores, 0, probabilities);
    return;
  }
  T const z = scores[0], e = std::exp(-std::abs(z));
  probabilities[0] = (z >= 0 ? T(1) : e) / (T(1) + e);
}

template <class T>
std::int32_t most_probable(index_t outputs, T const* probabilities) {
  if (outputs == 1) return probabilities[0] >= T(0.5) ? 1 : 0;
  return static_cast<std::int32_t>(std::max_element(probabilities, probabilities + outputs) - probabilities);
}

template <class T>
void score_gradient(index_t outputs, T const* probabilities, std::int32_t label, T weight, T* result) {
  index_t const hit = outputs == 1 ? label - 1 : label;
  for (index_t k = 0; k < outputs; ++k) result[k] = weight * (probabilities[k] - (k == hit ? T(1) : T(0)));
}

template <class T>
void score_hessian(index_t outputs, T const* probabilities, T const* direction, T weight, T* result) {
  if (outputs == 1) {
    result[0] = weight * probabilities[0] * (T(1) - probabilities[0]) * direction[0];
    return;
  }
  T mean = 0;
  for (index_t k = 0; k < outputs; ++k) mean += probabilities[k] * direction[k];
  for (index_t k = 0; k < outputs; ++k) result[k] = weight * probabilities[k] * (direction[k] - mean);
}

#define PANTILE_INSTANTIATE(T)                                          \
  template T probabilities_of(index_t, T const*, std::int32_t, T*);     \
  template void probabilities_of(index_t, T const*, T*);                \
  template std::int32_t most_probable(index_t, T const*);               \
  template void score_gradient(index_t, T const*, std::int32_t, T, T*); \
  template void score_hessian(index_t, T const*, T const*, T, T*);
PANTILE_INSTANTIATE(float)
PANTILE_INSTANTIATE(double)
#undef PANTILE_INSTANTIATE

}  // namespace pantile::detail
