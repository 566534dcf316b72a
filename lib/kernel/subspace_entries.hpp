#pragma once

#include "als_normal.hpp"
#include "als_work.hpp"

#include <algorithm>
#include <vector>

/// Entries of a row of ratings beside one block of factors after the other.
namespace pantile::kernel::detail {

/// Consecutive factors, and the panels that they take where each block begins with a panel of its own.
struct factor_block {
  index_t begin, width;   // factors
  index_t panel, panels;  // the first, how many
};

/// The blocks of so many factors each, the last one with what is left.
template <class T>
std::vector<factor_block> blocks_of(index_t k, index_t width) {
  std::vector<factor_block> blocks;
  index_t panel = 0;
  for (index_t begin = 0; begin < k; begin += width) {
    const index_t n = std::min(width, k - begin);
    blocks.push_back({begin, n, panel, panels_of<T>(n)});
    panel += panels_of<T>(n);
  }
  return blocks;
}

/// Elements of panel v of a block.
template <class T>
int panel_width(const factor_block& block, index_t v) {
  return static_cast<int>(std::min<index_t>(lanes<T>, block.width - v * lanes<T>));
}

/// One thread's memory for the entries of a row: packed once for all blocks where they fit in a part of a
/// second-level cache, else again for each block. Predictions are one number for each entry. What computes is
/// never inlined: two copies of it may round differently, and which rows meet which depends on the threads.
template <class T>
class blocked_entries {
 public:
  blocked_entries(const row_systems<T>& p, const std::vector<factor_block>& blocks)
      : systems_{p},
        blocks_{blocks},
        panels_{blocks.back().panel + blocks.back().panels},
        chunk_{std::clamp<index_t>(cache_bytes / row_bytes() / lanes<T> * lanes<T>, lanes<T>, chunk_entries)},
        chunks_{std::max<index_t>(1, cache_bytes / (chunk_ * row_bytes()))},
        rows_(chunks_ * panels_ * stride()),
        scaled_(blocks.front().panels * stride()),
        rank_weight_(chunks_ * chunk_),
        target_weight_(chunks_ * chunk_) {}

  /// predictions[i] = the product of x, in panels, with the factors of entry begin + i, 0 where it is no
  /// rating.
  [[gnu::noinline]] void predict(index_t begin, index_t end, const T* x, T* predictions) {
    visit(begin, end, nullptr, [&](const chunk_view& c) {
      multiply(c, 0, panels_, x, [&](index_t e, T product) { predictions[c.first - begin + e] = product; });
    });
  }

  /// The same entries' part of the system of a block:
  ///   h = base + sum_e c_e y_e y_e',  g += sum_e (w_e - c_e predictions_e) y_e
  /// in panels, where c_e and w_e are the entry's weights in matrix and right side of als_solve.
  [[gnu::noinline]] void form(index_t begin, index_t end, const factor_block& block, const T* predictions,
                              const T* base, T* h, T* g) {
    visit(begin, end, &block, [&](const chunk_view& c) {
      const T* const packed = c.rows + block.panel * stride();
      T left[chunk_entries];
      for (index_t e = 0; e < c.size; ++e)
        left[e] = c.target_weight[e] - c.rank_weight[e] * predictions[c.first - begin + e];
      for (index_t v = 0; v < block.panels; ++v)
        scale(packed + v * stride(), c, left, scaled_.get() + v * stride(), g + v * lanes<T>);
      rank_update(scaled_.get(), packed, stride(), c.size, base, h, block.panels, nothing{});
      base = h;
    });
  }

  /// Adds to the predictions what a step along a block adds.
  [[gnu::noinline]] void add_step(index_t begin, index_t end, const factor_block& block, const T* step,
                                  T* predictions) {
    visit(begin, end, &block, [&](const chunk_view& c) {
      multiply(c, block.panel, block.panels, step,
               [&](index_t e, T product) { predictions[c.first - begin + e] += product; });
    });
  }

 private:
  static constexpr index_t cache_bytes = index_t{1} << 18;
  static constexpr index_t prefetched = 8;  // entries ahead

  struct chunk_view {
    const T *rows, *rank_weight, *target_weight;
    index_t first, size;  // entries
  };

  index_t row_bytes() const { return panels_ * vector_bytes; }
  index_t stride() const { return chunk_ * lanes<T>; }  // of panels

