# The batch files on four nodes with two tasks each, by srun and by mpirun, from a folder that is not theirs: losses as on
# one rank, threads and cores as asked for, a trace. Bad input fails with the program's
# own message.
# ctest: RELEASE_ONLY TIMEOUT 280 PROCESSORS 2
source "$(dirname "$0")/cluster.bash"
batch=$SOURCE_DIR/scripts/slurm
ratings=(--generate 400,100,4000 --factors 4 --iterations 3)
rows=(--generate 2000,10 --alpha 1e-4 --iterations 20)
OMPI_MCA_plm=isolated mpi 1 "$als" "${ratings[@]}" --no-output --json als.json >log 2>&1 || fail "$(cat log)"
OMPI_MCA_plm=isolated mpi 1 "$lra" "${rows[@]}" --json lra.json >log 2>&1 || fail "$(cat log)"

mkdir "a folder"
cd "a folder"
export PANTILE_BIN="$BUILD_DIR/apps"
all=(--nodes=4 --ntasks-per-node=2)
printf '1,10,3\n2,10,abc\n' >text.csv
submit "${all[@]}" "$batch/pantile-als.sbatch" "${ratings[@]}" --output model --json als.srun.json
als_by_srun=$job
PANTILE_LAUNCHER=mpirun submit "${all[@]}" "$batch/pantile-als.sbatch" "${ratings[@]}" --no-output --json als.mpirun.json
als_by_mpirun=$job
PANTILE_TRACE=trace submit "${all[@]}" "$batch/pantile-lra.sbatch" "${rows[@]}" --json lra.srun.json
lra_by_srun=$job
submit --nodes=2 --ntasks-per-node=1 --cpus-per-task=2 "$batch/pantile-als.sbatch" --ratings text.csv --output bad
bad=$job
PANTILE_LAUNCHER=by_hand submit "$batch/pantile-lra.sbatch"
by_hand=$job

ends "$als_by_srun" COMPLETED
ends "$als_by_mpirun" COMPLETED
ends "$lra_by_srun" COMPLETED
for job in "$als_by_srun" "$als_by_mpirun" "$lra_by_srun"; do log_has "$job" "8 ranks with 1 thread each"; done
same_losses ../als.json als.srun.json
same_losses ../als.json als.mpirun.json
same_losses ../lra.json lra.srun.json
[[ -s model/user_factors.npy ]] || fail "no model: $(ls)"
[[ -s pantile-$lra_by_srun/trace-0/traces.otf2 ]] || fail "no trace: $(ls -R .)"

ends "$bad" FAILED 1
log_has "$bad" "text.csv:2: column 3: 'abc'"
[[ ! -e bad ]] || fail "a model of bad ratings: $(ls bad)"
ends "$by_hand" FAILED 2
log_has "$by_hand" "PANTILE_LAUNCHER is srun or mpirun, not 'by_hand'"

# Where each task may run, told by what stands in for the program.
(($(env -u OMP_NUM_THREADS nproc) >= 2)) || exit 0
mkdir stand-in
cat >stand-in/pantile-lra <<'PROGRAM'
#!/bin/sh
echo "$(hostname) has $(sed -n 's/^Cpus_allowed_list:[[:space:]]*//p' /proc/self/status) for $OMP_NUM_THREADS"
PROGRAM
chmod +x stand-in/pantile-lra
export PANTILE_BIN="$PWD/stand-in" PANTILE_PIN=cores
# places WANTED SBATCH-ARGUMENT...: what the tasks of a job shall say; jobs for as many nodes run at once.
pinned=()
places() {
  submit "${@:2}" "$batch/pantile-lra.sbatch"
  pinned+=("$job $1")
}
places "0 for 1,1 for 1" --ntasks-per-node=2
places "0-1 for 2" --ntasks-per-node=1 --cpus-per-task=2
PANTILE_LAUNCHER=mpirun places "0 for 1,1 for 1" --ntasks-per-node=2
PANTILE_PIN=none places "0-1 for 1,0-1 for 1" --ntasks-per-node=2
for one in "${pinned[@]}"; do
  job=${one%% *}
  ends "$job" COMPLETED
  said=$(sed -n 's/.* has //p' "job-$job.log" | sort | paste -sd,)
  [[ $said == "${one#* }" ]] || fail "cores and threads of job $job are $said, not ${one#* }: $(cat "job-$job.log")"
done
