# cmake -D BUILD_DIR=... -D SCRATCH=... -D COMPILER=... -D CONFIG=... -D MPIEXEC=... -P run.cmake: installs BUILD_DIR
# into SCRATCH/prefix, then configures, builds and runs the project beside this file against it.

set(project ${CMAKE_CURRENT_LIST_DIR}/project)
file(REMOVE_RECURSE ${SCRATCH})

function(step)
  execute_process(COMMAND ${ARGV} COMMAND_ECHO STDOUT COMMAND_ERROR_IS_FATAL ANY)
endfunction()

step(${CMAKE_COMMAND} --install ${BUILD_DIR} --prefix ${SCRATCH}/prefix)
step(${CMAKE_COMMAND} -S ${project} -B ${SCRATCH}/build -G Ninja -D CMAKE_PREFIX_PATH=${SCRATCH}/prefix -D
     CMAKE_BUILD_TYPE=${CONFIG} -D CMAKE_CXX_COMPILER=${COMPILER})
step(${CMAKE_COMMAND} --build ${SCRATCH}/build)
step(timeout -k 5 60 ${MPIEXEC} -n 2 ${SCRATCH}/build/consumer)
