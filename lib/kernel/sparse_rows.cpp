#include <pantile/kernel/parallel.hpp>
#include <pantile/kernel/sparse_rows.hpp>
#include <pantile/trace/recorder.hpp>

#include <algorithm>
#include <vector>

namespace pantile::kernel {

namespace {

/// Rows that go from the first product to the second before others come.
constexpr index_t sparse_block = 256;

template <class T>
void multiply_sparse_rows(index_t n, sparse_rows_view<T> const& x, T const* w, index_t lo, index_t hi, T* z) {
  for (index_t i = lo; i < hi; ++i, z += n) {
    std::fill_n(z, n, T(0));
    for (auto e = static_cast<std::size_t>(x.offsets[static_cast<std::size_t>(i)]);
         e < static_cast<std::size_t>(x.offsets[static_cast<std::size_t>(i) + 1]); ++e) {
      T const* const row = w + x.columns[e] * n;
      for (index_t j = 0; j < n; ++j) z[j] += x.values[e] * row[j];
    }
  }
}

template <class T>
void add_sparse_rows(index_t n, sparse_rows_view<T> const& x, T const* v, index_t lo, index_t hi, T* c) {
  for (index_t i = lo; i < hi; ++i, v += n)
    for (auto e = static_cast<std::size_t>(x.offsets[static_cast<std::size_t>(i)]);
         e < static_cast<std::size_t>(x.offsets[static_cast<std::size_t>(i) + 1]); ++e) {
      T* const row = c + x.columns[e] * n;
      for (index_t j = 0; j < n; ++j) row[j] += x.values[e] * v[j];
    }
}

template <class T>
void account(index_t n, sparse_rows_view<T> const& x, int products) {
  auto const stored = static_cast<double>(x.columns.size());
  trace::computed(2.0 * products * stored * static_cast<double>(n));
  trace::read(stored * static_cast<double>(sizeof(T) + sizeof(index_t)));
}

}  // namespace

template <class T>
void sparse_one_pass_product(index_t n, index_t k, sparse_rows_view<T> x, T const* w, T* c,
                             between_ref<T> between) {
  account(n, x, 2);
  if (trace::rehearsing()) return;
  std::fill_n(c, k * n, T(0));
  index_t const rows = x.rows(), blocks = (rows + sparse_block - 1) / sparse_block;
  if (blocks == 0 || n == 0) return;
  index_t const stored = std::ssize(x.columns);
  // Parts of about as many elements each, with sums of their own that are added in their order.
  index_t const room = std::max(index_t{64} << 20, stored * index_t{sizeof(T) + sizeof(index_t)}) /
                       std::max<index_t>(k * n * index_t{sizeof(T)}, 1);
  index_t const parts = std::min(blocks, std::clamp<index_t>(room, 1, 32));
  std::vector<index_t> cuts(static_cast<std::size_t>(parts) + 1, rows);
  for (index_t part = 0; part < parts; ++part) {
    auto const at = std::lower_bound(x.offsets.begin(), x.offsets.end() - 1, stored / parts * part);
    cuts[static_cast<std::size_t>(part)] = part == 0 ? 0 : at - x.offsets.begin();
  }
  std::vector<std::vector<T>> sums(static_cast<std::size_t>(parts));
  parallel_ranges(parts, stored * n + rows, [&](index_t begin, index_t end, int) {
    std::vector<T> z(static_cast<std::size_t>(sparse_block * n)), v(z.size());
    T* const panel = z.data();
    for (index_t part = begin; part < end; ++part) {
      auto& own = sums[static_cast<std::size_t>(part)];
      own.assign(static_cast<std::size_t>(k * n), T(0));
      index_t const last = cuts[static_cast<std::size_t>(part) + 1];
      for (index_t lo = cuts[static_cast<std::size_t>(part)]; lo < last; lo += sparse_block) {
        index_t const hi = std::min(lo + sparse_block, last);
        multiply_sparse_rows(n, x, w, lo, hi, z.data());
        between(lo, hi, std::span<T* const>(&panel, 1), v.data());
        add_sparse_rows(n, x, v.data(), lo, hi, own.data());
      }
    }
  });
  parallel_ranges(k * n, k * n * parts, [&](index_t begin, index_t end, int) {
    for (auto const& own : sums)
      for (index_t i = begin; i < end; ++i) c[i] += own[static_cast<std::size_t>(i)];
  });
}

template <class T>
void sparse_product(index_t n, sparse_rows_view<T> x, T const* w, T* z) {
  account(n, x, 1);
  parallel_ranges(x.rows(), std::ssize(x.columns) * n + x.rows(), [&](index_t begin, index_t end, int) {
    multiply_sparse_rows(n, x, w, begin, end, z + begin * n);
  });
}

#define PANTILE_INSTANTIATE(T)                                                                                \
  template void sparse_one_pass_product(index_t, index_t, sparse_rows_view<T>, T const*, T*, between_ref<T>); \
  template void sparse_product(index_t, sparse_rows_view<T>, T const*, T*);
PANTILE_INSTANTIATE(float)
PANTILE_INSTANTIATE(double)
#undef PANTILE_INSTANTIATE

}  // namespace pantile::kernel
