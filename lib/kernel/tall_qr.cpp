#include "../base/instantiate.hpp"
#include "transpose.hpp"

#include <pantile/kernel/lapack.hpp>
#include <pantile/kernel/parallel.hpp>
#include <pantile/kernel/tall_qr.hpp>
#include <pantile/trace/recorder.hpp>

#include <algorithm>
#include <complex>

namespace pantile::kernel {

namespace {

std::size_t elements(index_t rows, index_t columns) { return static_cast<std::size_t>(rows * columns); }

/// The upper trapezoid (height x n) of a column-major matrix, zeros below the diagonal.
template <class T>
std::vector<T> upper_trapezoid(index_t height, index_t n, T const* a, index_t lda) {
  std::vector<T> r(elements(height, n), T(0));
  for (index_t j = 0; j < n; ++j) std::copy_n(a + j * lda, std::min(height, j + 1), r.data() + j * height);
  return r;
}

/// Counts as much work as `products` of rows x n by n x n take.
void count(index_t rows, index_t n, double products) {
  trace::computed(2 * products * static_cast<double>(rows) * static_cast<double>(n) * static_cast<double>(n));
}

}  // namespace

template <class T>
stacked_qr<T>::stacked_qr(index_t above, T const* top, index_t below, T const* bottom, index_t n)
    : above_(above),
      below_(below),
      n_(n),
      v_(elements(above + below, n)),
      tau_(static_cast<std::size_t>(height())) {
  for (index_t j = 0; j < n; ++j) {
    std::copy_n(top + j * above, above, v_.data() + j * (above + below));
    std::copy_n(bottom + j * below, below, v_.data() + j * (above + below) + above);
  }
  count(above + below, n, 1);
  lapack::geqrf_by_columns(above + below, n, v_.data(), above + below, tau_.data());
}

template <class T>
index_t stacked_qr<T>::height() const noexcept {
  return std::min(above_ + below_, n_);
}

template <class T>
std::vector<T> stacked_qr<T>::r() const {
  return upper_trapezoid(height(), n_, v_.data(), above_ + below_);
}

template <class T>
void stacked_qr<T>::split(T const* c, T* top, T* bottom) const {
  index_t const rows = above_ + below_;
  count(rows, n_, 2);
  std::vector<T> product(elements(rows, n_), T(0));
  for (index_t j = 0; j < n_; ++j) std::copy_n(c + j * height(), height(), product.data() + j * rows);
  lapack::ormqr_by_columns(rows, n_, height(), v_.data(), rows, tau_.data(), product.data(), rows);
  for (index_t j = 0; j < n_; ++j) {
    std::copy_n(product.data() + j * rows, above_, top + j * above_);
    std::copy_n(product.data() + j * rows + above_, below_, bottom + j * below_);
  }
}

/// The rows of one thread. The first piece is factorised by itself, each further one below the R of those
/// before it.
template <class T>
struct tall_qr<T>::chain {
  index_t rows, n, piece, block;
  T* q;
  std::vector<T> r, tau;
  std::vector<std::vector<T>> factors;  // of each further piece
  std::vector<T> buffer;

  chain(index_t all_rows, index_t columns, T* reflectors)
      : rows(all_rows),
        n(columns),
        // Piece, its R and the block that is applied share a core's cache of 1 MiB; a piece has at least n
        // rows.
        piece(std::max(n, (index_t{3} << 17) / index_t{sizeof(T)} / std::max<index_t>(1, n))),
        block(std::min<index_t>(32, std::max<index_t>(1, n))),
        q(reflectors),
        buffer(elements(std::min(rows, piece), n)) {}

  index_t height() const { return std::min(rows, n); }
  index_t rows_of(index_t begin) const { return std::min(piece, rows - begin); }

