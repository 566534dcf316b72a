include(CheckLinkerFlag)
# It links in half the time of the usual one.
check_linker_flag(CXX -fuse-ld=gold PANTILE_HAVE_GOLD)

# pantile_own_target(<target>): the language level, warnings, processor and sanitizers of the targets built here.
# All of it is PRIVATE: users compile with their own flags.
function(pantile_own_target target)
  target_compile_features(${target} PRIVATE cxx_std_20)
  set_target_properties(${target} PROPERTIES CXX_EXTENSIONS OFF)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion)
  if(CMAKE_CXX_COMPILER_ID STREQUAL GNU AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    # GCC 12 sees overlapping copies inside std::string where a literal and a string are added.
    target_compile_options(${target} PRIVATE -Wno-restrict)
  endif()
  if(PANTILE_WERROR)
    target_compile_options(${target} PRIVATE -Werror)
  endif()

  # Neither option changes a value: nobody here reads errno after a math function, or unmasks floating-point traps,
  # and both stand in the way of vectorised loops.
  target_compile_options(${target} PRIVATE -fno-math-errno -fno-trapping-math)
  if(PANTILE_NATIVE)
    target_compile_options(${target} PRIVATE -march=native)
    if(CMAKE_CXX_COMPILER_ID STREQUAL GNU AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
      # GCC 12 takes the undefined operand of its own AVX-512 intrinsics, wherever Eigen is inlined, for a variable of
      # ours (GCC bug 105593). Portable builds (preset ci) keep the warning.
      target_compile_options(${target} PRIVATE -Wno-maybe-uninitialized -Wno-uninitialized)
    endif()
  endif()

  if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
    # It looks for memory to free less often: a tenth of what tests take to compile, for a fifth more memory.
    target_compile_options(${target} PRIVATE "SHELL:--param ggc-min-expand=400 --param ggc-min-heapsize=1000000")
  endif()

  if(PANTILE_HAVE_GOLD)
    target_link_options(${target} PRIVATE -fuse-ld=gold)
  endif()

  if(PANTILE_SANITIZE)
    # The checks that sanitizers insert make GCC see uninitialised values where there are none; the sanitizers
    # themselves are the better judges there.
    target_compile_options(
      ${target} PRIVATE -fsanitize=${PANTILE_SANITIZE} -fno-sanitize-recover=undefined -fno-omit-frame-pointer
                        -Wno-maybe-uninitialized)
    if(NOT PANTILE_SANITIZE_ALL)
      # Of every access, these are a third of what a source costs to compile. A null pointer that is used, the address
      # sanitizer reports as well.
      target_compile_options(${target} PRIVATE -fno-sanitize=null,alignment,vptr)
    endif()
    target_link_options(${target} PRIVATE -fsanitize=${PANTILE_SANITIZE})
  endif()
endfunction()

# pantile_compile_in_groups(<target> <size>): a good part of a source's compile time is what it shares with its neighbours,
# headers and instantiated templates: groups of `size` sources have them once (PANTILE_UNITY).
function(pantile_compile_in_groups target size)
  if(NOT PANTILE_UNITY)
    return()
  endif()
  set_target_properties(${target} PROPERTIES UNITY_BUILD TRUE UNITY_BUILD_BATCH_SIZE ${size})
  if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
    # It takes the sources of a group for headers, whose types in unnamed namespaces could differ.
    target_compile_options(${target} PRIVATE -Wno-subobject-linkage)
  endif()
endfunction()

# pantile_precompile(<target> [<option>...]): the library's umbrella header, compiled once with these options. Targets
# with the same ones reuse it: target_precompile_headers(... REUSE_FROM <target>).
function(pantile_precompile target)
  file(CONFIGURE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/${target}.cpp CONTENT "// carries the precompiled header\n" @ONLY)
  add_library(${target} OBJECT ${CMAKE_CURRENT_BINARY_DIR}/${target}.cpp)
  pantile_own_target(${target})
  target_compile_options(${target} PRIVATE ${ARGN})
  target_link_libraries(${target} PRIVATE pantile::pantile)
  target_precompile_headers(${target} PRIVATE <pantile/pantile.hpp>)
endfunction()
