#include "scaled_features.hpp"

#include <pantile/expr/functions.hpp>
#include <pantile/ops/evaluate.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace pantile::detail {

namespace {

/// True where scores that are sums over columns lose more than four digits of what deviations say.
template <class T>
bool cancels(column_scaling<T> const& s) {
  for (index_t j = 0; j < s.mean.count(); ++j) {
    bool const constant = s.constant.count() > 0 && s.constant(j);
    if (!constant && std::abs(s.mean(j)) * (10'000 * std::numeric_limits<T>::epsilon()) > s.deviation(j))
      return true;
  }
  return false;
}

}  // namespace

template <feature_matrix Features>
scaled_features<Features>::scaled_features(Features const& X, column_scaling<T> const* scaling,
                                           std::source_location where)
    : X_(X), scaling_(scaling) {
  if constexpr (std::is_same_v<Features, array<T, 2>>) {
    if (scaling == nullptr || scaling->mean.count() != X.extent(1) || !cancels(*scaling)) return;
    copy_.emplace(X.comm(), X.shape(), X.tiling(), where);
    if (scaling->constant.count() > 0)
      *copy_ = pantile::where(scaling->constant, T(0), (X - scaling->mean) / scaling->deviation);
    else
      *copy_ = (X - scaling->mean) / scaling->deviation;
  }
}

template class scaled_features<array<float, 2>>;
template class scaled_features<array<double, 2>>;
template class scaled_features<sparse_array<float>>;
template class scaled_features<sparse_array<double>>;

}  // namespace pantile::detail
