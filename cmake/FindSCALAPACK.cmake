# ScaLAPACK with the BLACS inside. It must have been built for the MPI in use: Debian has one library for each.
#
# Result: SCALAPACK_FOUND and the target SCALAPACK::SCALAPACK. SCALAPACK_LIBRARY may be set by hand.

find_library(SCALAPACK_LIBRARY NAMES scalapack-openmpi scalapack)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(SCALAPACK REQUIRED_VARS SCALAPACK_LIBRARY REASON_FAILURE_MESSAGE
                                                          "On Debian: apt-get install libscalapack-openmpi-dev")
mark_as_advanced(SCALAPACK_LIBRARY)

if(SCALAPACK_FOUND AND NOT TARGET SCALAPACK::SCALAPACK)
  add_library(SCALAPACK::SCALAPACK UNKNOWN IMPORTED)
  set_target_properties(SCALAPACK::SCALAPACK PROPERTIES IMPORTED_LOCATION "${SCALAPACK_LIBRARY}")
endif()
