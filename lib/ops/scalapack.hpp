#pragma once

#include <pantile/comm/interop.hpp>

#include <array>
#include <complex>
#include <cstdint>

// ScaLAPACK under its own names for float, double, complex<float> and complex<double>. Debian ships no header
// for it: these are the declarations of its Fortran routines, and of the C interface of the BLACS beneath.
// Extents are int.
namespace pantile::detail::scalapack {

extern "C" {
int Csys2blacs_handle(MPI_Comm comm);
void Cfree_blacs_system_handle(int handle);
void Cblacs_gridinit(int* context, char const* order, int rows, int columns);
void Cblacs_gridexit(int context);
}

/// DESC_: dtype, context, M, N, MB, NB, RSRC, CSRC, LLD.
using descriptor = std::array<int, 9>;

#define PANTILE_SCALAPACK(p, T, R, gqr)                                                                     \
  extern "C" {                                                                                              \
  void p##potrf_(char const*, int const*, T*, int const*, int const*, int const*, int*);                    \
  void p##potrs_(char const*, int const*, int const*, T const*, int const*, int const*, int const*, T*,     \
                 int const*, int const*, int const*, int*);                                                 \
  void p##getrf_(int const*, int const*, T*, int const*, int const*, int const*, int*, int*);               \
  void p##getrs_(char const*, int const*, int const*, T const*, int const*, int const*, int const*,         \
                 int const*, T*, int const*, int const*, int const*, int*);                                 \
  void p##getri_(int const*, T*, int const*, int const*, int const*, int const*, T*, int const*, int*,      \
                 int const*, int*);                                                                         \
  void p##geqrf_(int const*, int const*, T*, int const*, int const*, int const*, T*, T*, int const*, int*); \
  void p##gqr##_(int const*, int const*, int const*, T*, int const*, int const*, int const*, T const*, T*,  \
                 int const*, int*);                                                                         \
  }                                                                                                         \
  inline void potrf(char uplo, int n, T* a, descriptor const& d, int* info) {                               \
    p##potrf_(&uplo, &n, a, &one, &one, d.data(), info);                                                    \
  }                                                                                                         \
  inline void potrs(char uplo, int n, int k, T const* a, descriptor const& da, T* b, descriptor const& db,  \
                    int* info) {                                                                            \
    p##potrs_(&uplo, &n, &k, a, &one, &one, da.data(), b, &one, &one, db.data(), info);                     \
  }                                                                                                         \
  inline void getrf(int m, int n, T* a, descriptor const& d, int* pivots, int* info) {                      \
    p##getrf_(&m, &n, a, &one, &one, d.data(), pivots, info);                                               \
  }                                                                                                         \
  inline void getrs(char trans, int n, int k, T const* a, descriptor const& da, int const* pivots, T* b,    \
                    descriptor const& db, int* info) {                                                      \
    p##getrs_(&trans, &n, &k, a, &one, &one, da.data(), pivots, b, &one, &one, db.data(), info);            \
  }                                                                                                         \
  inline void getri(int n, T* a, descriptor const& d, int const* pivots, T* work, int lwork, int* iwork,    \
                    int liwork, int* info) {                                                                \
    p##getri_(&n, a, &one, &one, d.data(), pivots, work, &lwork, iwork, &liwork, info);                     \
  }                                                                                                         \
  inline void geqrf(int m, int n, T* a, descriptor const& d, T* tau, T* work, int lwork, int* info) {       \
    p##geqrf_(&m, &n, a, &one, &one, d.data(), tau, work, &lwork, info);                                    \
  }                                                                                                         \
  inline void orgqr(int m, int n, int k, T* a, descriptor const& d, T const* tau, T* work, int lwork,       \
                    int* info) {                                                                            \
    p##gqr##_(&m, &n, &k, a, &one, &one, d.data(), tau, work, &lwork, info);                                \
  }

inline constexpr int one = 1;

