#include "../base/instantiate.hpp"

#include <pantile/base/checked.hpp>
#include <pantile/kernel/lapack.hpp>
#include <pantile/trace/recorder.hpp>

#include <complex>

#define lapack_complex_float std::complex<float>
#define lapack_complex_double std::complex<double>
#include <lapacke.h>

#include <algorithm>
#include <cmath>
#include <type_traits>
#include <vector>

namespace pantile::kernel::lapack {

namespace {

static_assert(std::is_same_v<lapack_int, pivot_t>);

constexpr int order = LAPACK_ROW_MAJOR;

/// The one of LAPACK's four functions that is for elements T.
template <class T, class S, class D, class C, class Z>
constexpr auto pick([[maybe_unused]] S s, [[maybe_unused]] D d, [[maybe_unused]] C c, [[maybe_unused]] Z z) {
  if constexpr (std::is_same_v<T, float>)
    return s;
  else if constexpr (std::is_same_v<T, double>)
    return d;
  else if constexpr (std::is_same_v<T, std::complex<float>>)
    return c;
  else
    return z;
}

lapack_int lapack_extent(index_t n) { return narrow<lapack_int>(n); }
lapack_int leading(index_t n) { return std::max<lapack_int>(1, lapack_extent(n)); }

/// Counts the work and says whether there is any to do.
bool begins(double flops) {
  trace::computed(flops);
  return !trace::rehearsing();
}

/// What LAPACK says beyond its results.
index_t checked(char const* function, lapack_int info) {
  if (info >= 0) return info;
  if (info == LAPACK_WORK_MEMORY_ERROR || info == LAPACK_TRANSPOSE_MEMORY_ERROR)
    throw memory_error(std::string(function) + ": no memory for its work", std::string());
  throw linalg_error(std::string(function) + ": LAPACK refuses argument " + std::to_string(-info),
                     std::string());
}

/// Throws where LAPACK, which counts its workspace in 32 bits, could not.
void check_workspace(index_t a, index_t b) { lapack_extent(checked_product(a, b)); }

/// Calls a LAPACK function with as much workspace as it asks for.
template <class T, class F>
void with_workspace(char const* function, F const& call) {
  T wanted{};
  checked(function, call(&wanted, lapack_int{-1}));
  auto const size = static_cast<index_t>(std::real(wanted));
  std::vector<T> work(static_cast<std::size_t>(std::max<index_t>(1, size)));
  checked(function, call(work.data(), lapack_extent(size)));
}

double cubic(index_t a, index_t b, index_t c, double factor) {
  return factor * static_cast<double>(a) * static_cast<double>(b) * static_cast<double>(c);
}

}  // namespace

// The _work variants do not look for NaN, which passes through a factorisation by itself.

template <class T>
index_t potrf(index_t n, T* a) {
  if (!begins(cubic(n, n, n, 1.0 / 3)) || n == 0) return 0;
  auto const f = pick<T>(LAPACKE_spotrf_work, LAPACKE_dpotrf_work, LAPACKE_cpotrf_work, LAPACKE_zpotrf_work);
  index_t const minor = checked("potrf", f(order, 'L', lapack_extent(n), a, leading(n)));
  if (minor != 0) return minor;
  for (index_t i = 0; i < n; ++i)  // not every LAPACK notices NaN
    if (std::isnan(std::real(a[i * n + i]))) return i + 1;
  return 0;
}

template <class T>
void potrs(index_t n, index_t k, T const* l, T* b) {
  if (!begins(cubic(n, n, k, 2)) || n == 0 || k == 0) return;
  auto const f = pick<T>(LAPACKE_spotrs_work, LAPACKE_dpotrs_work, LAPACKE_cpotrs_work, LAPACKE_zpotrs_work);
  checked("potrs", f(order, 'L', lapack_extent(n), lapack_extent(k), l, leading(n), b, leading(k)));
}

template <class T>
index_t getrf(index_t m, index_t n, T* a, pivot_t* pivots) {
  index_t const k = std::min(m, n);
  if (!begins(cubic(m, n, k, 1) - cubic(m + n, k, k, 0.5) + cubic(k, k, k, 2.0 / 3)) || k == 0) return 0;
  auto const f = pick<T>(LAPACKE_sgetrf_work, LAPACKE_dgetrf_work, LAPACKE_cgetrf_work, LAPACKE_zgetrf_work);
  return checked("getrf", f(order, lapack_extent(m), lapack_extent(n), a, leading(n), pivots));
}

template <class T>
void getrs(index_t n, index_t k, T const* lu, pivot_t const* pivots, T* b) {
  if (!begins(cubic(n, n, k, 2)) || n == 0 || k == 0) return;
  auto const f = pick<T>(LAPACKE_sgetrs_work, LAPACKE_dgetrs_work, LAPACKE_cgetrs_work, LAPACKE_zgetrs_work);
  checked("getrs", f(order, 'N', lapack_extent(n), lapack_extent(k), lu, leading(n), pivots, b, leading(k)));
}

template <class T>
void getri(index_t n, T* lu, pivot_t const* pivots) {
  if (!begins(cubic(n, n, n, 4.0 / 3)) || n == 0) return;
  auto const f = pick<T>(LAPACKE_sgetri_work, LAPACKE_dgetri_work, LAPACKE_cgetri_work, LAPACKE_zgetri_work);
  with_workspace<T>("getri", [&](T* work, lapack_int size) {
    return f(order, lapack_extent(n), lu, leading(n), pivots, work, size);
  });
}

template <class T>
void geqrf(index_t m, index_t n, T* a, T* tau) {
  index_t const k = std::min(m, n);
  if (!begins(cubic(m, n, k, 2) - cubic(m + n, k, k, 1) + cubic(k, k, k, 2.0 / 3)) || k == 0) return;
  auto const f = pick<T>(LAPACKE_sgeqrf_work, LAPACKE_dgeqrf_work, LAPACKE_cgeqrf_work, LAPACKE_zgeqrf_work);
  with_workspace<T>("geqrf", [&](T* work, lapack_int size) {
    return f(order, lapack_extent(m), lapack_extent(n), a, leading(n), tau, work, size);
  });
}

template <class T>
void orgqr(index_t m, index_t k, T* q, T const* tau) {
  if (!begins(cubic(m, k, k, 2) - cubic(k, k, k, 2.0 / 3)) || k == 0) return;
  auto const f = pick<T>(LAPACKE_sorgqr_work, LAPACKE_dorgqr_work, LAPACKE_cungqr_work, LAPACKE_zungqr_work);
  with_workspace<T>("orgqr", [&](T* work, lapack_int size) {
    return f(order, lapack_extent(m), lapack_extent(k), lapack_extent(k), q, leading(k), tau, work, size);
  });
}

template <class T>
index_t gesdd(index_t m, index_t n, T* a, real_t<T>* s, T* u, T* vh) {
  index_t const k = std::min(m, n);
  if (!begins(u ? cubic(m, n, k, 6) + cubic(k, k, k, 20) : cubic(m, n, k, 4) - cubic(k, k, k, 4.0 / 3)) ||
      k == 0)
    return 0;
  check_workspace(k, 5 * k + 7);
  auto const f = pick<T>(LAPACKE_sgesdd, LAPACKE_dgesdd, LAPACKE_cgesdd, LAPACKE_zgesdd);
  return checked("gesdd", f(order, u ? 'S' : 'N', lapack_extent(m), lapack_extent(n), a, leading(n), s, u,
                            leading(k), vh, leading(n)));
}

template <class T>
index_t syevd(index_t n, T* a, real_t<T>* eigenvalues, bool vectors) {
  if (!begins(cubic(n, n, n, vectors ? 9 : 4.0 / 3)) || n == 0) return 0;
  check_workspace(n, 2 * n + 7);
  auto const f = pick<T>(LAPACKE_ssyevd, LAPACKE_dsyevd, LAPACKE_cheevd, LAPACKE_zheevd);
  return checked("syevd", f(order, vectors ? 'V' : 'N', 'L', lapack_extent(n), a, leading(n), eigenvalues));
}

template <class T>
index_t geev(index_t n, T* a, std::complex<real_t<T>>* eigenvalues, std::complex<real_t<T>>* vectors) {
  if (!begins(cubic(n, n, n, vectors ? 25 : 10)) || n == 0) return 0;
  lapack_int const size = lapack_extent(n), ld = leading(n);
  char const wanted = vectors ? 'V' : 'N';
  if constexpr (is_complex<T>) {
    auto const f = pick<T>(nullptr, nullptr, LAPACKE_cgeev, LAPACKE_zgeev);
    return checked("geev", f(order, 'N', wanted, size, a, ld, eigenvalues, nullptr, ld, vectors, ld));
  } else {
    auto const f = pick<T>(LAPACKE_sgeev, LAPACKE_dgeev, nullptr, nullptr);
    auto const count = static_cast<std::size_t>(n);
    std::vector<T> re(count), im(count), columns(vectors ? count * count : 0);
    index_t const info = checked("geev", f(order, 'N', wanted, size, a, ld, re.data(), im.data(), nullptr, ld,
                                           vectors ? columns.data() : nullptr, ld));
    for (std::size_t j = 0; j < count; ++j) eigenvalues[j] = {re[j], im[j]};
    if (!vectors) return info;
    // Columns j and j + 1 are the real and the imaginary part of the vector of a pair of eigenvalues.
    for (std::size_t i = 0; i < count * count; i += count)
      for (std::size_t j = 0; j < count; ++j) {
        if (im[j] == 0 || j + 1 == count) {
          vectors[i + j] = columns[i + j];
          continue;
        }
        vectors[i + j] = {columns[i + j], columns[i + j + 1]};
        vectors[i + j + 1] = std::conj(vectors[i + j]);
        ++j;
      }
    return info;
  }
}

template <class T>
index_t gelsd(index_t m, index_t n, index_t k, T* a, T* b, real_t<T>* s, real_t<T> rcond, index_t& rank) {
  index_t const least = std::min(m, n);
  rank = 0;
  if (!begins(cubic(m, n, least, 4) + cubic(m, n, k, 4)) || least == 0) return 0;
  check_workspace(least + k + 100, least + 100);
  auto const f = pick<T>(LAPACKE_sgelsd, LAPACKE_dgelsd, LAPACKE_cgelsd, LAPACKE_zgelsd);
  lapack_int found = 0;
  index_t const info = checked("gelsd", f(order, lapack_extent(m), lapack_extent(n), lapack_extent(k), a,
                                          leading(n), b, leading(k), s, rcond, &found));
  rank = found;
  return info;
}

namespace {
constexpr int by_columns = LAPACK_COL_MAJOR;
}

template <class T>
void geqrf_by_columns(index_t m, index_t n, T* a, index_t lda, T* tau) {
  index_t const k = std::min(m, n);
  if (trace::rehearsing() || k == 0) return;
  auto const f = pick<T>(LAPACKE_sgeqrf_work, LAPACKE_dgeqrf_work, LAPACKE_cgeqrf_work, LAPACKE_zgeqrf_work);
  with_workspace<T>("geqrf", [&](T* work, lapack_int size) {
    return f(by_columns, lapack_extent(m), lapack_extent(n), a, leading(lda), tau, work, size);
  });
}

template <class T>
void ormqr_by_columns(index_t m, index_t n, index_t k, T const* v, index_t ldv, T const* tau, T* c,
                      index_t ldc) {
  if (trace::rehearsing() || n == 0 || k == 0) return;
  auto const f = pick<T>(LAPACKE_sormqr_work, LAPACKE_dormqr_work, LAPACKE_cunmqr_work, LAPACKE_zunmqr_work);
  with_workspace<T>("ormqr", [&](T* work, lapack_int size) {
    return f(by_columns, 'L', 'N', lapack_extent(m), lapack_extent(n), lapack_extent(k), v, leading(ldv), tau,
             c, leading(ldc), work, size);
  });
}

template <class T>
void tpqrt(index_t m, index_t n, index_t block, T* r, index_t ldr, T* b, index_t ldb, T* t) {
  if (trace::rehearsing() || m == 0 || n == 0) return;
  auto const f = pick<T>(LAPACKE_stpqrt_work, LAPACKE_dtpqrt_work, LAPACKE_ctpqrt_work, LAPACKE_ztpqrt_work);
  std::vector<T> work(static_cast<std::size_t>(block * n));
  checked("tpqrt", f(by_columns, lapack_extent(m), lapack_extent(n), 0, lapack_extent(block), r, leading(ldr),
                     b, leading(ldb), t, leading(block), work.data()));
}

template <class T>
void tpmqrt(index_t m, index_t n, index_t block, T const* v, index_t ldv, T const* t, T* c, index_t ldc, T* b,
            index_t ldb) {
  if (trace::rehearsing() || m == 0 || n == 0) return;
  auto const f =
      pick<T>(LAPACKE_stpmqrt_work, LAPACKE_dtpmqrt_work, LAPACKE_ctpmqrt_work, LAPACKE_ztpmqrt_work);
  std::vector<T> work(static_cast<std::size_t>(block * n));
  checked("tpmqrt",
          f(by_columns, 'L', 'N', lapack_extent(m), lapack_extent(n), lapack_extent(n), 0, lapack_extent(block),
            v, leading(ldv), t, leading(block), c, leading(ldc), b, leading(ldb), work.data()));
}

#define PANTILE_INSTANTIATE(T)                                                                         \
  template index_t potrf(index_t, T*);                                                                 \
  template void potrs(index_t, index_t, T const*, T*);                                                 \
  template index_t getrf(index_t, index_t, T*, pivot_t*);                                              \
  template void getrs(index_t, index_t, T const*, pivot_t const*, T*);                                 \
  template void getri(index_t, T*, pivot_t const*);                                                    \
  template void geqrf(index_t, index_t, T*, T*);                                                       \
  template void orgqr(index_t, index_t, T*, T const*);                                                 \
  template index_t gesdd<T>(index_t, index_t, T*, real_t<T>*, T*, T*);                                 \
  template index_t syevd<T>(index_t, T*, real_t<T>*, bool);                                            \
  template index_t geev<T>(index_t, T*, std::complex<real_t<T>>*, std::complex<real_t<T>>*);           \
  template index_t gelsd<T>(index_t, index_t, index_t, T*, T*, real_t<T>*, real_t<T>, index_t&);       \
  template void geqrf_by_columns(index_t, index_t, T*, index_t, T*);                                   \
  template void ormqr_by_columns(index_t, index_t, index_t, T const*, index_t, T const*, T*, index_t); \
  template void tpqrt(index_t, index_t, index_t, T*, index_t, T*, index_t, T*);                        \
  template void tpmqrt(index_t, index_t, index_t, T const*, index_t, T const*, T*, index_t, T*, index_t);
PANTILE_FOR_LAPACK_TYPES(PANTILE_INSTANTIATE)
#undef PANTILE_INSTANTIATE

}  // namespace pantile::kernel::lapack
