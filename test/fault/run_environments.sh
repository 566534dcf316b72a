# Environments that begin where MPI runs already, a second time, or not at all.
# ctest: TIMEOUT 120 PROCESSORS 1
. "$SOURCE_DIR/test/fault/expect.bash"

for ranks in 1 2 4; do
  run $ranks joining
  wants_status 0
  wants_once "joined, $ranks ranks"
done
run 2 two_environments
wants_status 0
wants_once 'refused: .*already'
run 2 environment_again
wants_status 0
wants 'refused: .*finalized'
wants_no 'MPI_ERR|errors are fatal'
run 1 no_environment
wants_status 0
wants_once 'refused'
run 1 handler_restored
wants_status 0
wants_once 'handler restored'
run 1 after_environment
wants 'terminated in order'
wants_no 'MPI_ABORT|rank -1'
PANTILE_CHECK=3 run 1 nothing
wants_status 1
wants_once 'PANTILE_CHECK must be 0, 1 or 2'
finish
