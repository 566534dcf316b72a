# The test harness: how tests are built and in which environment CTest runs them.
#
#   pantile_pure_test(<room> <source>...)         no MPI                CTest: pure.<room>
#   pantile_mpi_test(<room> <source>...)          on several ranks      CTest: mpi.<room>.np<R>
#   pantile_shell_test(<name> <script>)           exit code 77 means skipped
#   pantile_add_mpi_runs(<test> <target> ...)     CTest entries <test>.np<R> of a program that is there
#
# test/CMakeLists.txt calls the first three for what it finds. A file may carry one line with settings of its own,
# "// ctest: RELEASE_ONLY OPTIMIZE" (in a shell test "# ctest: TIMEOUT 300"). RELEASE_ONLY leaves it out of the sanitizer
# build, which has others of its kind and little time; PANTILE_SANITIZE_ALL brings it back. OPTIMIZE: see below.
# INTERNALS lets a test include the library's own headers, <trace/spool.hpp>.

find_package(Catch2 2.13 REQUIRED)
find_program(PANTILE_TIMEOUT_PROGRAM timeout REQUIRED)
mark_as_advanced(PANTILE_TIMEOUT_PROGRAM)

if(PANTILE_SANITIZE)
  set(PANTILE_TEST_RANKS 1 4)
  set(PANTILE_TEST_TIMEOUT 280)
else()
  set(PANTILE_TEST_RANKS 1 2 3 4 6 9)
  set(PANTILE_TEST_TIMEOUT 180)
endif()

# The environment of every test. Open MPI's settings have one home, scripts/mpi-env.
set(PANTILE_TEST_ENVIRONMENT OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_plm=isolated
                             OMP_WAIT_POLICY=passive)
file(STRINGS ${PROJECT_SOURCE_DIR}/scripts/mpi-env mpi_defaults REGEX "^mpi_default ")
foreach(line IN LISTS mpi_defaults)
  string(REGEX REPLACE "^mpi_default +([^ ]+) +([^ ]+) *$" "\\1=\\2" setting "${line}")
  list(APPEND PANTILE_TEST_ENVIRONMENT ${setting})
endforeach()
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/scripts/mpi-env)

add_library(test_sleepy_yield SHARED ${PROJECT_SOURCE_DIR}/test/support/sleepy_yield.cpp)
list(APPEND PANTILE_TEST_ENVIRONMENT LD_PRELOAD=$<TARGET_FILE:test_sleepy_yield>)

# Real data, where it lies beside the source; tests that want it are skipped, and say so, where it does not.
if(IS_DIRECTORY ${PROJECT_SOURCE_DIR}/../shared/data)
  list(APPEND PANTILE_TEST_ENVIRONMENT PANTILE_TEST_DATA=${PROJECT_SOURCE_DIR}/../shared/data)
endif()

# Leaks of Open MPI are told from ours by whole stacks; taking those at every allocation doubles what tests take. One rank
# looks for leaks so, and the programs on several (test/apps) do; more ranks and faults do not, and tests without MPI need
# no more than the caller of an allocation.
#
# GCC 12's __tls_get_addr interceptor takes a block of thread-local memory that happens to start 16 bytes into a page for
# one of glibc 2.19, reads a length from before it, and the search for leaks dies there (github.com/google/sanitizers,
# issue 1322): it is not needed, such blocks come from malloc.
set(PANTILE_TEST_LEAKS "")
set(PANTILE_TEST_LEAKS_WITHOUT_MPI "")
set(PANTILE_TEST_NO_LEAKS "")
if(PANTILE_SANITIZE)
  list(APPEND PANTILE_TEST_ENVIRONMENT
       LSAN_OPTIONS=suppressions=${PROJECT_SOURCE_DIR}/test/support/lsan.supp:print_suppressions=0
       UBSAN_OPTIONS=print_stacktrace=1)
  set(PANTILE_TEST_ASAN ASAN_OPTIONS=exitcode=99:intercept_tls_get_addr=0:verify_asan_link_order=0)
  set(PANTILE_TEST_LEAKS ${PANTILE_TEST_ASAN}:detect_leaks=1:fast_unwind_on_malloc=0)
  set(PANTILE_TEST_LEAKS_WITHOUT_MPI ${PANTILE_TEST_ASAN}:detect_leaks=1)
  set(PANTILE_TEST_NO_LEAKS ${PANTILE_TEST_ASAN}:detect_leaks=0)
