# Ranks that die without a word: the job ends with them.
# ctest: TIMEOUT 200 PROCESSORS 1
. "$SOURCE_DIR/test/fault/expect.bash"

run_quickly 4 killed
((status != 0 && status != 124)) || complain "exit code $status"
run_quickly 4 exiting
wants_failure
run_quickly 4 exiting_well
wants_failure
run_quickly 4 codes
wants_status 4
run_quickly 4 nothing
wants_status 0
finish
