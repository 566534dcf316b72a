# What one rank has no memory for is memory_error on every rank, without anyone waiting for it.
# ctest: TIMEOUT 120 PROCESSORS 1
. "$SOURCE_DIR/test/fault/expect.bash"
faults="$BUILD_DIR/test/fault/scarce_memory"
scratch="$(mktemp -d)"
trap 'rm -rf "$scratch"' EXIT
export OMP_NUM_THREADS=1 PANTILE_SHARED_MEMORY=0
run 3 "$scratch"
wants_status 0
wants_once '^read_libsvm: [0-9]+ refusals$'
wants_no 'FAILED'
finish