PANTILE_SCALAPACK(ps, float, float, orgqr)
PANTILE_SCALAPACK(pd, double, double, orgqr)
PANTILE_SCALAPACK(pc, std::complex<float>, float, ungqr)
PANTILE_SCALAPACK(pz, std::complex<double>, double, ungqr)
#undef PANTILE_SCALAPACK

// The singular value decomposition and the eigenvalues of Hermitian matrices: complex ones want a real
// workspace more. Workspaces of length -1 ask for the lengths, as in Fortran.

#define PANTILE_SCALAPACK_REAL(p, T)                                                                           \
  extern "C" {                                                                                                 \
  void p##gesvd_(char const*, char const*, int const*, int const*, T*, int const*, int const*, int const*, T*, \
                 T*, int const*, int const*, int const*, T*, int const*, int const*, int const*, T*,           \
                 int const*, int*);                                                                            \
  void p##syevd_(char const*, char const*, int const*, T*, int const*, int const*, int const*, T*, T*,         \
                 int const*, int const*, int const*, T*, int const*, int*, int const*, int*);                  \
  }                                                                                                            \
  inline void gesvd(char vectors, int m, int n, T* a, descriptor const& da, T* s, T* u, descriptor const& du,  \
                    T* vh, descriptor const& dv, T* work, int lwork, T*, int* info) {                          \
    p##gesvd_(&vectors, &vectors, &m, &n, a, &one, &one, da.data(), s, u, &one, &one, du.data(), vh, &one,     \
              &one, dv.data(), work, &lwork, info);                                                            \
  }                                                                                                            \
  inline void heevd(int n, T* a, descriptor const& da, T* w, T* z, descriptor const& dz, T* work, int lwork,   \
                    T*, int, int* iwork, int liwork, int* info) {                                              \
    p##syevd_("V", "L", &n, a, &one, &one, da.data(), w, z, &one, &one, dz.data(), work, &lwork, iwork,        \
              &liwork, info);                                                                                  \
  }
#define PANTILE_SCALAPACK_COMPLEX(p, T, R)                                                                     \
  extern "C" {                                                                                                 \
  void p##gesvd_(char const*, char const*, int const*, int const*, T*, int const*, int const*, int const*, R*, \
                 T*, int const*, int const*, int const*, T*, int const*, int const*, int const*, T*,           \
                 int const*, R*, int*);                                                                        \
  void p##heevd_(char const*, char const*, int const*, T*, int const*, int const*, int const*, R*, T*,         \
                 int const*, int const*, int const*, T*, int const*, R*, int const*, int*, int const*, int*);  \
  }                                                                                                            \
  inline void gesvd(char vectors, int m, int n, T* a, descriptor const& da, R* s, T* u, descriptor const& du,  \
                    T* vh, descriptor const& dv, T* work, int lwork, R* rwork, int* info) {                    \
    p##gesvd_(&vectors, &vectors, &m, &n, a, &one, &one, da.data(), s, u, &one, &one, du.data(), vh, &one,     \
              &one, dv.data(), work, &lwork, rwork, info);                                                     \
  }                                                                                                            \
  inline void heevd(int n, T* a, descriptor const& da, R* w, T* z, descriptor const& dz, T* work, int lwork,   \
                    R* rwork, int lrwork, int* iwork, int liwork, int* info) {                                 \
    p##heevd_("V", "L", &n, a, &one, &one, da.data(), w, z, &one, &one, dz.data(), work, &lwork, rwork,        \
              &lrwork, iwork, &liwork, info);                                                                  \
  }

PANTILE_SCALAPACK_REAL(ps, float)
PANTILE_SCALAPACK_REAL(pd, double)
PANTILE_SCALAPACK_COMPLEX(pc, std::complex<float>, float)
PANTILE_SCALAPACK_COMPLEX(pz, std::complex<double>, double)
#undef PANTILE_SCALAPACK_REAL
#undef PANTILE_SCALAPACK_COMPLEX

}  // namespace pantile::detail::scalapack
