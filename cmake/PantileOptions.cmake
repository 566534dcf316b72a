# What a user of this build may choose. A project that adds Pantile by add_subdirectory gets the library alone,
# without machine-dependent code and without our strictness.

option(BUILD_SHARED_LIBS "Build the pantile library shared instead of static" OFF)
option(PANTILE_BUILD_APPS "Build pantile-als, pantile-lra and the example programs" ${PROJECT_IS_TOP_LEVEL})
option(PANTILE_BUILD_TESTS "Build the tests" ${PROJECT_IS_TOP_LEVEL})
option(PANTILE_BUILD_BENCH "Build pantile-bench" ${PROJECT_IS_TOP_LEVEL})
option(PANTILE_INSTALL "Generate the install rules and the package config" ${PROJECT_IS_TOP_LEVEL})
option(PANTILE_TRACE "Let programs be profiled and traced (PANTILE_TRACE=profile); OFF compiles it out" ON)
option(PANTILE_WERROR "Treat warnings in our own code as errors" OFF)

# Code for the processor at hand. It applies to the library and the programs built here, never to a user's own
# targets; data that crosses the two keeps one layout (see EIGEN_MAX_ALIGN_BYTES in lib/CMakeLists.txt). Switch
# it off for a package that other machines shall run.
option(PANTILE_NATIVE "Compile our own targets with -march=native" ${PROJECT_IS_TOP_LEVEL})

# For builds from nothing. A developer who changes one source of the library is served better without.
option(PANTILE_UNITY "Compile the sources of the library, the programs and the tests in groups" OFF)

option(PANTILE_SANITIZE_ALL "Sanitizers: also check every access for null, alignment and type; also the tests marked RELEASE_ONLY" OFF)
set(PANTILE_SANITIZE
    ""
    CACHE STRING "Sanitizers for our own targets, as -fsanitize= takes them, such as address,undefined")

if(PROJECT_IS_TOP_LEVEL)
  get_property(_multi_config GLOBAL PROPERTY GENERATOR_IS_MULTI_CONFIG)
  if(NOT CMAKE_BUILD_TYPE AND NOT _multi_config)
    set(CMAKE_BUILD_TYPE
        Release
        CACHE STRING "Build type" FORCE)
  endif()
  unset(_multi_config)
  set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
endif()
