# The executor and the communicator in their other environments: messages where tiles are usually shared, and no checks.
# ctest: TIMEOUT 600
set -u
for ranks in $TEST_RANKS; do
  ((ranks > 4)) && [[ -n ${ASAN_OPTIONS-} ]] && continue
  PANTILE_SHARED_MEMORY=0 timeout -k 5 120 mpirun -n "$ranks" "$BUILD_DIR/test/mpi_executor" || exit 1
  PANTILE_CHECK=0 timeout -k 5 120 mpirun -n "$ranks" "$BUILD_DIR/test/mpi_communicator_collectives" || exit 1
done
# A limit on the size of files leaves no memory file for tiles: messages then, as without shared memory.
timeout -k 5 120 mpirun -n 2 bash -c 'ulimit -f 100000; exec "$0"' "$BUILD_DIR/test/mpi_movement" || exit 1
