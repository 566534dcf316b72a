# Sourced by the tests of the programs: how they are run, and a scratch folder that is the current one.
# Environment: BUILD_DIR, SOURCE_DIR, TEST_RANKS; PANTILE_TEST_DATA, the folder of the data sets.
set -euo pipefail
source "$SOURCE_DIR/scripts/mpi-env"

als="$BUILD_DIR/apps/pantile-als"
lra="$BUILD_DIR/apps/pantile-lra"
data="${PANTILE_TEST_DATA:-$SOURCE_DIR/../shared/data}"
python="${PYTHON:-/usr/bin/python3}"
scratch="$(mktemp -d)"
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"

# mpi RANKS PROGRAM ARGS...
mpi() { timeout -k 5 "${limit:-60}" mpirun -n "$@"; }

fail() {
  echo "FAILED: $*" >&2
  exit 1
}

need_data() {
  [[ -e $data/$1 ]] && return
  echo "skipped: no $data/$1; PANTILE_TEST_DATA names the folder of the data sets"
  exit 77
}

# MovieLens where it is, otherwise as many ratings as a small test wants: the file's name.
some_ratings() {
  [[ -e $data/movielens-small/ratings.csv ]] && echo "$data/movielens-small/ratings.csv" && return
  awk 'BEGIN { srand(1); for (u = 1; u <= 60; ++u) for (i = 1; i <= 40; ++i) if (rand() < 0.3) print u "," i "," 1 + int(rand() * 5) }' >ratings.csv
  echo ratings.csv
}

# traced_als RANKS THREADS FOLDER: a trace of a short run there; skips the test where there can be none.
traced_als() {
  OMP_NUM_THREADS=$2 mpi "$1" "$als" --ratings "$(some_ratings)" --factors 4 --iterations 2 --no-output --trace "$3" >log 2>&1 || fail "als: $(cat log)"
  grep -q "PANTILE_TRACE=OFF" log && echo "skipped: tracing is compiled out" && exit 77
  [[ -e $3/traces.otf2 ]] || { echo "skipped: built without OTF2"; exit 77; }
  command -v otf2-print >/dev/null || return 0
  otf2-print --silent -Werror "$3/traces.otf2" >log 2>&1 || fail "the archive of als on $1 ranks is not clean: $(cat log)"
}

# One rank needs none of the second that mpirun sleeps when a job has failed; several crash without it now and then.
alone() { OMPI_MCA_odls_base_sigkill_timeout=0 mpi 1 "$@"; }

# Before PROGRAM ARGS...: a SIGUSR1 to the last rank that was sent before the program starts, and held back. It is heard
# after the first iteration, however fast the machine is.
asked_to_end=("$python" -c '
import os, signal, sys
if int(os.environ["OMPI_COMM_WORLD_RANK"]) == int(os.environ["OMPI_COMM_WORLD_SIZE"]) - 1:
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
    os.kill(os.getpid(), signal.SIGUSR1)
os.execv(sys.argv[1], sys.argv[1:])')

# in_background RANKS PROGRAM ARGS...: as $job, what it says in `log`, the ranks' processes in pid.<rank>.
in_background() {
  rm -f pid.*
  timeout -k 5 60 mpirun -n "$1" bash -c 'echo $$ >pid.$OMPI_COMM_WORLD_RANK; exec "$0" "$@"' "${@:2}" >log 2>&1 &
  job=$!
}

# until_it CONDITION: while $job runs.
until_it() {
  until eval "$1"; do
    kill -0 $job 2>/dev/null || fail "ended by itself: $(tail -3 log)"
    sleep 0.02
  done
}

# kept FOLDER: the iteration of the checkpoint.
kept() { "$python" -c "import json; print(json.load(open('$1/checkpoint.json'))['iteration'])"; }

# ends WANTED_CODE COMMAND...: its output in `log`.
ends() {
  local code=0
  "${@:2}" >log 2>&1 || code=$?
  [[ $code -eq $1 ]] || fail "exit code $code instead of $1: ${*:2}: $(tail -3 log)"
}

# refused_by FOLDER TEXT COMMAND...: a message with that text, and the checkpoint stays as it was.
refused_by() {
  local before
  before=$(cat "$1"/* | md5sum)
  ends 1 "${@:3}"
  grep -qF -- "$2" log || fail "no '$2': $(cat log)"
  [[ $(cat "$1"/* | md5sum) == "$before" ]] || fail "changed the checkpoint: ${*:3}"
}

# refuses PROGRAM CODE TEXT ARGS...: without mpirun: the exit code, one line with that text, and nothing printed.
refuses() {
  local program=$1 code=$2 text=$3
  shift 3
  "$program" "$@" >out 2>err && fail "$* was accepted"
  [[ $? == "$code" ]] || fail "$*: another exit code than $code: $(cat err)"
  grep -q -- "$text" err || fail "$*: no '$text' in $(cat err)"
  [[ ! -s out ]] || fail "$*: printed $(cat out)"
}
