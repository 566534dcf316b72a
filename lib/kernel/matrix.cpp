#include "../base/instantiate.hpp"
#include "blas.hpp"
#include "gram_sum.hpp"
#include "integer_gemm.hpp"

#include <pantile/kernel/matrix.hpp>
#include <pantile/kernel/parallel.hpp>
#include <pantile/trace/recorder.hpp>

#include <algorithm>
#include <type_traits>

namespace pantile::kernel {

namespace {

/// Up to here, packed rows sum up a Gram matrix faster than BLAS does.
constexpr index_t most_packed_columns = 256;

template <class T>
void scale(index_t m, index_t n, T beta, T* c, index_t ldc) {
  for (index_t i = 0; i < m; ++i)
    for (index_t j = 0; j < n; ++j) {
      T& x = c[i * ldc + j];
      if (beta == T(0))
        x = T(0);
      else if constexpr (blas::has<T>)
        x *= beta;
      else
        x = static_cast<T>(static_cast<std::make_unsigned_t<T>>(x) *
                           static_cast<std::make_unsigned_t<T>>(beta));
    }
}

template <class T>
void multiply(index_t m, index_t n, index_t k, matrix_view<T> a, matrix_view<T> b, T* c, index_t ldc, T alpha,
              T beta) {
  if ((k == 0 || !blas::has<T>)&&beta != T(1)) scale(m, n, beta, c, ldc);
  if (k == 0) return;
  if constexpr (blas::has<T>)
    blas::product(m, n, k, alpha, a, b, beta, c, ldc);
  else
    parallel_ranges(m, m * n * k, [&](index_t begin, index_t end, int) {
      detail::integer_product<T>(n, k, a, b, c, ldc, alpha).add_rows(begin, end);
    });
}

/// Tells what `count` products cost.
template <class T>
void tell_products(index_t count, index_t m, index_t n, index_t k) {
  auto const products = static_cast<double>(count);
  trace::computed(products * 2.0 * static_cast<double>(m) * static_cast<double>(n) * static_cast<double>(k));
  trace::read(products * static_cast<double>(m * k + k * n) * sizeof(T));
}

}  // namespace

template <class T>
void gemm(index_t m, index_t n, index_t k, matrix_view<T> a, matrix_view<T> b, T* c, index_t ldc, T alpha,
          T beta) {
  if (m == 0 || n == 0) return;
  tell_products<T>(1, m, n, k);
  if (!trace::rehearsing()) multiply(m, n, k, a, b, c, ldc, alpha, beta);
}

template <class T>
void gemm_pages(index_t count, index_t m, index_t n, index_t k, function_ref<page_product<T>(index_t i)> page) {
  if (m == 0 || n == 0) return;
  tell_products<T>(count, m, n, k);
  if (trace::rehearsing()) return;
  auto const carry_out = [&](index_t begin, index_t end, int) {
    for (index_t i = begin; i < end; ++i) {
      auto const [a, b, c] = page(i);
      multiply(m, n, k, a, b, c, n, T(1), T(0));
    }
  };
  // What OpenBLAS does not share out among threads of its own.
  constexpr double small = 64.0 * 64 * 64;
  if (static_cast<double>(m) * static_cast<double>(n) * static_cast<double>(k) <= small)
    parallel_ranges(count, count * m * n * std::max<index_t>(k, 1), carry_out);
  else
    carry_out(0, count, 0);
}

template <class T>
void gram_matrix(index_t n, index_t k, matrix_view<T> a, T* c, index_t ldc) {
  if constexpr (!blas::has<T>) {
    gemm<T>(n, n, k, {a.data, a.ld, !a.transposed}, a, c, ldc);
  } else {
    if (n == 0) return;
    if (k == 0) return gemm<T>(n, n, k, {a.data, a.ld, !a.transposed}, a, c, ldc);
    trace::computed(static_cast<double>(n) * static_cast<double>(n + 1) * static_cast<double>(k));
    trace::read(static_cast<double>(n * k) * sizeof(T));
    if (trace::rehearsing()) return;
    if constexpr (!is_complex<T> && detail::packs_rows) {
      if (!a.transposed && n >= detail::lanes<T> && n <= most_packed_columns && k > n) {
        detail::sum_gram<detail::gram_adder<T>>(k, n, a.data, a.ld, c, ldc, [](auto&) {});
        return blas::mirror(n, c, ldc);
      }
    }
    blas::syrk(n, k, T(1), a, T(0), c, ldc);
    blas::mirror(n, c, ldc);
  }
}

template <class T>
void add_layers(index_t layers, index_t count, T const* parts, T* sums) {
  trace::computed(static_cast<double>((layers - 1) * count));
  parallel_ranges(count, layers * count, [&](index_t begin, index_t end, int) {
    constexpr index_t piece = 2048;  // stays in cache while the layers are added to it
    for (index_t i = begin; i < end; i += piece) {
      index_t const last = std::min(end, i + piece);
      std::copy(parts + i, parts + last, sums + i);
      for (index_t l = 1; l < layers; ++l)
        for (index_t e = i; e < last; ++e) {
          if constexpr (blas::has<T>)
            sums[e] += parts[l * count + e];
          else
            sums[e] = static_cast<T>(static_cast<std::make_unsigned_t<T>>(sums[e]) +
                                     static_cast<std::make_unsigned_t<T>>(parts[l * count + e]));
        }
    }
  });
}

#define PANTILE_INSTANTIATE(T)                                                                          \
  template void gemm(index_t, index_t, index_t, matrix_view<T>, matrix_view<T>, T*, index_t, T, T);     \
  template void gemm_pages(index_t, index_t, index_t, index_t, function_ref<page_product<T>(index_t)>); \
  template void gram_matrix(index_t, index_t, matrix_view<T>, T*, index_t);                             \
  template void add_layers(index_t, index_t, T const*, T*);
PANTILE_FOR_PRODUCT_TYPES(PANTILE_INSTANTIATE)
#undef PANTILE_INSTANTIATE

}  // namespace pantile::kernel
