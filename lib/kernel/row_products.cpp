#include "simd.hpp"

#include <pantile/kernel/row_products.hpp>

#include <cstring>

namespace pantile::kernel {

namespace {

using detail::lanes;
using detail::vec;

/// Rows that are computed at a time, in registers. The last ones, too: alone they might be rounded otherwise.
constexpr index_t tile_rows = 4;

/// V vectors of the rows at x[0], ..., of which the first `rows` are stored.
template <int V, class T>
void multiply_tile(T const* const (&x)[tile_rows], T const* w, index_t width, index_t k, T* out, index_t rows,
                   index_t n, index_t columns) {
  vec<T> sum[tile_rows][V] = {};
  for (index_t p = 0; p < k; ++p) {
    vec<T> right[V];
    for (int v = 0; v < V; ++v) right[v] = detail::load_unaligned(w + p * width + v * lanes<T>);
    for (int r = 0; r < tile_rows; ++r)
      for (int v = 0; v < V; ++v) sum[r][v] += x[r][p] * right[v];
  }
  for (index_t r = 0; r < rows; ++r)
    std::memcpy(out + r * n, sum[r], static_cast<std::size_t>(columns) * sizeof(T));
}

template <int V, class T>
void multiply_strip(index_t rows, T const* x, index_t ld, packed_columns<T> const& w, index_t j, T* out) {
  index_t const columns = std::min(index_t{V} * lanes<T>, w.n - j);
  for (index_t i = 0; i < rows; i += tile_rows) {
    index_t const here = std::min(tile_rows, rows - i);
    T const* row[tile_rows];
    for (index_t r = 0; r < tile_rows; ++r) row[r] = x + (i + std::min(r, here - 1)) * ld;
    multiply_tile<V>(row, w.elements.get() + j, w.width, w.k, out + i * w.n + j, here, w.n, columns);
  }
}

}  // namespace

template <class T>
packed_columns<T> pack_columns(index_t k, index_t n, T const* w, strides_t<2> const& strides) {
  packed_columns<T> packed{k, n, detail::panels_of<T>(n) * lanes<T>, nullptr};
  auto const elements = static_cast<std::size_t>(k * packed.width);
  packed.elements = std::shared_ptr<T>(new T[elements](), std::default_delete<T[]>());
  for (index_t p = 0; p < k; ++p)
    for (index_t j = 0; j < n; ++j)
      packed.elements.get()[p * packed.width + j] = w[p * strides[0] + j * strides[1]];
  return packed;
}

template <class T>
void multiply_rows(index_t rows, T const* x, index_t ld, packed_columns<T> const& w, T* out) {
  index_t j = 0;
  for (; j + lanes<T> < w.n; j += index_t{2} * lanes<T>) multiply_strip<2>(rows, x, ld, w, j, out);
  if (j < w.n) multiply_strip<1>(rows, x, ld, w, j, out);
}

template <class T>
void product_rows<T>::compute(index_t first, index_t last) {
  index_t const n = w_.n, from = first / n,
                to = std::max((last + n - 1) / n, std::min(rows_, from + std::max<index_t>(1, longest / n)));
  multiply_rows(to - from, x_ + from * ld_, ld_, w_, block_.data());
  lo_ = from * n;
  hi_ = to * n;
}

#define PANTILE_INSTANTIATE(T)                                                              \
  template packed_columns<T> pack_columns(index_t, index_t, T const*, strides_t<2> const&); \
  template void multiply_rows(index_t, T const*, index_t, packed_columns<T> const&, T*);    \
  template class product_rows<T>;
PANTILE_INSTANTIATE(float)
PANTILE_INSTANTIATE(double)
#undef PANTILE_INSTANTIATE

}  // namespace pantile::kernel
