# The executor and the communicator in their other environments: messages where tiles are usually shared, and no checks.
# ctest: TIMEOUT 600
set -u
ranks_here=$TEST_RANKS
[[ -n ${ASAN_OPTIONS-} ]] && ranks_here=2
# cases RANKS PROGRAM FILE: the test cases of one file.
cases() { timeout -k 5 120 mpirun -n "$1" "$BUILD_DIR/test/$2" -# "[#$3_test]"; }
for ranks in $ranks_here; do
  PANTILE_SHARED_MEMORY=0 cases "$ranks" mpi_ops executor || exit 1
  PANTILE_CHECK=0 cases "$ranks" mpi_comm collectives || exit 1
done
# A limit on the size of files leaves no memory file for tiles: messages then, as without shared memory.
ulimit -f 100000
cases 2 mpi_ops movement
