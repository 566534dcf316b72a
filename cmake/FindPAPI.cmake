# The Performance API: papi.h and its library, with libsde (by which a library shows counters of its own) where it is there.
#
# Result: PAPI_FOUND and the target PAPI::PAPI. PAPI_INCLUDE_DIR, PAPI_LIBRARY and PAPI_SDE_LIBRARY may be set by hand.

find_path(PAPI_INCLUDE_DIR NAMES papi.h)
find_library(PAPI_LIBRARY NAMES papi)
if(EXISTS "${PAPI_INCLUDE_DIR}/sde_lib.h")
  find_library(PAPI_SDE_LIBRARY NAMES sde)
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(
  PAPI
  REQUIRED_VARS PAPI_LIBRARY PAPI_INCLUDE_DIR
  REASON_FAILURE_MESSAGE "On Debian: apt-get install libpapi-dev")
mark_as_advanced(PAPI_INCLUDE_DIR PAPI_LIBRARY PAPI_SDE_LIBRARY)

if(PAPI_FOUND AND NOT TARGET PAPI::PAPI)
  add_library(PAPI::PAPI UNKNOWN IMPORTED)
  set_target_properties(PAPI::PAPI PROPERTIES IMPORTED_LOCATION "${PAPI_LIBRARY}" INTERFACE_INCLUDE_DIRECTORIES
                                                                                  "${PAPI_INCLUDE_DIR}")
  if(PAPI_SDE_LIBRARY)
    set_property(TARGET PAPI::PAPI PROPERTY INTERFACE_LINK_LIBRARIES "${PAPI_SDE_LIBRARY}")
  endif()
endif()
