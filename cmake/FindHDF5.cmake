# The HDF5 library, its C interface: hdf5.h and the library that belongs to it. Debian has several builds side by side, each in
# folders of its own, and the one for a single process is enough: ranks read and write bytes themselves. CMake's own
# module asks compilers that come with HDF5, and takes whichever build it meets first.
#
# Result: HDF5_FOUND and the target HDF5::HDF5. HDF5_INCLUDE_DIR and HDF5_LIBRARY may be set by hand.

foreach(build IN ITEMS serial "" openmpi)
  if(NOT HDF5_INCLUDE_DIR OR NOT HDF5_LIBRARY)
    if(build)
      set(library hdf5_${build})
      set(folder hdf5/${build})
    else()
      set(library hdf5)
      set(folder "")
    endif()
    find_path(HDF5_${build}_INCLUDE_DIR NAMES hdf5.h PATH_SUFFIXES ${folder})
    find_library(HDF5_${build}_LIBRARY NAMES ${library})
    mark_as_advanced(HDF5_${build}_INCLUDE_DIR HDF5_${build}_LIBRARY)
    if(HDF5_${build}_INCLUDE_DIR AND HDF5_${build}_LIBRARY)
      set(HDF5_INCLUDE_DIR
          ${HDF5_${build}_INCLUDE_DIR}
          CACHE PATH "Where hdf5.h is" FORCE)
      set(HDF5_LIBRARY
          ${HDF5_${build}_LIBRARY}
          CACHE FILEPATH "The library that belongs to it" FORCE)
    endif()
  endif()
endforeach()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(
  HDF5
  REQUIRED_VARS HDF5_LIBRARY HDF5_INCLUDE_DIR
  REASON_FAILURE_MESSAGE "On Debian: apt-get install libhdf5-dev")
mark_as_advanced(HDF5_INCLUDE_DIR HDF5_LIBRARY)

if(HDF5_FOUND AND NOT TARGET HDF5::HDF5)
  add_library(HDF5::HDF5 UNKNOWN IMPORTED)
  set_target_properties(HDF5::HDF5 PROPERTIES IMPORTED_LOCATION "${HDF5_LIBRARY}" INTERFACE_INCLUDE_DIRECTORIES
                                                                                  "${HDF5_INCLUDE_DIR}")
endif()
