# The executor, products and the communicator in their other environments: messages where tiles are usually shared, nodes of
# a part of the ranks, and no checks.
# ctest: TIMEOUT 600
set -u
ranks_here=$TEST_RANKS product_ranks="4 6"
nodes="4:2 6:4" # ranks : of a node; the last node may have fewer
[[ -n ${ASAN_OPTIONS-} ]] && ranks_here=2 product_ranks=2 nodes=4:2
# cases RANKS PROGRAM FILTER: some test cases.
cases() { timeout -k 5 120 mpirun -n "$1" "$BUILD_DIR/test/$2" -# "$3"; }
for ranks in $ranks_here; do
  PANTILE_SHARED_MEMORY=0 cases "$ranks" mpi_ops "[#executor_test]" || exit 1
  PANTILE_CHECK=0 cases "$ranks" mpi_comm "[#collectives_test]~large allreduces*" || exit 1
done
for ranks in $product_ranks; do
  PANTILE_SHARED_MEMORY=0 cases "$ranks" mpi_linalg "[#product_ways_test],[#gemm_test]" || exit 1
done
for node in $nodes; do
  PANTILE_RANKS_PER_NODE=${node#*:} cases "${node%:*}" mpi_comm "*large*" || exit 1
  PANTILE_RANKS_PER_NODE=${node#*:} cases "${node%:*}" mpi_ops "[#executor_test]" || exit 1
done
# A limit on the size of files leaves no memory file for tiles: messages then, as without shared memory.
ulimit -f 100000
cases 2 mpi_ops "[#movement_test]"
