# The Open Trace Format 2: otf2/otf2.h and its library. Debian has a pkg-config file for it, others an otf2-config.
#
# Result: OTF2_FOUND and the target OTF2::OTF2. OTF2_INCLUDE_DIR and OTF2_LIBRARY may be set by hand.

find_path(OTF2_INCLUDE_DIR NAMES otf2/otf2.h)
find_library(OTF2_LIBRARY NAMES open-trace-format2 otf2)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(
  OTF2
  REQUIRED_VARS OTF2_LIBRARY OTF2_INCLUDE_DIR
  REASON_FAILURE_MESSAGE "On Debian: apt-get install libopen-trace-format2-dev")
mark_as_advanced(OTF2_INCLUDE_DIR OTF2_LIBRARY)

if(OTF2_FOUND AND NOT TARGET OTF2::OTF2)
  add_library(OTF2::OTF2 UNKNOWN IMPORTED)
  set_target_properties(OTF2::OTF2 PROPERTIES IMPORTED_LOCATION "${OTF2_LIBRARY}" INTERFACE_INCLUDE_DIRECTORIES
                                                                                  "${OTF2_INCLUDE_DIR}")
endif()
