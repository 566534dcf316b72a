# cmake -D COMPILER=... -D FLAGS=<response file> -D HEADER=<what to include first> -D SOURCE=... -P run.cmake: fails
# unless the compiler rejects SOURCE with a message that matches the file's first line.

file(STRINGS ${SOURCE} first_line LIMIT_COUNT 1)
if(NOT first_line MATCHES "^// expect: (.+)$")
  message(FATAL_ERROR "${SOURCE}: the first line must be '// expect: <regex>'")
endif()
set(expected "${CMAKE_MATCH_1}")

# Plain quotes in messages, whatever the user's language.
set(ENV{LC_ALL} C)
execute_process(
  COMMAND ${COMPILER} @${FLAGS} -include ${HEADER} -fsyntax-only ${SOURCE}
  RESULT_VARIABLE status
  OUTPUT_VARIABLE messages
  ERROR_VARIABLE messages)

if(status EQUAL 0)
  message(FATAL_ERROR "${SOURCE} compiles, but it must not: expected '${expected}'")
endif()
if(NOT messages MATCHES "${expected}")
  message(FATAL_ERROR "${SOURCE} is rejected, but no message matches '${expected}':\n${messages}")
endif()
message(STATUS "rejected as expected: ${CMAKE_MATCH_0}")
