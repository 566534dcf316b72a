#include "../base/instantiate.hpp"
#include "blas.hpp"

#include <pantile/kernel/row_blocks.hpp>
#include <pantile/trace/recorder.hpp>

#include <cmath>
#include <vector>

namespace pantile::kernel {

namespace {

/// A block of rows this large stays in the second-level cache of any processor of the last ten years, beside
/// its panels.
constexpr index_t block_bytes = 192 << 10;

template <class T>
index_t rows_per_block(index_t k) {
  index_t const rows = block_bytes / (std::max<index_t>(k, 1) * index_t{sizeof(T)});
  return std::clamp<index_t>(rows, 4, 512);
}

template <class T>
matrix_view<T> rows_from(matrix_view<T> x, index_t i) {
  return {x.data + (x.transposed ? i : i * x.ld), x.ld, x.transposed};
}
template <class T>
T const& element_of(matrix_view<T> x, index_t i, index_t j) {
  return x.transposed ? x.data[j * x.ld + i] : x.data[i * x.ld + j];
}

}  // namespace

template <class T>
void one_pass_product(index_t m, index_t n, index_t k, matrix_view<T> x, std::span<inner_factor<T> const> inner,
                      T* c, between_ref<T> between) {
  index_t width = n;
  for (auto const& f : inner) width += f.n;
  auto const elements = static_cast<double>(m) * static_cast<double>(k);
  trace::computed(2.0 * elements * static_cast<double>(width));
  trace::read((elements + static_cast<double>(k) * static_cast<double>(width - n)) * sizeof(T));
  if (trace::rehearsing()) return;
  std::fill_n(c, k * n, T(0));
  if (m == 0 || n == 0) return;

  index_t const step = rows_per_block<T>(k), blocks = (m + step - 1) / step;
  // Parts add up products of their own, which are added in their order: however many threads there are, the sum
  // is the same. They take at most 64 MiB.
  index_t const room = (index_t{64} << 20) / std::max<index_t>(k * n * index_t{sizeof(T)}, 1);
  index_t const parts = std::min(blocks, std::clamp<index_t>(room, 1, 32));
  std::vector<std::vector<T>> sums(static_cast<std::size_t>(parts));
  parallel_ranges(parts, m * (k + 1), [&](index_t begin, index_t end, int) {
    std::vector<std::vector<T>> storage;
    std::vector<T*> panels;
    for (auto const& f : inner)
      panels.push_back(storage.emplace_back(static_cast<std::size_t>(step * f.n)).data());
    std::vector<T> v(static_cast<std::size_t>(step * n));
    for (index_t part = begin; part < end; ++part) {
      auto& own = sums[static_cast<std::size_t>(part)];
      own.assign(static_cast<std::size_t>(k * n), T(0));
      for (index_t block = blocks * part / parts; block < blocks * (part + 1) / parts; ++block) {
        index_t const lo = block * step, hi = std::min(lo + step, m), rows = hi - lo;
        auto const here = rows_from(x, lo);
        for (std::size_t i = 0; i < inner.size(); ++i) {
          index_t const ni = inner[i].n;
          if (ni > 0 && k > 0)
            blas::product(rows, ni, k, T(1), here, {inner[i].data, ni, false}, T(0), panels[i], ni);
          else
            std::fill_n(panels[i], rows * ni, T(0));
        }
        between(lo, hi, panels, v.data());
        if (k > 0)
          blas::product<T>(k, n, rows, T(1), {here.data, here.ld, !here.transposed}, {v.data(), n, false}, T(1),
                           own.data(), n);
      }
    }
  });
  for (auto const& own : sums)
    for (std::size_t i = 0; i < own.size(); ++i) c[i] += own[i];
}

template <class T>
void weighted_gram(index_t n, index_t k, matrix_view<T> a, T const* weights, T* c, index_t ldc) {
  trace::computed(static_cast<double>(n) * static_cast<double>(n + 2) * static_cast<double>(k));
  trace::read(static_cast<double>(n * k) * sizeof(T));
  if (trace::rehearsing()) return;
  for (index_t i = 0; i < n; ++i) std::fill_n(c + i * ldc, n, T(0));
  if (n == 0) return;
  index_t const step = std::max<index_t>(64, rows_per_block<T>(n));
  // Scaled rows from the front, those to be taken away from the back.
  std::vector<T> panel(static_cast<std::size_t>(step * n));
  for (index_t lo = 0; lo < k; lo += step) {
    index_t front = 0, back = step;
    for (index_t i = lo; i < std::min(lo + step, k); ++i) {
      T const w = weights[i];
      if (w == T(0)) continue;
      T scale;
      bool less = false;
      if constexpr (is_complex<T>) {
        scale = std::sqrt(w);
      } else {
        less = w < T(0);
        scale = std::sqrt(std::abs(w));
      }
      T* row = panel.data() + (less ? --back : front++) * n;
      for (index_t j = 0; j < n; ++j) row[j] = scale * element_of(a, i, j);
    }
    if (front > 0) blas::syrk<T>(n, front, T(1), {panel.data(), n, false}, T(1), c, ldc);
    if (back < step) blas::syrk<T>(n, step - back, T(-1), {panel.data() + back * n, n, false}, T(1), c, ldc);
  }
  blas::mirror(n, c, ldc);
}

#define PANTILE_INSTANTIATE(T)                                                                                \
  template void one_pass_product(index_t, index_t, index_t, matrix_view<T>, std::span<inner_factor<T> const>, \
                                 T*, between_ref<T>);                                                         \
  template void weighted_gram(index_t, index_t, matrix_view<T>, T const*, T*, index_t);
PANTILE_FOR_LAPACK_TYPES(PANTILE_INSTANTIATE)
#undef PANTILE_INSTANTIATE

}  // namespace pantile::kernel
