# A job that is told that its time is over keeps a checkpoint, goes back into the queue, and ends as if nothing had been; what
# is left of a job that was killed is where another one goes on, on other nodes.
# ctest: RELEASE_ONLY TIMEOUT 120 PROCESSORS 2
source "$(dirname "$0")/cluster.bash"
batch=$SOURCE_DIR/scripts/slurm/pantile-als.sbatch
export PANTILE_BIN="$BUILD_DIR/apps"
problem=(--generate 2000,500,40000 --factors 32 --iterations 40 --no-output)
OMPI_MCA_plm=isolated mpi 1 "$als" "${problem[@]}" --json whole.json >log 2>&1 || fail "$(cat log)"

# reached ITERATION: the log of the job has it.
reached() { grep -Eq "^ +$1 +[0-9.]+ " "job-$job.log" 2>/dev/null; }
restarts() { scontrol -o show job "$job" | grep -q " Restarts=$1 "; }

submit --nodes=4 --ntasks-per-node=2 "$batch" "${problem[@]}" --json resumed.json
until_true 60 reached 2 || fail "no iteration: $(cat "job-$job.log")"
scancel --batch --signal=USR1 "$job"
until_true 60 restarts 1 || fail "not in the queue again: $(scontrol show job "$job"; cat "job-$job.log")"
until_true 30 scontrol update JobId="$job" StartTime=now 2>/dev/null # instead of two minutes later
ends "$job" COMPLETED
log_has "$job" "restarted 1 time"
