# A job whose time is nearly over keeps a checkpoint, goes back into the queue, and ends as if nothing had been, by srun. One
# that may not go back leaves its checkpoint to another job, with other nodes and tasks, by mpirun.
# ctest: RELEASE_ONLY TIMEOUT 150 PROCESSORS 2
source "$(dirname "$0")/cluster.bash"
export PANTILE_BIN="$BUILD_DIR/apps"
batch=$SOURCE_DIR/scripts/slurm
als_problem=(--generate 2000,500,40000 --factors 32 --iterations 30 --no-output)
lra_problem=(--generate 20000,100 --alpha 1e-5 --iterations 400)
OMPI_MCA_plm=isolated mpi 1 "$als" "${als_problem[@]}" --json als.json >log 2>&1 || fail "$(cat log)"
OMPI_MCA_plm=isolated mpi 1 "$lra" "${lra_problem[@]}" --json lra.json >log 2>&1 || fail "$(cat log)"

# time_is_over: tells the job so, as --signal does, as soon as it has kept something.
time_is_over() {
  until_true 60 test -e "pantile-$job/checkpoint/checkpoint.json" || fail "no checkpoint: $(cat "job-$job.log")"
  scancel --batch --signal=USR1 "$job"
}

submit --nodes=4 --ntasks-per-node=2 "$batch/pantile-als.sbatch" "${als_problem[@]}" --json als.again.json
time_is_over
restarted() { scontrol -o show job "$job" | grep -q " Restarts=1 "; }
until_true 60 restarted || fail "not in the queue again: $(scontrol show job "$job"; cat "job-$job.log")"
# Not in two minutes, but not in this second either: nodes refuse what was allowed before they ended the job.
until_true 60 scontrol update JobId="$job" StartTime=now+2 2>/dev/null
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
