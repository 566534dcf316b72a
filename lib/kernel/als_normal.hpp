#pragma once

#include "rank_update.hpp"

#include <pantile/kernel/als.hpp>

#include <algorithm>
#include <cmath>

/// The normal equations of one row of ratings, from gathered rows of factors.
namespace pantile::kernel::detail {

/// Entries per packed chunk: a panel is then 4 KiB, and four panels (one tile's reach) half a first-level
/// cache.
inline constexpr index_t chunk_entries = 96;

/// Elements n <= lanes of p, zeros behind them; reads nothing else, where `whole` says that the n elements end
/// at least `lanes` elements behind the start of their row.
template <class T>
inline vec<T> load_tail(const T* p, int n, bool whole) {
  vec<T> x{};
  if (whole) {
    typename simd<T>::mask shift{};
    for (int l = 0; l < lanes<T>; ++l) shift[l] = l;
    const vec<T> y = load_unaligned(p + n - lanes<T>);
    return __builtin_shuffle(y, x, shift + (lanes<T> - n));
  }
  for (int l = 0; l < n; ++l) x[l] = p[l];
  return x;
}

/// One chunk of the entries of a row: which rows of factors, scaled by what, and the packed copies.
template <class T>
struct chunk {
  const T* row[chunk_entries];
  T root[chunk_entries];    // sqrt(|1 - w + alpha r|), the scale of the packed copy; 1 of explicit ratings
  T sign[chunk_entries];    // of 1 - w + alpha r
  T weight[chunk_entries];  // 1 + alpha r; the target of explicit ratings
  index_t size;
  bool negative;  // whether any sign is
};

template <class T>
class normal_equations {
 public:
  /// Elements of scratch for `panels` panels: one packed copy, and one with signs for negative ratings.
  static index_t scratch_size(index_t panels) { return 2 * panels * panel_size_; }

  normal_equations(csr_view<T> ratings, const als_weights<T>& weights, const T* y, index_t k, index_t ldy,
                   T* scratch)
      : ratings_{ratings},
        weights_{weights},
        y_{y},
        k_{k},
        ldy_{ldy},
        panels_{panels_of<T>(k)},
        packed_{scratch},
        signed_{scratch + panels_ * panel_size_} {}

  /// Upper block triangle of a = base + sum_e (1 - w + alpha r_e) y_e y_e', b = sum_e (1 + alpha r_e) y_e over
  /// the entries [begin, end), both padded to whole panels. Returns how many of the entries are ratings.
  index_t accumulate(index_t begin, index_t end, const T* base, T* a, T* b) {
    std::fill_n(b, panels_ * lanes<T>, T{});
    const index_t chunks = std::max<index_t>(1, (end - begin + chunk_entries - 1) / chunk_entries);
    index_t used = 0;
    for (index_t c = 0; c < chunks; ++c) {
      const index_t from = begin + (end - begin) * c / chunks;
      const index_t to = begin + (end - begin) * (c + 1) / chunks;
      select(from, to);
      pack(b);
      index_t ahead = to;
      const index_t last = std::min(to + chunk_entries, ratings_.offsets[ratings_.rows]);
      const T* s = chunk_.negative ? signed_ : packed_;
      rank_update(s, packed_, panel_size_, chunk_.size, c == 0 ? base : a, a, panels_, [&] {
        for (int i = 0; i < prefetch_rows_ && ahead < last; ++i) prefetch(ahead++);
      });
      used += chunk_.size;
    }
    return used;
  }

 private:
  static constexpr index_t panel_size_ = chunk_entries * lanes<T>;
  static constexpr int prefetch_rows_ = 8;

  void prefetch(index_t e) const { prefetch_row(y_ + index_t{ratings_.columns[e]} * ldy_, k_); }

  void select(index_t from, index_t to) {
    if (weights_.explicit_feedback) return select_all(from, to);
    const T alpha = weights_.alpha, extra = 1 - weights_.unobserved;
    T c[chunk_entries];
    index_t n = 0;
    T least{};
    for (index_t e = from; e < to; ++e) {
      const T r = ratings_.values[e];
      c[n] = alpha * r;
      chunk_.row[n] = y_ + index_t{ratings_.columns[e]} * ldy_;
      n += r != 0;
    }
    for (index_t i = 0; i < n; ++i) {
      chunk_.weight[i] = 1 + c[i];
      c[i] += extra;
      chunk_.root[i] = std::sqrt(std::abs(c[i]));
      least = std::min(least, c[i]);
    }
    chunk_.size = n;
    chunk_.negative = least < 0;
    if (chunk_.negative)
      for (index_t i = 0; i < n; ++i) chunk_.sign[i] = c[i] < 0 ? T{-1} : T{1};
  }

  void select_all(index_t from, index_t to) {
    chunk_.size = to - from;
    chunk_.negative = false;
    for (index_t i = 0; i < chunk_.size; ++i) {
      const T* const y = y_ + index_t{ratings_.columns[from + i]} * ldy_;
      chunk_.row[i] = y;
      chunk_.root[i] = 1;
      chunk_.weight[i] = weights_.target(ratings_.values[from + i], y);
    }
  }

  /// Panels [v, v + Panels) of the packed copy and of b.
  template <int Panels, bool Tail = false>
  void pack_panels(index_t v, T* b) {
    vec<T> sum[Panels];
    T* out = packed_ + v * panel_size_;
    const int tail = static_cast<int>(k_ - v * lanes<T>);
    for (int i = 0; i < Panels; ++i) sum[i] = at(b + (v + i) * lanes<T>);
    for (index_t e = 0; e < chunk_.size; ++e) {
      const T root = chunk_.root[e], weight = chunk_.weight[e];
      for (int i = 0; i < Panels; ++i) {
        const T* p = chunk_.row[e] + (v + i) * lanes<T>;
        const vec<T> y = Tail ? load_tail(p, tail, v > 0) : load_unaligned(p);
        at(out + i * panel_size_ + e * lanes<T>) = root * y;
        sum[i] += weight * y;
      }
    }
    for (int i = 0; i < Panels; ++i) at(b + (v + i) * lanes<T>) = sum[i];
  }

  void pack(T* b) {
    const index_t whole = k_ / lanes<T>;
    index_t v = 0;
    for (; v + 4 <= whole; v += 4) pack_panels<4>(v, b);
    if (whole - v >= 2) {
      pack_panels<2>(v, b);
      v += 2;
    }
    for (; v < whole; ++v) pack_panels<1>(v, b);
    if (v < panels_) pack_panels<1, true>(v, b);
    if (chunk_.negative) apply_signs();
  }

  void apply_signs() {
    for (index_t v = 0; v < panels_; ++v)
      for (index_t e = 0; e < chunk_.size; ++e) {
        const index_t i = v * panel_size_ + e * lanes<T>;
        at(signed_ + i) = chunk_.sign[e] * at(packed_ + i);
      }
  }

  csr_view<T> ratings_;
  als_weights<T> weights_;
  const T* y_;
  index_t k_;
  index_t ldy_;
  index_t panels_;
  T* packed_;
  T* signed_;
  chunk<T> chunk_;
};

}  // namespace pantile::kernel::detail
