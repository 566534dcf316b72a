# xxHash, used by inclusion: XXH_INLINE_ALL makes every function of xxhash.h inline, so that there is no library
# to link and none that our users must have.
#
# Result: xxHash_FOUND and the target xxHash::xxHash. xxHash_INCLUDE_DIR may be set by hand.

find_path(xxHash_INCLUDE_DIR NAMES xxhash.h)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(
  xxHash
  REQUIRED_VARS xxHash_INCLUDE_DIR
  REASON_FAILURE_MESSAGE "On Debian: apt-get install libxxhash-dev")
mark_as_advanced(xxHash_INCLUDE_DIR)

if(xxHash_FOUND AND NOT TARGET xxHash::xxHash)
  add_library(xxHash::xxHash INTERFACE IMPORTED)
  set_target_properties(xxHash::xxHash PROPERTIES INTERFACE_INCLUDE_DIRECTORIES "${xxHash_INCLUDE_DIR}"
                                                  INTERFACE_COMPILE_DEFINITIONS "XXH_INLINE_ALL=1")
endif()