  /// Calls body(chunk_view) for all chunks, in which the block, or every block, is packed.
  template <class Body>
  void visit(index_t begin, index_t end, const factor_block* block, Body&& body) {
    const index_t room = chunks_ * chunk_;
    for (index_t from = begin; from < end; from += room) {
      const index_t to = std::min(from + room, end);
      pack(from, to, block);
      for (index_t first = from; first < to; first += chunk_) {
        const index_t i = (first - from) / chunk_;
        body(chunk_view{rows_.get() + i * panels_ * stride(), rank_weight_.get() + i * chunk_,
                        target_weight_.get() + i * chunk_, first, std::min(chunk_, to - first)});
      }
    }
  }

  void pack(index_t from, index_t to, const factor_block* block) {
    if (from_ == from && to_ == to && (block_ == nullptr || block_ == block)) return;
    from_ = from;
    to_ = to;
    block_ = block;
    const factor_block* const first = block ? block : blocks_.data();
    const factor_block* const last = block ? block + 1 : blocks_.data() + blocks_.size();
    const index_t begin = first->begin, width = (last - 1)->begin + (last - 1)->width - begin;
    for (index_t e = from; e < to; ++e) {
      if (e + prefetched < to) prefetch_row(systems_.factors_of(e + prefetched) + begin, width);
      const index_t place = e - from;
      T* const out = rows_.get() + place / chunk_ * panels_ * stride() + place % chunk_ * lanes<T>;
      const entry_weight<T> w = systems_.weight(e);
      rank_weight_.get()[place] = w.counts ? w.rank : T{};
      target_weight_.get()[place] = w.counts ? w.target : T{};
      for (const factor_block* b = first; b != last; ++b)
        pack_entry(w.counts ? systems_.factors_of(e) : nullptr, *b, out);
    }
  }

  /// The panels of one block; zeros where there is no rating.
  void pack_entry(const T* factors, const factor_block& block, T* out) const {
    for (index_t v = 0; v < block.panels; ++v) {
      vec<T> y{};
      const index_t at_factor = block.begin + v * lanes<T>;
      const int n = panel_width<T>(block, v);
      if (factors && n == lanes<T>)
        y = load_unaligned(factors + at_factor);
      else if (factors)
        y = load_tail(factors + at_factor, n, at_factor + n >= lanes<T>);
      at(out + (block.panel + v) * stride()) = y;
    }
  }

  /// Calls each(entry of the chunk, its product with x) for panels [first, first + count), x having so many.
  template <class Each>
  void multiply(const chunk_view& c, index_t first, index_t count, const T* x, Each&& each) const {
    const T* const rows = c.rows + first * stride();
    for (index_t e = 0; e < c.size; e += lanes<T>) {
      vec<T> sum[lanes<T>] = {};
      for (index_t v = 0; v < count; ++v) {
        const vec<T> factor = load_once(x + v * lanes<T>);
        const T* const panel = rows + v * stride() + e * lanes<T>;
#pragma GCC unroll 16
        for (int l = 0; l < lanes<T>; ++l) sum[l] += factor * at(panel + l * lanes<T>);
      }
      const vec<T> product = sum_each<T>(sum);
      const index_t n = std::min<index_t>(lanes<T>, c.size - e);
      for (index_t l = 0; l < n; ++l) each(e + l, product[l]);
    }
  }

  /// out = the entries of a panel times their weights, g += the same times what is left to explain.
  static void scale(const T* panel, const chunk_view& c, const T* left, T* out, T* g) {
    constexpr int sums = 4;
    vec<T> sum[sums] = {};
    index_t e = 0;
    const auto one = [&](int s) {
      const vec<T> y = at(panel + e * lanes<T>);
      at(out + e * lanes<T>) = c.rank_weight[e] * y;
      sum[s] += left[e] * y;
      ++e;
    };
    while (e + sums <= c.size)
      for (int s = 0; s < sums; ++s) one(s);
    while (e < c.size) one(0);
    at(g) += (sum[0] + sum[1]) + (sum[2] + sum[3]);
  }

  const row_systems<T>& systems_;
  const std::vector<factor_block>& blocks_;
  index_t panels_, chunk_, chunks_;
  buffer<T> rows_, scaled_, rank_weight_, target_weight_;
  index_t from_ = -1, to_ = -1;          // what is packed
  const factor_block* block_ = nullptr;  // all of them
};

}  // namespace pantile::kernel::detail