  void factorise(T const* a) {
    index_t const first = rows_of(0);
    take(a, first);
    tau.resize(static_cast<std::size_t>(height()));
    lapack::geqrf_by_columns(first, n, buffer.data(), first, tau.data());
    r = upper_trapezoid(height(), n, buffer.data(), first);
    std::copy_n(buffer.data(), first * n, q);
    for (index_t begin = first; begin < rows; begin += piece) {
      index_t const count = rows_of(begin);
      take(a + begin * n, count);
      factors.emplace_back(elements(block, n));
      lapack::tpqrt(count, n, block, r.data(), n, buffer.data(), count, factors.back().data());
      std::copy_n(buffer.data(), count * n, q + begin * n);
    }
  }
  void multiply(std::vector<T> c) {
    for (std::size_t k = factors.size(); k-- > 0;) {
      index_t const begin = (static_cast<index_t>(k) + 1) * piece, count = rows_of(begin);
      std::fill_n(buffer.data(), count * n, T(0));
      lapack::tpmqrt(count, n, block, q + begin * n, count, factors[k].data(), c.data(), n, buffer.data(),
                     count);
      give(q + begin * n, count);
    }
    index_t const first = rows_of(0);
    for (index_t j = 0; j < n; ++j) {
      T* const end = std::copy_n(c.data() + j * height(), height(), buffer.data() + j * first);
      std::fill_n(end, first - height(), T(0));
    }
    lapack::ormqr_by_columns(first, n, height(), q, first, tau.data(), buffer.data(), first);
    give(q, first);
  }

 private:
  void take(T const* from, index_t count) { transpose(from, n, buffer.data(), count, count, n); }
  void give(T* to, index_t count) const { transpose(buffer.data(), count, to, n, n, count); }
  /// The transpose of `height` rows of `width` elements.
  static void transpose(T const* from, index_t from_stride, T* to, index_t to_stride, index_t height,
                        index_t width) {
    transpose_plane(reinterpret_cast<std::byte const*>(from), from_stride, reinterpret_cast<std::byte*>(to),
                    to_stride, height, width, sizeof(T), false);
  }
};

template <class T>
tall_qr<T>::tall_qr(index_t rows, index_t n, T const* a, T* q) : rows_(rows), n_(n), q_(q) {
  count(rows, n, 1);
  if (trace::rehearsing()) {
    r_.assign(elements(height(), n), T(0));
    return;
  }
  // Every chain has at least n rows, but for the only one.
  index_t const chains =
      std::clamp<index_t>(rows / std::max<index_t>(1, 4 * n), 1, parallel_threads(rows, rows * n * n));
  std::vector<index_t> cuts;
  for (index_t i = 0; i <= chains; ++i) cuts.push_back(rows / chains * i + std::min(i, rows % chains));
  for (std::size_t i = 0; i + 1 < cuts.size(); ++i)
    chains_.push_back(std::make_unique<chain>(cuts[i + 1] - cuts[i], n, q + cuts[i] * n));
  parallel_ranges(chains, rows * n * n, [&](index_t begin, index_t end, int) {
    for (index_t i = begin; i < end; ++i)
      chains_[static_cast<std::size_t>(i)]->factorise(a + cuts[static_cast<std::size_t>(i)] * n);
  });
  r_ = chains_[0]->r;
  for (std::size_t i = 1; i < chains_.size(); ++i) {
    joined_.push_back(std::make_unique<stacked_qr<T>>(std::ssize(r_) / std::max<index_t>(1, n), r_.data(),
                                                      chains_[i]->height(), chains_[i]->r.data(), n));
    r_ = joined_.back()->r();
  }
}

template <class T>
tall_qr<T>::~tall_qr() = default;

template <class T>
index_t tall_qr<T>::height() const noexcept {
  return std::min(rows_, n_);
}

template <class T>
std::vector<T> const& tall_qr<T>::r() const noexcept {
  return r_;
}

template <class T>
void tall_qr<T>::multiply(T const* c) {
  count(rows_, n_, 2);
  if (trace::rehearsing()) return;
  std::vector<std::vector<T>> parts(chains_.size());
  std::vector<T> rest(c, c + height() * n_);
  for (std::size_t i = chains_.size() - 1; i > 0; --i) {
    parts[i].resize(elements(chains_[i]->height(), n_));
    std::vector<T> before(rest.size());  // all chains have n rows or more: heights are n
    joined_[i - 1]->split(rest.data(), before.data(), parts[i].data());
    rest = std::move(before);
  }
  parts[0] = std::move(rest);
  parallel_ranges(std::ssize(chains_), rows_ * n_ * n_, [&](index_t begin, index_t end, int) {
    for (index_t i = begin; i < end; ++i) {
      auto const k = static_cast<std::size_t>(i);
      chains_[k]->multiply(std::move(parts[k]));
    }
  });
}

#define PANTILE_INSTANTIATE(T)  \
  template class stacked_qr<T>; \
  template class tall_qr<T>;
PANTILE_FOR_LAPACK_TYPES(PANTILE_INSTANTIATE)
#undef PANTILE_INSTANTIATE

}  // namespace pantile::kernel
