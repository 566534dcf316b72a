#include "blas.hpp"
#include "gram_sum.hpp"

#include <pantile/kernel/als.hpp>
#include <pantile/trace/recorder.hpp>

#include <omp.h>

#include <algorithm>
#include <vector>

namespace pantile::kernel {

using namespace detail;

template <class T>
void gram(const T* y, index_t n, index_t k, index_t ld, T* out) {
  trace::computed(static_cast<double>(n) * static_cast<double>(k) * static_cast<double>(k + 1));
  if (trace::rehearsing()) return void(std::fill_n(out, k * k, T(0)));
  sum_gram<gram_adder<T>>(n, k, y, ld, out, k, [](auto&) {});
  blas::mirror(k, out, k);
}

namespace {

/// Inner product with the first factor already in double; sixteen sums, so that it vectorises.
template <class T>
double predict(const double* x, const T* y, index_t k) {
  constexpr int width = 16;
  double sum[width] = {};
  index_t j = 0;
  for (; j + width <= k; j += width)
    for (int l = 0; l < width; ++l) sum[l] += x[j + l] * static_cast<double>(y[j + l]);
  for (int l = 0; j + l < k; ++l) sum[l] += x[j + l] * static_cast<double>(y[j + l]);
  for (int m = width / 2; m > 0; m /= 2)
    for (int l = 0; l < m; ++l) sum[l] += sum[l + m];
  return sum[0];
}

template <class T>
double row_loss(csr_view<T> ratings, const als_weights<T>& weights, index_t u, const double* x, const T* y,
                index_t ldy, index_t k) {
  constexpr index_t ahead = 16;
  const index_t end = ratings.offsets[ratings.rows];
  const auto alpha = static_cast<double>(weights.alpha), unobserved = static_cast<double>(weights.unobserved),
             mean = static_cast<double>(weights.mean);
  double loss = 0;
  for (index_t e = ratings.offsets[u]; e < ratings.offsets[u + 1]; ++e) {
    if (e + ahead < end) prefetch_row(y + index_t{ratings.columns[e + ahead]} * ldy, k);
    const auto r = static_cast<double>(ratings.values[e]);
    if (r == 0 && !weights.explicit_feedback) continue;
    const double s = predict(x, y + index_t{ratings.columns[e]} * ldy, k);
    if (weights.explicit_feedback)
      loss += (r - mean - s) * (r - mean - s);
    else
      loss += (1 + alpha * r) * (1 - s) * (1 - s) - unobserved * s * s;
  }
  return loss;
}

}  // namespace

template <class T>
double als_observed_loss(csr_view<T> ratings, als_weights<T> weights, const T* x, index_t ldx, const T* y,
                         index_t ldy, index_t k) {
  constexpr index_t block_rows = 64;
  const index_t blocks = (ratings.rows + block_rows - 1) / block_rows;
  const int threads = omp_get_max_threads();
  std::vector<double> sums(static_cast<std::size_t>(blocks)), rows(static_cast<std::size_t>(threads * k));
#pragma omp parallel num_threads(threads)
  {
    trace::region const here("observed loss");
    double* row = rows.data() + omp_get_thread_num() * k;
#pragma omp for schedule(dynamic, 4) nowait
    for (index_t b = 0; b < blocks; ++b) {
      double sum = 0;
      for (index_t u = b * block_rows; u < std::min(ratings.rows, (b + 1) * block_rows); ++u) {
        std::copy_n(x + u * ldx, k, row);
        sum += row_loss(ratings, weights, u, row, y, ldy, k);
      }
      sums[static_cast<std::size_t>(b)] = sum;
    }
  }
  double loss = 0;
  for (const double s : sums) loss += s;
  return loss;
}

template void gram(const float*, index_t, index_t, index_t, float*);
template void gram(const double*, index_t, index_t, index_t, double*);
template double als_observed_loss(csr_view<float>, als_weights<float>, const float*, index_t, const float*,
                                  index_t, index_t);
template double als_observed_loss(csr_view<double>, als_weights<double>, const double*, index_t, const double*,
                                  index_t, index_t);

}  // namespace pantile::kernel
