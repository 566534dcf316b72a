# A job whose time is nearly over keeps a checkpoint, goes back into the queue, and ends as if nothing had been, by srun. One
# that may not go back leaves its checkpoint to another job, with other nodes and tasks, by mpirun.
# ctest: RELEASE_ONLY TIMEOUT 280 PROCESSORS 2
source "$(dirname "$0")/cluster.bash"
export PANTILE_BIN="$BUILD_DIR/apps"
batch=$SOURCE_DIR/scripts/slurm
als_problem=(--generate 2000,500,40000 --factors 32 --iterations 25 --no-output)
lra_problem=(--generate 20000,50 --alpha 1e-5 --iterations 100)
OMPI_MCA_plm=isolated mpi 1 "$als" "${als_problem[@]}" --json als.json >log 2>&1 || fail "$(cat log)"
OMPI_MCA_plm=isolated mpi 1 "$lra" "${lra_problem[@]}" --json lra.json >log 2>&1 || fail "$(cat log)"

# ranks: the processes of the program on all nodes. hear: SIGUSR1 has come to all of them.
ranks() { grep -lEx 'pantile-(als|lra)' /proc/[0-9]*/comm 2>/dev/null | cut -d/ -f3; }
hear() {
  local rank
  for rank in $(ranks); do grep -q '^ShdPnd:.*2..$' "/proc/$rank/status" || return 1; done
}

# time_is_over: tells the job so, as --signal does, as soon as it begins. The ranks stand still until all of them have been
# told: otherwise they might have ended before.
time_is_over() {
  local all end=$((SECONDS + 60))
  until grep -q "starting from the beginning" "job-$job.log" 2>/dev/null; do
    ((SECONDS < end)) || fail "does not begin: $(cat "job-$job.log")"
    sleep 0.02
  done
  all=$(ranks)
  # shellcheck disable=SC2086 # as many as there are
  kill -STOP $all || fail "the job has ended before it was told that its time is over: $(cat "job-$job.log")"
  scancel --batch --signal=USR1 "$job"
  until_true 30 hear || fail "the signal does not come to every rank: $(cat "job-$job.log")"
  # shellcheck disable=SC2086
  kill -CONT $all
}

submit --nodes=4 --ntasks-per-node=2 "$batch/pantile-als.sbatch" "${als_problem[@]}" --json als.again.json
time_is_over
restarted() { scontrol -o show job "$job" | grep -q " Restarts=1 "; }
until_true 60 restarted || fail "not in the queue again: $(scontrol show job "$job"; cat "job-$job.log")"
# Slurm waits two minutes before it starts a job again. It is enough to wait for what is left of the first start on the nodes,
# and for another second than that in which they were told to end it: what was allowed before, they refuse.
nothing_left() { ! grep -qx slurmstepd /proc/[0-9]*/comm 2>/dev/null; }
until_true 60 nothing_left || fail "the nodes do not end the job: $(scontrol show job "$job")"
scontrol update JobId="$job" StartTime=now+2
ends "$job" COMPLETED
log_has "$job" "restart 1"
log_has "$job" "going on after iteration"
same_losses als.json als.again.json

PANTILE_LAUNCHER=mpirun submit --nodes=2 --ntasks-per-node=2 --no-requeue "$batch/pantile-lra.sbatch" "${lra_problem[@]}"
time_is_over
ends "$job" FAILED 75
log_has "$job" "submit again with PANTILE_CHECKPOINT=$PWD/pantile-$job/checkpoint"
PANTILE_CHECKPOINT=pantile-$job/checkpoint PANTILE_LAUNCHER=mpirun submit --nodes=3 --ntasks-per-node=1 \
  "$batch/pantile-lra.sbatch" "${lra_problem[@]}" --json lra.again.json
ends "$job" COMPLETED
log_has "$job" "going on after iteration"
same_losses lra.json lra.again.json
