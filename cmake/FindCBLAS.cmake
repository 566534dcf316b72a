# The C interface of the BLAS: cblas.h and a library that holds cblas_dgemm. OpenBLAS first, then a separate
# libcblas, then a libblas that carries the C interface itself (Debian's alternatives).
#
# Result: CBLAS_FOUND and the target CBLAS::CBLAS. CBLAS_INCLUDE_DIR and CBLAS_LIBRARY may be set by hand.

find_path(CBLAS_INCLUDE_DIR NAMES cblas.h PATH_SUFFIXES openblas)
find_library(CBLAS_LIBRARY NAMES openblas cblas blas)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(
  CBLAS
  REQUIRED_VARS CBLAS_LIBRARY CBLAS_INCLUDE_DIR
  REASON_FAILURE_MESSAGE "On Debian: apt-get install libopenblas-openmp-dev")
mark_as_advanced(CBLAS_INCLUDE_DIR CBLAS_LIBRARY)

if(CBLAS_FOUND AND NOT TARGET CBLAS::CBLAS)
  add_library(CBLAS::CBLAS UNKNOWN IMPORTED)
  set_target_properties(CBLAS::CBLAS PROPERTIES IMPORTED_LOCATION "${CBLAS_LIBRARY}" INTERFACE_INCLUDE_DIRECTORIES
                                                                                      "${CBLAS_INCLUDE_DIR}")
endif()
