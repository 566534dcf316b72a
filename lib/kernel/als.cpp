#include "als_update.hpp"

#include <pantile/kernel/als.hpp>

#include <omp.h>

#include <algorithm>
#include <vector>

namespace pantile::kernel {
namespace {

using namespace detail;

/// Rows summed in T before they go into a sum in double; as vectors, one panel of them is 4 KiB.
constexpr index_t run_rows = 128;

/// Panel copy of n <= run_rows rows of y.
template <class T>
void pack_rows(const T* y, index_t n, index_t k, index_t ld, index_t panels, T* out) {
  for (index_t v = 0; v < panels; ++v) {
    const index_t width = std::min<index_t>(lanes<T>, k - v * lanes<T>);
    for (index_t i = 0; i < n; ++i) {
      T* to = out + (v * run_rows + i) * lanes<T>;
      std::fill(std::copy_n(y + i * ld + v * lanes<T>, width, to), to + lanes<T>, T{});
    }
  }
}

/// What one thread needs to sum a slice.
template <class T>
struct gram_scratch {
  gram_scratch(index_t panels, index_t size) : packed(panels * run_rows * lanes<T>), part(size), zero(size) {
    std::fill_n(part.get(), size, T{});  // the lower block triangle is never computed
    std::fill_n(zero.get(), size, T{});
  }
  buffer<T> packed, part, zero;
};

/// Adds the upper block triangle of the Gram matrix of rows [begin, end) to `sum` (panels).
template <class T>
void add_gram(const T* y, index_t begin, index_t end, index_t k, index_t ld, const gram_scratch<T>& scratch,
              double* sum) {
  const index_t panels = (k + lanes<T> - 1) / lanes<T>, size = panels * panels * lanes<T> * lanes<T>;
  const T *packed = scratch.packed.get(), *part = scratch.part.get();
  for (index_t i = begin; i < end; i += run_rows) {
    const index_t n = std::min(run_rows, end - i);
    pack_rows(y + i * ld, n, k, ld, panels, scratch.packed.get());
    rank_update(packed, packed, run_rows * lanes<T>, n, scratch.zero.get(), scratch.part.get(), panels, [] {});
    for (index_t j = 0; j < size; ++j) sum[j] += static_cast<double>(part[j]);
  }
}

/// Number of partial sums of a Gram matrix: enough for many threads, but at most 64 MiB of them.
index_t gram_slices(index_t n, index_t size) {
  return std::max<index_t>(1, std::min({index_t{32}, n / 1024, (index_t{8} << 20) / size}));
}

}  // namespace

template <class T>
void gram(const T* y, index_t n, index_t k, index_t ld, T* out) {
  const index_t rows = (k + lanes<T> - 1) / lanes<T> * lanes<T>, size = rows * rows;
  const index_t slices = gram_slices(n, size);
  const int threads = static_cast<int>(std::min<index_t>(slices, omp_get_max_threads()));
  std::vector<double> sums(static_cast<std::size_t>(slices * size));
  std::vector<gram_scratch<T>> scratch;
  for (int t = 0; t < threads; ++t) scratch.emplace_back(rows / lanes<T>, size);
#pragma omp parallel for schedule(dynamic) num_threads(threads)
  for (index_t s = 0; s < slices; ++s)
    add_gram(y, n * s / slices, n * (s + 1) / slices, k, ld,
             scratch[static_cast<std::size_t>(omp_get_thread_num())], sums.data() + s * size);
  for (index_t s = 1; s < slices; ++s)
    for (index_t j = 0; j < size; ++j)
      sums[static_cast<std::size_t>(j)] += sums[static_cast<std::size_t>(s * size + j)];
  for (index_t i = 0; i < k; ++i)
    for (index_t j = i; j < k; ++j) {
      const index_t at = (j / lanes<T> * rows + i) * lanes<T> + j % lanes<T>;
      out[i * k + j] = out[j * k + i] = static_cast<T>(sums[static_cast<std::size_t>(at)]);
    }
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
double row_loss(csr_view<T> ratings, double alpha, index_t u, const double* x, const T* y, index_t ldy,
                index_t k) {
  constexpr index_t ahead = 16;
  const index_t end = ratings.offsets[ratings.rows];
  double loss = 0;
  for (index_t e = ratings.offsets[u]; e < ratings.offsets[u + 1]; ++e) {
    if (e + ahead < end) {
      const T* next = y + index_t{ratings.columns[e + ahead]} * ldy;
      for (index_t j = 0; j < k; j += 64 / static_cast<index_t>(sizeof(T))) __builtin_prefetch(next + j);
    }
    if (ratings.values[e] == 0) continue;
    const double s = predict(x, y + index_t{ratings.columns[e]} * ldy, k);
    loss += (1 + alpha * static_cast<double>(ratings.values[e])) * (1 - s) * (1 - s) - s * s;
  }
  return loss;
}

}  // namespace

template <class T>
double als_observed_loss(csr_view<T> ratings, T alpha, const T* x, index_t ldx, const T* y, index_t ldy,
                         index_t k) {
  constexpr index_t block_rows = 64;
  const index_t blocks = (ratings.rows + block_rows - 1) / block_rows;
  const int threads = omp_get_max_threads();
  std::vector<double> sums(static_cast<std::size_t>(blocks)), rows(static_cast<std::size_t>(threads * k));
#pragma omp parallel for schedule(dynamic, 4) num_threads(threads)
  for (index_t b = 0; b < blocks; ++b) {
    double* row = rows.data() + omp_get_thread_num() * k;
    double sum = 0;
    for (index_t u = b * block_rows; u < std::min(ratings.rows, (b + 1) * block_rows); ++u) {
      std::copy_n(x + u * ldx, k, row);
      sum += row_loss(ratings, static_cast<double>(alpha), u, row, y, ldy, k);
    }
    sums[static_cast<std::size_t>(b)] = sum;
  }
  double loss = 0;
  for (const double s : sums) loss += s;
  return loss;
}

template void gram(const float*, index_t, index_t, index_t, float*);
template void gram(const double*, index_t, index_t, index_t, double*);
template double als_observed_loss(csr_view<float>, float, const float*, index_t, const float*, index_t,
                                  index_t);
template double als_observed_loss(csr_view<double>, double, const double*, index_t, const double*, index_t,
                                  index_t);

}  // namespace pantile::kernel
