#pragma once

#include "rank_update.hpp"
#include "row_panels.hpp"

#include <pantile/kernel/parallel.hpp>

#include <algorithm>
#include <type_traits>

/// Gram matrices of very many rows: BLAS xSYRK reaches a third of its best rate where columns are few.
namespace pantile::kernel::detail {

/// Whether packed rows are faster than BLAS, which finds out at run time what the processor has.
inline constexpr bool packs_rows = vector_bytes >= 32;

/// Adds the Gram matrices of packed rows to sums in double, by way of sums of some hundred rows: errors do not
/// grow with the number of rows.
template <class T>
class gram_adder {
 public:
  using piece = row_panels<T>;
  using sum = double;

  explicit gram_adder(index_t n) : size_(size(n)), part_(size_), zero_(size_) {
    std::fill_n(part_.get(), size_, T{});  // the lower block triangle is never computed
    std::fill_n(zero_.get(), size_, T{});
  }

  /// How many sums there are, and which of them is that of columns i <= j.
  static index_t size(index_t n) { return padded(n) * padded(n); }
  static index_t place(index_t n, index_t i, index_t j) { return panel_place<T>(padded(n), i, j); }

  /// Adds a piece, and meanwhile brings the next one nearer.
  void add(piece const& a, sum* sums) {
    constexpr std::size_t line = 64 / sizeof(T);
    auto next = a.next();
    rank_update(a.data(), a.data(), piece::stride, a.rows(), pieces_ == 0 ? zero_.get() : part_.get(),
                part_.get(), a.panels(), nothing{}, [&] {
                  if (next.size() < line) return;
                  __builtin_prefetch(next.data(), 0, 2);
                  next = next.subspan(line);
                });
    if (++pieces_ == most_pieces) finish(sums);
  }
  /// Adds what is left of those before.
  void finish(sum* sums) {
    if (pieces_ > 0)
      for (index_t e = 0; e < size_; ++e) sums[e] += static_cast<sum>(part_.get()[e]);
    pieces_ = 0;
  }

 private:
  static constexpr int most_pieces = std::is_same_v<T, double> ? 8 : 1;
  static index_t padded(index_t n) { return panels_of<T>(n) * lanes<T>; }

  index_t size_;
  int pieces_ = 0;  // in part_
  buffer<T> part_, zero_;
};

/// c = the upper triangle of the Gram matrix of `rows` rows of n elements, `ld` elements apart, which pass
/// through pieces; `prepare` may change each. The same on any number of threads: slices have sums of their own,
/// of 32 MiB at most. Adder: gram_adder, or one for other types.
template <class Adder, class T, class Prepare>
void sum_gram(index_t rows, index_t n, T const* a, index_t ld, T* c, index_t ldc, Prepare const& prepare) {
  using sum = typename Adder::sum;
  index_t const size = Adder::size(n),
                room = (index_t{32} << 20) / std::max<index_t>(1, size * index_t{sizeof(sum)});
  index_t const slices = std::clamp<index_t>(std::min(rows / 512, room), 1, 128);
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
      adder.finish(own);
    }
  });
  parallel_ranges(size, slices * size, [&](index_t first, index_t last, int) {
    for (index_t s = 1; s < slices; ++s)
      for (index_t e = first; e < last; ++e) sums.get()[e] += sums.get()[s * size + e];
  });
  for (index_t i = 0; i < n; ++i)
    for (index_t j = i; j < n; ++j) c[i * ldc + j] = static_cast<T>(sums.get()[Adder::place(n, i, j)]);
}

}  // namespace pantile::kernel::detail
