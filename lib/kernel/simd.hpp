#pragma once

#include <pantile/base/types.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <type_traits>

/// Vectors of the widest kind the compiler targets, and the panel layout that kernels share.
///
/// A matrix of m rows and `panels * lanes` columns is stored panel by panel: element (i, j) is at
/// (j / lanes * m + i) * lanes + j % lanes. A panel is thus a contiguous run of m vectors.
namespace pantile::kernel::detail {

#if defined(__AVX512F__)
inline constexpr int vector_bytes = 64;
inline constexpr int max_tile_rows = 8;
#elif defined(__AVX2__)
inline constexpr int vector_bytes = 32;
inline constexpr int max_tile_rows = 4;
#else
inline constexpr int vector_bytes = 16;
inline constexpr int max_tile_rows = 4;
#endif

template <class T>
struct simd {
  static constexpr int lanes = vector_bytes / static_cast<int>(sizeof(T));
  typedef T vec __attribute__((vector_size(vector_bytes), may_alias));
  typedef T unaligned_vec __attribute__((vector_size(vector_bytes), aligned(alignof(T)), may_alias));
  using mask_element = std::conditional_t<sizeof(T) == 4, std::int32_t, std::int64_t>;
  typedef mask_element mask __attribute__((vector_size(vector_bytes)));
};

template <class T>
inline constexpr int lanes = simd<T>::lanes;
template <class T>
using vec = typename simd<T>::vec;

/// The panels that n columns take, and the place of element (i, j) among panels of m rows.
template <class T>
constexpr index_t panels_of(index_t n) {
  return (n + lanes<T> - 1) / lanes<T>;
}
template <class T>
constexpr index_t panel_place(index_t m, index_t i, index_t j) {
  return (j / lanes<T> * m + i) * lanes<T> + j % lanes<T>;
}

template <class T>
inline vec<T>& at(T* p) {
  return *reinterpret_cast<vec<T>*>(p);
}
template <class T>
inline const vec<T>& at(const T* p) {
  return *reinterpret_cast<const vec<T>*>(p);
}
template <class T>
inline vec<T> load_unaligned(const T* p) {
  return *reinterpret_cast<const typename simd<T>::unaligned_vec*>(p);
}

/// Asks for the n elements at p.
template <class T>
inline void prefetch_row(const T* p, index_t n) {
  for (index_t i = 0; i < n; i += 64 / static_cast<index_t>(sizeof(T))) __builtin_prefetch(p + i);
}

template <class T>
inline void store_unaligned(T* p, const vec<T>& x) {
  *reinterpret_cast<typename simd<T>::unaligned_vec*>(p) = x;
}

/// Loads a vector that stays in a register. Without it, GCC folds the load into each of the multiply-adds that
/// use the vector, and the loads, not the arithmetic, set the pace.
template <class T>
inline vec<T> load_once(const T* p) {
  vec<T> x = at(p);
#if defined(__x86_64__)
  asm("" : "+v"(x));
#endif
  return x;
}

/// A vector of which each element is element Lane of x.
template <class T, int Lane>
inline vec<T> lane_everywhere(const vec<T>& x) {
  return __builtin_shuffle(x, typename simd<T>::mask{} + Lane);
}

/// Element l of the result is the sum of the lanes of r[l]; r is overwritten.
template <class T>
inline vec<T> sum_each(vec<T>* r) {
  typename simd<T>::mask even{};
  for (int l = 0; l < lanes<T>; ++l) even[l] = 2 * l;
  const typename simd<T>::mask odd = even + 1;
#pragma GCC unroll 4
  for (int m = lanes<T>; m > 1; m /= 2)
    for (int q = 0; q < m / 2; ++q) {
      const vec<T> a = r[2 * q], b = r[2 * q + 1];
      r[q] = __builtin_shuffle(a, b, even) + __builtin_shuffle(a, b, odd);
    }
  return r[0];
}

/// Uninitialised memory on a cache line.
template <class T>
class buffer {
 public:
  buffer() = default;
  explicit buffer(index_t size)
      : data_{static_cast<T*>(::operator new(static_cast<std::size_t>(size) * sizeof(T), alignment_))} {}
  T* get() const { return data_.get(); }

 private:
  static constexpr std::align_val_t alignment_{64};
  struct release {
    void operator()(T* p) const { ::operator delete(p, alignment_); }
  };
  std::unique_ptr<T, release> data_;
};

}  // namespace pantile::kernel::detail
