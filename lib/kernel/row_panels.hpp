#pragma once

#include "simd.hpp"

#include <pantile/kernel/stream.hpp>

#include <algorithm>
#include <span>

namespace pantile::kernel::detail {

/// Some rows of a row-major matrix of few columns, packed into the panels of simd.hpp, where they stay in cache
/// for what is done with them. Columns beyond the last are zeros. T: float, double.
template <class T>
class row_panels {
 public:
  /// The most rows. A panel of them takes 6 KiB with AVX-512.
  static constexpr index_t most = 96;
  static constexpr index_t stride = most * lanes<T>;  // from panel to panel

  explicit row_panels(index_t n) : n_(n), panels_(panels_of<T>(n)), packed_(panels_ * stride) {}

  index_t rows() const { return rows_; }
  index_t panels() const { return panels_; }
  T* data() { return packed_.get(); }
  T const* data() const { return packed_.get(); }
  /// What lies behind these rows, where that is most of what will be taken next.
  std::span<T const> next() const { return next_; }

  /// Packs the first of `all` rows that are `ld` elements apart, as many as there is room for.
  void take(T const* a, index_t all, index_t ld) {
    index_t const rows = rows_ = std::min(most, all);
    next_ = {a + rows * ld, static_cast<std::size_t>(ld < 2 * n_ ? std::min(most, all - rows) * ld : 0)};
    index_t const whole = n_ / lanes<T>, rest = n_ % lanes<T>;
    for (index_t i = 0; i < rows; ++i) {
      T const* const row = a + i * ld;
      T* const to = packed_.get() + i * lanes<T>;
      for (index_t v = 0; v < whole; ++v) at(to + v * stride) = load_unaligned(row + v * lanes<T>);
      if (rest == 0) continue;
      std::fill_n(std::copy_n(row + whole * lanes<T>, rest, to + whole * stride), lanes<T> - rest, T(0));
    }
  }
  /// Unpacks the rows, one behind the other, past the cache.
  void give(T* a) {
    if (!unpacked_.get()) unpacked_ = buffer<T>(most * n_);
    index_t const whole = n_ / lanes<T>, rest = n_ % lanes<T>;
    for (index_t i = 0; i < rows_; ++i) {
      T const* const from = packed_.get() + i * lanes<T>;
      T* const row = unpacked_.get() + i * n_;
      for (index_t v = 0; v < whole; ++v) store_unaligned(row + v * lanes<T>, at(from + v * stride));
      if (rest != 0) std::copy_n(from + whole * stride, rest, row + whole * lanes<T>);
    }
    stream_store(reinterpret_cast<std::byte*>(a), reinterpret_cast<std::byte const*>(unpacked_.get()),
                 static_cast<std::size_t>(rows_ * n_) * sizeof(T));
  }

 private:
  index_t n_, panels_, rows_ = 0;
  std::span<T const> next_;
  buffer<T> packed_, unpacked_;
};

}  // namespace pantile::kernel::detail