endif()

# Test programs are many and run for milliseconds: optimised, they would take twice as long to compile. What is
# optimised is the library, the programs, the examples (which are tests, too), the benchmarks, and those tests whose
# oracles take long: OPTIMIZE (not with sanitizers).
#
# Parsing Catch2, Eigen and the library takes 5 s, more than most tests themselves: they are precompiled once for all.
# CMAKE_DISABLE_PRECOMPILE_HEADERS shows which tests forget an include.
pantile_precompile(pantile_test_pch -O0)
target_link_libraries(pantile_test_pch PRIVATE Catch2::Catch2 nlohmann_json::nlohmann_json)
target_precompile_headers(pantile_test_pch PRIVATE <catch2/catch.hpp>)

# _pantile_settings(<file>): the settings line of a test file, as a list in `settings`; `left_out` where this build shall
# not have the test.
function(_pantile_settings file)
  file(STRINGS ${file} lines REGEX "^(//|#) ctest: " LIMIT_COUNT 1)
  set(settings "")
  if(lines)
    string(REGEX REPLACE "^(//|#) ctest: *" "" settings "${lines}")
    separate_arguments(settings UNIX_COMMAND "${settings}")
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
  endif()
  set(left_out FALSE)
  if("RELEASE_ONLY" IN_LIST settings)
    list(REMOVE_ITEM settings RELEASE_ONLY)
    if(PANTILE_SANITIZE AND NOT PANTILE_SANITIZE_ALL)
      set(left_out TRUE)
    endif()
  endif()
  set(left_out
      ${left_out}
      PARENT_SCOPE)
  set(settings
      ${settings}
      PARENT_SCOPE)
endfunction()

# What tests share is compiled once for all: Catch2's own code, the mains, and the oracles of matrices, which are optimised.
# None of it is watched: with sanitizers Catch2 alone would take more than a minute.
function(_pantile_add_test_object name)
  add_library(test_${name} OBJECT ${PROJECT_SOURCE_DIR}/test/support/${name}.cpp)
  pantile_own_target(test_${name})
  target_include_directories(test_${name} PRIVATE ${PROJECT_SOURCE_DIR}/test ${PROJECT_SOURCE_DIR}/lib)
  target_link_libraries(test_${name} PRIVATE pantile::pantile Catch2::Catch2)
  target_compile_options(test_${name} PRIVATE ${ARGN} -g0)
  if(PANTILE_SANITIZE)
    target_compile_options(test_${name} PRIVATE -fno-sanitize=all)
  endif()
endfunction()
_pantile_add_test_object(catch -O0)
_pantile_add_test_object(catch_main -O0)
_pantile_add_test_object(mpi_main -O0)
_pantile_add_test_object(matrices -O2)

# _pantile_add_test_program(<target> <main> <source>...): one program of the files that this build shall have, if any.
# They share most of what they instantiate: groups of them compile in little more than half the time.
function(_pantile_add_test_program target main)
  set(sources "")
  foreach(source IN LISTS ARGN)
    _pantile_settings(${source})
    if(left_out)
      continue()
    endif()
    list(APPEND sources ${source})
    if("INTERNALS" IN_LIST settings)
      set_source_files_properties(${source} PROPERTIES INCLUDE_DIRECTORIES ${PROJECT_SOURCE_DIR}/lib)
    endif()
    if("OPTIMIZE" IN_LIST settings)
      set_source_files_properties(${source} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
      if(NOT PANTILE_SANITIZE)
        set_source_files_properties(${source} PROPERTIES COMPILE_OPTIONS -O1 SKIP_PRECOMPILE_HEADERS ON)
      endif()
    endif()
  endforeach()
  if(NOT sources)
    return()
  endif()
  add_executable(${target} ${sources})
  pantile_own_target(${target})
  target_compile_options(${target} PRIVATE -O0)
  target_precompile_headers(${target} REUSE_FROM pantile_test_pch)
  if(CMAKE_CXX_COMPILER_ID STREQUAL GNU AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    # More of what GCC 12 sees in sums of strings. Tests add many, and the sanitizers watch them; the library keeps
    # these warnings.
    target_compile_options(${target} PRIVATE -Wno-array-bounds -Wno-stringop-overflow)
  endif()
  pantile_compile_in_groups(${target} 20)
  target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR}/test)
  target_link_libraries(${target} PRIVATE test_catch test_${main} test_matrices pantile::pantile Catch2::Catch2
                                          nlohmann_json::nlohmann_json)
