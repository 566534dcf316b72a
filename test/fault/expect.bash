# Sourced by the fault tests. Wants BUILD_DIR and Open MPI's environment, as CTest sets them.
set -u
faults="$BUILD_DIR/test/fault/faults"
host=$(hostname)
failures=0

# A job must be over within this many milliseconds of the fault; sanitizers take their own time.
patience=2000
[[ -n ${ASAN_OPTIONS-} ]] && patience=8000

complain() {
  failures=$((failures + 1))
  printf 'FAILED %s: %s\n' "$way" "$*"
  sed 's/^/  | /' <<<"$output"
}

# run RANKS WAY: runs the job; sets output, status and took (milliseconds from the fault to the end of mpirun).
run() {
  way=$2
  local began=$EPOCHREALTIME ended fault
  output=$(timeout -k 5 30 mpirun -n "$1" "$faults" "$2" 2>&1)
  status=$?
  ended=$EPOCHREALTIME
  fault=$(sed -n 's/.*fault at \([0-9]*\).*/\1/p' <<<"$output" | head -1)
  took=$((${ended/./} / 1000 - ${fault:-$((${began/./} / 1000))}))
}

# A machine busy with other tests may be slow once: only three slow runs in a row are a failure.
run_quickly() {
  local attempt
  for attempt in 1 2 3; do
    run "$@"
    ((took <= patience)) && return
    printf 'slow: %s took %s ms\n' "$way" "$took"
    sed 's/^/  | /' <<<"$output"
  done
  complain "took $took ms"
}

wants_status() { ((status == $1)) || complain "exit code $status instead of $1"; }
wants_failure() { ((status != 0 && status != 124 && status != 137)) || complain "exit code $status"; }
wants() { grep -Eq -- "$1" <<<"$output" || complain "no line like '$1'"; }
wants_once() { (($(grep -Ec -- "$1" <<<"$output") == 1)) || complain "not exactly one line like '$1'"; }
wants_no() { grep -Eq -- "$1" <<<"$output" && complain "a line like '$1'"; }

# The line of faults.cpp on which the text stands, for messages that name it.
line_of() { grep -nF -- "$1" "$SOURCE_DIR/test/fault/faults.cpp" | head -1 | cut -d: -f1; }

finish() {
  ((failures == 0)) && echo "all passed"
  exit $((failures > 0))
}
