# cmake --install: headers, library, programs and a package that find_package(pantile) finds.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/pantile)

install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/pantile DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(TARGETS pantile EXPORT pantile_targets)
install(
  EXPORT pantile_targets
  NAMESPACE pantile::
  FILE pantileTargets.cmake
  DESTINATION ${package_dir})

get_property(programs GLOBAL PROPERTY PANTILE_PROGRAMS)
if(programs)
  # Found from bin/ when the library is shared.
  set_target_properties(${programs} PROPERTIES INSTALL_RPATH "$ORIGIN/../${CMAKE_INSTALL_LIBDIR}")
  install(TARGETS ${programs} OPTIONAL) # those that are built: scripts/demo does not build all
endif()

configure_package_config_file(
  ${PROJECT_SOURCE_DIR}/cmake/pantileConfig.cmake.in ${PROJECT_BINARY_DIR}/pantileConfig.cmake
  INSTALL_DESTINATION ${package_dir}
  NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/pantileConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/pantileConfig.cmake ${PROJECT_BINARY_DIR}/pantileConfigVersion.cmake
        DESTINATION ${package_dir})
install(FILES ${PROJECT_SOURCE_DIR}/cmake/FindCBLAS.cmake ${PROJECT_SOURCE_DIR}/cmake/FindLAPACKE.cmake
              ${PROJECT_SOURCE_DIR}/cmake/FindRandom123.cmake ${PROJECT_SOURCE_DIR}/cmake/FindSCALAPACK.cmake
              ${PROJECT_SOURCE_DIR}/cmake/FindHDF5.cmake ${PROJECT_SOURCE_DIR}/cmake/FindOTF2.cmake
              ${PROJECT_SOURCE_DIR}/cmake/FindPAPI.cmake
        DESTINATION ${package_dir}/modules)
install(
  PROGRAMS ${PROJECT_SOURCE_DIR}/scripts/slurm/scaling ${PROJECT_SOURCE_DIR}/scripts/slurm/scaling-table
           ${PROJECT_SOURCE_DIR}/scripts/slurm/pantile-als.sbatch ${PROJECT_SOURCE_DIR}/scripts/slurm/pantile-lra.sbatch
  DESTINATION ${CMAKE_INSTALL_DATADIR}/pantile/slurm)
install(FILES ${PROJECT_SOURCE_DIR}/scripts/slurm/job.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/pantile/slurm)
install(FILES ${PROJECT_SOURCE_DIR}/scripts/mpi-env DESTINATION ${CMAKE_INSTALL_DATADIR}/pantile)
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
