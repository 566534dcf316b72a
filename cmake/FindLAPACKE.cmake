# The C interface of LAPACK: lapacke.h and a library that holds LAPACKE_dpotrf (liblapacke, or an OpenBLAS that
# was built with it).
#
# Result: LAPACKE_FOUND and the target LAPACKE::LAPACKE. LAPACKE_INCLUDE_DIR and LAPACKE_LIBRARY may be set by hand.

find_path(LAPACKE_INCLUDE_DIR NAMES lapacke.h PATH_SUFFIXES openblas lapacke)
find_library(LAPACKE_LIBRARY NAMES lapacke openblas)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(
  LAPACKE
  REQUIRED_VARS LAPACKE_LIBRARY LAPACKE_INCLUDE_DIR
  REASON_FAILURE_MESSAGE "On Debian: apt-get install liblapacke-dev")
mark_as_advanced(LAPACKE_INCLUDE_DIR LAPACKE_LIBRARY)

if(LAPACKE_FOUND AND NOT TARGET LAPACKE::LAPACKE)
  add_library(LAPACKE::LAPACKE UNKNOWN IMPORTED)
  set_target_properties(LAPACKE::LAPACKE PROPERTIES IMPORTED_LOCATION "${LAPACKE_LIBRARY}"
                                                    INTERFACE_INCLUDE_DIRECTORIES "${LAPACKE_INCLUDE_DIR}")
endif()
