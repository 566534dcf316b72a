#include "simd.hpp"

#include <pantile/kernel/row_products.hpp>

#include <cstring>

namespace pantile::kernel {

namespace {

using detail::lanes;
using detail::vec;

/// R rows by V vectors of the product, all in registers.
template <int R, int V, class T>
void multiply_tile(T const* x, index_t ld, T const* w, index_t width, index_t k, T* out, index_t n,
                   index_t columns) {
  vec<T> sum[R][V] = {};
  for (index_t p = 0; p < k; ++p) {
    vec<T> right[V];
    for (int v = 0; v < V; ++v) right[v] = detail::load_unaligned(w + p * width + v * lanes<T>);
    for (int r = 0; r < R; ++r)
      for (int v = 0; v < V; ++v) sum[r][v] += x[r * ld + p] * right[v];
  }
  for (int r = 0; r < R; ++r) std::memcpy(out + r * n, sum[r], static_cast<std::size_t>(columns) * sizeof(T));
}

template <int V, class T>
void multiply_strip(index_t rows, T const* x, index_t ld, packed_columns<T> const& w, index_t j, T* out) {
  index_t const columns = std::min(index_t{V} * lanes<T>, w.n - j);
  T const* const right = w.elements.get() + j;
  index_t i = 0;
  for (; i + 4 <= rows; i += 4)
    multiply_tile<4, V>(x + i * ld, ld, right, w.width, w.k, out + i * w.n + j, w.n, columns);
  for (; i < rows; ++i)
    multiply_tile<1, V>(x + i * ld, ld, right, w.width, w.k, out + i * w.n + j, w.n, columns);
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
