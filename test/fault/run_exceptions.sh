# An exception that escapes on one rank ends the job at once, whatever the others wait for, and says where it was.
# ctest: TIMEOUT 300 PROCESSORS 1
. "$SOURCE_DIR/test/fault/expect.bash"

here="\[rank 1 of 4 on $host\]"
boom="fault/faults\.cpp:$(line_of 'throw pantile::domain_error("boom")')"
for way in barrier retile asleep computing finished bare; do
  run_quickly 4 $way
  wants_failure
  wants_once "$here domain_error: boom \[$boom\]"
done
run_quickly 4 retile
wants "boom.*\((in|after) barrier at fault/faults\.cpp:[0-9]+\)"

run_quickly 4 foreign
wants_failure
wants_once "$here error: boom \(after barrier at fault/faults\.cpp:[0-9]+\)"

run_quickly 4 not_std
wants_failure
wants_once "$here error: .*not a std::exception"

run_quickly 4 unwinding
wants_failure
wants_once "$here error: while unwinding"

# Caught in main, but only after the environment has gone by unwinding: waiting for the others would never end.
run_quickly 4 bare_caught
wants_failure
wants_once "$here .*exception leaves"

run_quickly 4 diverging
wants_status 1
wants_once 'divergence_error'
wants_once 'rank 0: allreduce at fault/faults\.cpp:[0-9]+'
wants_once 'rank 1: barrier at fault/faults\.cpp:[0-9]+'

run_quickly 4 leaving
wants_status 1
wants_once 'divergence_error'
wants_once 'rank 0: allreduce at fault/faults\.cpp:[0-9]+'
wants_once 'rank 1: the end of the program'

# An exception on every rank is one error of the program: one message, exit code 1.
for ranks in 1 2 4; do
  for way in everywhere everywhere_not_at_once everywhere_midway; do
    run_quickly $ranks $way
    wants_status 1
    wants_once 'boom'
    wants_once '^shape_error: boom \[fault/faults\.cpp:[0-9]+\]$'
    wants_no '^\[rank'
  done
done

run_quickly 4 everywhere_differently
wants_status 1
wants_once '^\[rank 1 of 4\] domain_error: bang'
wants '^\[rank 3 of 4\] shape_error: boom'
finish
