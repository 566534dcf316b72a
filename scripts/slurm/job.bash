# Sourced by the batch files beside it: starts a program on all tasks of the job, tells it when the time is nearly over,
# and puts the job back into the queue with what the program has kept until then. Wants the variables launcher, pin,
# scratch, trace and checkpoint, and the folder `here`.
# shellcheck shell=bash disable=SC2154 # which the batch files assign

refuse() {
  echo "${SLURM_JOB_NAME:-job} ${SLURM_JOB_ID:-}: $*" >&2
  exit 2
}

# program_path NAME: in PANTILE_BIN, in the build beside these scripts, where they are installed, or in PATH.
program_path() {
  local folder
  for folder in ${PANTILE_BIN+"$PANTILE_BIN"} "$here/../../build/release/apps" "$here/../../../bin"; do
    [[ ! -x $folder/$1 ]] || { (cd "$folder" && echo "$PWD/$1"); return; }
    [[ $folder != "${PANTILE_BIN-}" ]] || refuse "there is no $1 in PANTILE_BIN=$PANTILE_BIN"
  done
  command -v "$1" || refuse "there is no $1 here: build it (scripts/build release $1) or set PANTILE_BIN to its folder"
}

# Sets `launch`, the command that starts its arguments on every task.
choose_launcher() {
  export OMP_NUM_THREADS=${SLURM_CPUS_PER_TASK:-1}
  case $pin in
    cores | none) ;;
    *) refuse "PANTILE_PIN is cores or none, not '$pin'" ;;
  esac
  case $launcher in
    srun)
      export SLURM_MPI_TYPE=${SLURM_MPI_TYPE:-pmix}
      # Without it every task would believe that it is alone, and all would do the same.
      srun --mpi=list 2>&1 | grep -qw "$SLURM_MPI_TYPE" ||
        refuse "this Slurm has no '$SLURM_MPI_TYPE' (srun --mpi=list tells what it has): set PANTILE_LAUNCHER=mpirun"
      launch=(srun --kill-on-bad-exit=1 --cpus-per-task="$OMP_NUM_THREADS" --cpu-bind="$pin")
      # Open MPI names the files of its shared memory by job, step and task, and what it finds there it takes for its own:
      # a start must not meet those of an earlier one that was killed. (mpirun removes them itself.)
      export OMPI_MCA_btl_vader_backing_directory=/dev/shm/pantile-$SLURM_JOB_ID-$again
      # In the tree of Slurm's PMIx plugin a node's ranks can leave MPI_Init before another node has entered it, whose ranks
      # die of their messages (seen with Slurm 22.05 and Open MPI 4.1: a null jump in mca_btl_tcp); in its ring none does.
      export SLURM_PMIX_FENCE=${SLURM_PMIX_FENCE:-ring}
      # srun may end with 0 where it could not start anything: the first task leaves a sign.
      # shellcheck disable=SC2016 # what the tasks expand
      launch+=(sh -c '[ "$SLURM_PROCID" != 0 ] || : >"$0"
                      here=$OMPI_MCA_btl_vader_backing_directory
                      for other in "${here%-*}"-*; do [ "$other" = "$here" ] || rm -rf "$other"; done
                      mkdir -p -m 700 "$here" && exec "$@"' "$begun")
      ;;
    mpirun)
      command -v mpirun >/dev/null || refuse "there is no mpirun here: load the module of Open MPI before sbatch"
      launch=(mpirun -n "$SLURM_NTASKS")
      if [[ $pin == cores ]]; then
        launch+=(--map-by "slot:PE=$OMP_NUM_THREADS" --bind-to core)
      else
        launch+=(--bind-to none)
      fi
      ;;
    *) refuse "PANTILE_LAUNCHER is srun or mpirun, not '$launcher'" ;;
  esac
}

# Sets `kept`, the options that make the program keep checkpoints and go on from them.
choose_checkpoint() {
  local argument
  [[ ${1--} == -* ]] || checkpoint=none # recommend, similar: nothing is learnt
  for argument; do
    [[ $argument != --checkpoint && $argument != --checkpoint=* && $argument != --resume ]] ||
      refuse "leave $argument to this job: PANTILE_CHECKPOINT=FOLDER, or none, is given to sbatch"
  done
  kept=()
  [[ $checkpoint == none ]] || kept=(--checkpoint "${checkpoint:=$scratch/checkpoint}" --resume)
}

# A program that keeps no checkpoints may as well use the time that is left. srun and mpirun hand signals on to every task.
time_is_over() {
  signals=$((signals + 1))
  [[ $checkpoint == none || -z $program ]] || kill -USR1 "$program"
}

# run_and_wait COMMAND...: sets `status`, its exit code, and `signals`, how often the job was told that its time is over.
run_and_wait() {
  local before
  signals=0 program=""
  trap time_is_over USR1
  "$@" &
  program=$!
  while :; do
    before=$signals status=0
    wait "$program" || status=$?
    ((signals != before)) || break # otherwise it was the signal that ended the waiting
  done
}

remove_shared_memory() {
  srun --ntasks="$SLURM_NNODES" --ntasks-per-node=1 --cpu-bind=none rm -rf "$OMPI_MCA_btl_vader_backing_directory" ||
    echo "$OMPI_MCA_btl_vader_backing_directory may be left on a node" >&2
}

# run_program NAME ARGUMENT...: all that a batch file does; does not return.
run_program() {
  local name=$1 path again=${SLURM_RESTART_COUNT:-0}
  shift
  [[ -d $scratch && -w $scratch ]] || refuse "cannot write into PANTILE_SCRATCH=$scratch: name a folder that all nodes see"
  scratch=$scratch/pantile-$SLURM_JOB_ID begun=$scratch/begun
  choose_checkpoint "$@"
  choose_launcher
  path=$(program_path "$name")
  export PANTILE_TRACE=$trace
  [[ $trace == off ]] || export PANTILE_TRACE_DIR=${PANTILE_TRACE_DIR:-$scratch/trace}-$again # each run has its own
  mkdir -p "$scratch"
  rm -f "$begun"

  echo "$name on $SLURM_NNODES nodes, $SLURM_NTASKS tasks of $OMP_NUM_THREADS threads, by $launcher; scratch folder $scratch" \
    "$( ((again == 0)) || echo "(restart $again)")"
  run_and_wait "${launch[@]}" "$path" "$@" "${kept[@]}"

  [[ $launcher != srun ]] || remove_shared_memory
  [[ $status != 0 || $launcher != srun || -e $begun ]] || refuse "srun has not started the program, see above"
  rm -f "$begun"
  rmdir "$scratch" 2>/dev/null || true # where nothing was kept
  if ((status == 75 && signals > 0)) && scontrol requeue "$SLURM_JOB_ID"; then # it has kept a checkpoint
    echo "back in the queue, to go on from $checkpoint"
  elif [[ $checkpoint != none && -d $checkpoint ]]; then
    if ((status == 0)); then
      echo "done; $checkpoint is needed no longer, unless to go on with more iterations"
    else
      echo "to go on, submit again with PANTILE_CHECKPOINT=$checkpoint" >&2
    fi
  fi
  exit "$status"
}