endfunction()

function(pantile_pure_test room)
  _pantile_add_test_program(pure_${room} catch_main ${ARGN})
  if(TARGET pure_${room})
    add_test(NAME pure.${room} COMMAND pure_${room})
    set_tests_properties(
      pure.${room}
      PROPERTIES LABELS pure TIMEOUT ${PANTILE_TEST_TIMEOUT} ENVIRONMENT
                 "${PANTILE_TEST_ENVIRONMENT};${PANTILE_TEST_LEAKS_WITHOUT_MPI};OMP_NUM_THREADS=2;OPENBLAS_NUM_THREADS=2")
  endif()
endfunction()

function(pantile_mpi_test room)
  _pantile_add_test_program(mpi_${room} mpi_main ${ARGN})
  if(TARGET mpi_${room})
    pantile_add_mpi_runs(mpi.${room} mpi_${room} LABELS mpi)
  endif()
endfunction()

# One rank alone runs two threads, so that the threaded paths are tested; more ranks run one thread each.
function(pantile_add_mpi_runs test target)
  cmake_parse_arguments(PARSE_ARGV 2 arg "" "TIMEOUT" "RANKS;LABELS;ARGS")
  if(NOT arg_RANKS)
    set(arg_RANKS ${PANTILE_TEST_RANKS})
  endif()
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT ${PANTILE_TEST_TIMEOUT})
  endif()
  math(EXPR ctest_timeout "${arg_TIMEOUT} + 15")
  foreach(ranks IN LISTS arg_RANKS)
    set(threads 1)
    if(ranks EQUAL 1)
      set(threads 2)
    endif()
    set(leaks ${PANTILE_TEST_LEAKS})
    if(ranks GREATER 1)
      set(leaks ${PANTILE_TEST_NO_LEAKS})
    endif()
    # mpirun has been seen hanging and deaf to SIGTERM: timeout kills it for good.
    add_test(NAME ${test}.np${ranks}
             COMMAND ${PANTILE_TIMEOUT_PROGRAM} -k 5 ${arg_TIMEOUT} ${MPIEXEC_EXECUTABLE} ${MPIEXEC_NUMPROC_FLAG}
                     ${ranks} $<TARGET_FILE:${target}> ${arg_ARGS})
    set_tests_properties(
      ${test}.np${ranks}
      PROPERTIES LABELS "${arg_LABELS}" PROCESSORS ${ranks} TIMEOUT ${ctest_timeout} ENVIRONMENT
                 "${PANTILE_TEST_ENVIRONMENT};${leaks};OMP_NUM_THREADS=${threads};OPENBLAS_NUM_THREADS=${threads}")
  endforeach()
endfunction()

# A script sees BUILD_DIR, SOURCE_DIR and TEST_RANKS ("1 2 3 4 6 9" or fewer) and starts mpirun itself.
function(pantile_shell_test name script)
  cmake_parse_arguments(PARSE_ARGV 2 arg "" "TIMEOUT;PROCESSORS" "LABELS")
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 300)
  endif()
  if(NOT arg_PROCESSORS)
    set(arg_PROCESSORS 2)
  endif()
  set(leaks ${PANTILE_TEST_NO_LEAKS})
  if(arg_LABELS STREQUAL apps)
    set(leaks ${PANTILE_TEST_LEAKS})
  endif()
  list(JOIN PANTILE_TEST_RANKS " " ranks)
  add_test(NAME ${name} COMMAND ${PANTILE_TIMEOUT_PROGRAM} -k 5 ${arg_TIMEOUT} bash ${script})
  math(EXPR ctest_timeout "${arg_TIMEOUT} + 15")
  set_tests_properties(
    ${name}
    PROPERTIES LABELS "${arg_LABELS}"
               SKIP_RETURN_CODE 77
               PROCESSORS ${arg_PROCESSORS}
               TIMEOUT ${ctest_timeout}
               ENVIRONMENT
               "${PANTILE_TEST_ENVIRONMENT};${leaks};OMP_NUM_THREADS=1;OPENBLAS_NUM_THREADS=1;BUILD_DIR=${PROJECT_BINARY_DIR};SOURCE_DIR=${PROJECT_SOURCE_DIR};TEST_RANKS=${ranks}"
  )
endfunction()
