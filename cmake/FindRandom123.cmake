# Random123, the counter-based generators of Salmon et al. (SC 2011): headers only.
#
# Result: Random123_FOUND and the target Random123::Random123. Random123_INCLUDE_DIR may be set by hand.

find_path(Random123_INCLUDE_DIR NAMES Random123/philox.h)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(
  Random123
  REQUIRED_VARS Random123_INCLUDE_DIR
  REASON_FAILURE_MESSAGE "On Debian: apt-get install librandom123-dev")
mark_as_advanced(Random123_INCLUDE_DIR)

if(Random123_FOUND AND NOT TARGET Random123::Random123)
  add_library(Random123::Random123 INTERFACE IMPORTED)
  set_target_properties(Random123::Random123 PROPERTIES INTERFACE_INCLUDE_DIRECTORIES "${Random123_INCLUDE_DIR}")
endif()
