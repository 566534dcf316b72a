#pragma once

#include "rank_update.hpp"
#include "row_panels.hpp"

#include <pantile/kernel/parallel.hpp>

#include <algorithm>
#include <type_traits>

/// Gram matrices of very many rows: BLAS xSYRK reaches a third of its best rate where columns are few.
namespace pantile::kernel::detail {

/// Adds the Gram matrices of packed rows to sums in double.
template <class T>
class gram_adder {
 public:
  using piece = row_panels<T>;
  using sum = double;

  explicit gram_adder(index_t n) : size_(std::is_same_v<T, double> ? 0 : size(n)), part_(size_), zero_(size_) {
    std::fill_n(part_.get(), size_, T{});  // the lower block triangle is never computed
    std::fill_n(zero_.get(), size_, T{});
  }

  /// How many sums there are, and which of them is that of columns i <= j.
  static index_t size(index_t n) { return padded(n) * padded(n); }
  static index_t place(index_t n, index_t i, index_t j) {
    return (j / lanes<T> * padded(n) + i) * lanes<T> + j % lanes<T>;
  }

  /// `sums` is on a cache line. The next piece is brought nearer meanwhile.
  void add(piece const& a, double* sums) {
    constexpr std::size_t line = 64 / sizeof(T);
    auto next = a.next();
    auto const prefetch = [&] {
      if (next.size() < line) return;
      __builtin_prefetch(next.data(), 0, 2);
      next = next.subspan(line);
    };
    auto const update = [&](T const* src, T* dst) {
      rank_update(
          a.data(), a.data(), piece::stride, a.rows(), src, dst, a.panels(), [] {}, prefetch);
    };
    if constexpr (std::is_same_v<T, double>) return update(sums, sums);
    update(zero_.get(), part_.get());
    for (index_t e = 0; e < size_; ++e) sums[e] += static_cast<double>(part_.get()[e]);
  }

 private:
  static index_t padded(index_t n) { return (n + lanes<T> - 1) / lanes<T> * lanes<T>; }

  index_t size_;  // of the sum of a piece, where that is not added at once
  buffer<T> part_, zero_;
};

/// c = the upper triangle of the Gram matrix of `rows` rows of n elements, `ld` elements apart, which pass
/// through pieces; `prepare` may change each. The same on any number of threads: slices have sums of their own,
/// of 64 MiB at most. Adder: gram_adder, or one for other types.
template <class Adder, class T, class Prepare>
void sum_gram(index_t rows, index_t n, T const* a, index_t ld, T* c, index_t ldc, Prepare const& prepare) {
  using sum = typename Adder::sum;
  index_t const size = Adder::size(n);
  index_t const slices = std::max<index_t>(1, std::min({index_t{32}, rows / 1024, (index_t{8} << 20) / size}));
  buffer<sum> sums(slices * size);
  parallel_ranges(slices, rows * n * n, [&](index_t first, index_t last, int) {
    typename Adder::piece piece(n);
    Adder adder(n);
    for (index_t s = first; s < last; ++s) {
      sum* const own = sums.get() + s * size;
      std::fill_n(own, size, sum(0));
      index_t const end = rows * (s + 1) / slices;
      for (index_t i = rows * s / slices; i < end; i += piece.rows()) {
        piece.take(a + i * ld, end - i, ld);
        prepare(piece);
        adder.add(piece, own);
      }
    }
  });
  for (index_t s = 1; s < slices; ++s)
    for (index_t e = 0; e < size; ++e) sums.get()[e] += sums.get()[s * size + e];
  for (index_t i = 0; i < n; ++i)
    for (index_t j = i; j < n; ++j) c[i * ldc + j] = static_cast<T>(sums.get()[Adder::place(n, i, j)]);
}

}  // namespace pantile::kernel::detail
